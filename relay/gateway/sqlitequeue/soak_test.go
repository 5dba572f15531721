package sqlitequeue_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// soakFor is how long TestSoak works: `make soak` gives it ten minutes.
var soakFor = flag.Duration("soak", 2*time.Second, "how long TestSoak works")

// soak is a gateway on a file, with sites that wait, sites that leave and phones of both
// kinds. Jobs are forgotten after a tenth of the time, so that everything should be flat
// from then on.
type soak struct {
	queue   *sqlitequeue.Queue
	gateway *gateway.Gateway
	path    string
	keep    time.Duration
	jobs    atomic.Int64
	all     sync.WaitGroup
}

// TestSoak wants memory, goroutines, open files and the file's size to be at the end what
// they were in the first half.
//
//nolint:paralleltest // it counts what the whole process has
func TestSoak(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
	require.NoError(t, err)
	g, err := gateway.New(gateway.Config{
		Budgets: &gateway.Budgets{},
		Queue:   queue, Quotas: []gateway.Quota{},
		Tokens: []gateway.Token{{Name: "shop", Role: gateway.RoleSite, Hash: gateway.HashToken("a-token")}},
	})
	require.NoError(t, err)
	s := &soak{queue: queue, gateway: g, path: path, keep: *soakFor / 10}
	ctx, cancel := context.WithCancel(t.Context())
	s.start(ctx)

	var settled, last usage
	for tenth := range 10 {
		<-time.After(*soakFor / 10)
		require.NoError(t, queue.Check(ctx))
		last = s.usage(t)
		t.Logf("%d/10: %s", tenth+1, last)
		if tenth > 0 && tenth < 5 {
			settled = settled.most(last)
		}
	}
	cancel()
	s.all.Wait()
	require.NoError(t, g.Close())
	require.NoError(t, queue.Close())
	require.Positive(t, s.jobs.Load())
	if *soakFor < time.Minute {
		return // too short to say what is flat
	}
	const megabyte = 1 << 20
	require.Less(t, last.heap, settled.heap*13/10+2*megabyte)
	require.Less(t, last.goroutines, settled.goroutines+20)
	require.Less(t, last.descriptors, settled.descriptors+5)
	require.Less(t, last.file, settled.file*13/10+2*megabyte)
	require.Less(t, last.log, settled.log*13/10+8*megabyte)
}

func (s *soak) start(ctx context.Context) {
	unlimited := gateway.Limits{RequestsPerSecond: 1 << 20}
	for n := range 8 {
		phone := gateway.Principal{Name: fmt.Sprintf("phone-%d", n), Role: gateway.RolePhone, Limits: unlimited}
		s.all.Go(func() { s.phone(ctx, phone, n%2 == 1) })
	}
	for n := range 16 {
		s.all.Go(func() { s.site(ctx, n) })
	}
	s.all.Go(func() { s.forget(ctx) })
}

// site submits and waits; every seventh time it leaves before it has an answer.
func (s *soak) site(ctx context.Context, worker int) {
	shop := gateway.Principal{Name: "shop", Role: gateway.RoleSite}
	for n := 0; ctx.Err() == nil; n++ {
		patience := time.Second
		if n%7 == 0 {
			patience = time.Millisecond
		}
		waiting, leave := context.WithTimeout(ctx, patience)
		submitted, err := s.gateway.Submit(waiting, shop, gateway.Submission{
			Key: fmt.Sprintf("%d-%d", worker, n), To: relayapi.Number(fmt.Sprintf("+86138%08d", n%1e8)), Text: "Your code is 824913.",
			Wait: time.Second,
		})
		if err != nil {
			leave()
			<-time.After(time.Millisecond) // no phone has called yet, or the lane is busy
			continue
		}
		_, _ = s.gateway.Await(waiting, submitted.Job.ID, time.Second)
		leave()
		s.jobs.Add(1)
	}
}

func (s *soak) phone(ctx context.Context, phone gateway.Principal, unasked bool) {
	for ctx.Err() == nil {
		jobs, _ := s.gateway.Pull(ctx, phone, gateway.PullRequest{Max: 4, Wait: time.Second, Unasked: unasked})
		for _, job := range jobs {
			states := []relayapi.State{relayapi.StateTaken, relayapi.StateSent, relayapi.StateDelivered}
			switch {
			case job.State == relayapi.StateCancelling:
				states = []relayapi.State{relayapi.StateCancelled}
			case unasked:
				states = states[1:]
			}
			for _, state := range states {
				if _, err := s.gateway.Report(ctx, phone, gateway.ReportRequest{ID: job.ID, Lease: job.Lease, State: state}); err != nil {
					break
				}
			}
		}
	}
}

// forget sweeps as a gateway does, but sooner.
func (s *soak) forget(ctx context.Context) {
	for ctx.Err() == nil {
		for {
			now := time.Now()
			old := now.Add(-s.keep)
			n, err := s.queue.Sweep(ctx, gateway.Sweep{Now: now, ClearBefore: old, HideBefore: now.Add(-s.keep / 2), ForgetBefore: old})
			if n == 0 || err != nil {
				break
			}
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// usage is what a gateway takes of its machine.
type usage struct {
	jobs                    int64
	heap                    uint64
	goroutines, descriptors int
	file, log               int64
}

// most is the most of each.
func (u usage) most(v usage) usage {
	return usage{
		v.jobs, max(u.heap, v.heap), max(u.goroutines, v.goroutines), max(u.descriptors, v.descriptors), max(u.file, v.file), max(u.log, v.log),
	}
}

func (u usage) String() string {
	return fmt.Sprintf("%d jobs, heap %.1f MB, %d goroutines, %d descriptors, file %.1f MB, write-ahead file %.1f MB",
		u.jobs, float64(u.heap)/1e6, u.goroutines, u.descriptors, float64(u.file)/1e6, float64(u.log)/1e6)
}

func (s *soak) usage(t *testing.T) usage {
	t.Helper()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	descriptors, err := os.ReadDir("/proc/self/fd")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		require.NoError(t, err)
	}
	return usage{
		s.jobs.Load(), memory.HeapAlloc, runtime.NumGoroutine(), len(descriptors), size(t, s.path), size(t, s.path+"-wal"),
	}
}
