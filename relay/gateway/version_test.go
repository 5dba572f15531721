package gateway_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// casStore keeps one job. It has no transactions: between a read and a store anybody may
// write.
type casStore struct {
	mu     sync.Mutex
	job    gateway.Job
	misses int
}

func (s *casStore) read(context.Context) (gateway.Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.job, nil
}

func (s *casStore) store(_ context.Context, next gateway.Job, version int64) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.job.Version != version {
		s.misses++
		return false, nil
	}
	s.job = next
	return true, nil
}

func (s *casStore) apply(ctx context.Context, rule func(gateway.Job) (gateway.Job, error)) (gateway.Job, error) {
	return gateway.CompareAndSet(ctx, s.read, rule, s.store)
}

// TestCompareAndSetOfManyWriters: phones offer, take and cancel at once, and of a cancel and
// a take exactly one wins, however the writers mix.
func TestCompareAndSetOfManyWriters(t *testing.T) {
	t.Parallel()
	misses := 0
	for range 50 {
		store := &casStore{job: offer(queuedJob(), "phone", noon)}
		store.job.Version = 2
		report := gateway.StateReport{Phone: "phone", Lease: store.job.Lease, State: relayapi.StateTaken, Now: noon}
		var taken, cancelled error
		var writers sync.WaitGroup
		writers.Go(func() {
			_, taken = store.apply(t.Context(), func(j gateway.Job) (gateway.Job, error) { return j.Reported(report) })
		})
		writers.Go(func() {
			_, cancelled = store.apply(t.Context(), func(j gateway.Job) (gateway.Job, error) {
				return j.Cancelled(gateway.Actor{Kind: relayapi.SourceGateway}, noon)
			})
		})
		for range 20 {
			late := gateway.StateReport{Phone: "phone", Lease: "old", State: relayapi.StateSent, Now: noon}
			writers.Go(func() {
				_, err := store.apply(t.Context(), func(j gateway.Job) (gateway.Job, error) { return j.Reported(late) })
				if err == nil {
					t.Error("an old lease was accepted")
				}
			})
		}
		writers.Wait()
		require.True(t, errors.Is(taken, gateway.ErrJobCancelled) && cancelled == nil ||
			taken == nil && errors.Is(cancelled, gateway.ErrNotCancellable), "take %v, cancel %v", taken, cancelled)
		require.Equal(t, int64(len(store.job.History)), store.job.Version, "no writer's step is lost")
		misses += store.misses
	}
	t.Logf("%d stores came too late", misses)
}

func TestCompareAndSetEnds(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	store := &casStore{job: queuedJob()}
	same := func(j gateway.Job) (gateway.Job, error) { return j, gateway.ErrLeaseLost }
	_, err := store.apply(t.Context(), same)
	require.ErrorIs(t, err, gateway.ErrLeaseLost, "a rule that changes nothing stores nothing")
	require.Equal(t, int64(1), store.job.Version)

	expire := func(j gateway.Job) (gateway.Job, error) { return j.AsOf(noon.Add(2 * time.Hour)), nil }
	never := func(context.Context, gateway.Job, int64) (bool, error) { return false, nil }
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = gateway.CompareAndSet(ctx, store.read, expire, never)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	failing := func(context.Context, gateway.Job, int64) (bool, error) { return false, broken }
	_, err = gateway.CompareAndSet(t.Context(), store.read, expire, failing)
	require.ErrorIs(t, err, broken)
	_, err = gateway.CompareAndSet(t.Context(), func(context.Context) (gateway.Job, error) { return gateway.Job{}, broken }, expire, store.store)
	require.ErrorIs(t, err, broken)
}

func TestCooledForGrowsAndIsBounded(t *testing.T) {
	t.Parallel()
	for failures, want := range map[int]time.Duration{
		1: 30 * time.Second, 2: time.Minute, 3: 2 * time.Minute, 5: 8 * time.Minute, 6: 10 * time.Minute, 1 << 40: 10 * time.Minute,
	} {
		require.Equal(t, want, gateway.CooledFor(30*time.Second, failures), failures)
	}
	require.Equal(t, time.Hour, gateway.CooledFor(time.Hour, 3), "a longer first time stays")
}
