package otp_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider/fake"
)

// TestAServiceIsGuardedByDefault gives neither a store nor a guard.
func TestAServiceIsGuardedByDefault(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{}
	s, err := otp.New(otp.Config{Sender: sms, Key: key, Purposes: otp.Purposes{"login": {}}})
	require.NoError(t, err)
	started(t, s)
	stranger := start()
	stranger.Binding = "another session"
	_, err = s.Start(t.Context(), stranger)
	e := failure(t, err)
	require.Equal(t, []any{otp.Wait, "R1"}, []any{e.Code, e.Rule})
	require.InDelta(t, time.Minute, e.RetryAfter, float64(5*time.Second))
	sms.ExpectCount(t, 1)
}

func TestAStoreWantsAGuardBesideIt(t *testing.T) {
	t.Parallel()
	cfg := otp.Config{Sender: &fake.Provider{}, Key: key, Purposes: otp.Purposes{"login": {}}, Store: newStore(t, newClock())}
	_, err := otp.New(cfg)
	require.ErrorContains(t, err, "Guard: must not be nil beside a Store")
	require.ErrorContains(t, err, "guard.New")
	require.ErrorContains(t, err, "otp.NoGuard")
	for _, g := range []otp.Guard{otp.NoGuard, newGuard(t, 100, time.Now)} {
		cfg.Guard = g
		_, err = otp.New(cfg)
		require.NoError(t, err)
	}
}

func TestNoGuardLetsEverythingThrough(t *testing.T) {
	t.Parallel()
	s, sms := newService(t)
	for i := range 50 {
		req := start()
		req.Binding = fmt.Sprint("session ", i)
		v, err := s.Start(t.Context(), req)
		require.NoError(t, err)
		again := check(v.ID, "000000")
		again.Binding = req.Binding
		_, err = s.Check(t.Context(), again)
		require.Error(t, err)
	}
	sms.ExpectCount(t, 50)
}

// TestO9ADoubleClickOnTwoReplicasIsOneText has two services that share both stores, as two
// processes do.
func TestO9ADoubleClickOnTwoReplicasIsOneText(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shared := &countedStore{Store: guard.NewMemoryStore(guard.MemoryConfig{})}
		composer, free, _ := ways(t)
		c := &clock{now: time.Now()}
		store := &slowStore{Store: newStore(t, c)}
		var replicas []*otp.Service
		for range 2 {
			g := newGuard(t, 100, time.Now, func(cfg *guard.Config) { cfg.Store = shared })
			s, _ := newService(t, func(cfg *otp.Config) { cfg.Sender, cfg.Store, cfg.Guard, cfg.Now = composer, store, g, c.Now })
			replicas = append(replicas, s)
		}
		var (
			mu  sync.Mutex
			ids = map[string]int{}
		)
		race(8, func(i int) {
			v, err := replicas[i%2].Start(context.Background(), start())
			mu.Lock()
			defer mu.Unlock()
			ids[fmt.Sprint(v.ID, err)]++
		})
		require.Len(t, ids, 1, "%v", ids)
		free.ExpectCount(t, 1)
		require.Equal(t, 1, shared.charged)
	})
}

// slowStore takes a while to store a record, so that other processes are faster.
type slowStore struct{ otp.Store }

func (s *slowStore) Create(ctx context.Context, c otp.Creation) (otp.Answer, error) {
	if !c.OnlyFind {
		pass(50 * time.Millisecond)
	}
	return s.Store.Create(ctx, c)
}

// countedStore counts what a guard's store lets through.
type countedStore struct {
	guard.Store
	mu      sync.Mutex
	charged int
}

func (s *countedStore) Reserve(ctx context.Context, b guard.Batch) (guard.Outcome, error) {
	out, err := s.Store.Reserve(ctx, b)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && out.Effect <= guard.FreeOnly {
		s.charged++
	}
	return out, err
}

func TestClientIsAnAddressOrNothing(t *testing.T) {
	t.Parallel()
	s, _, c, g := guarded(t)
	for text, want := range map[string]string{
		"": "invalid IP", "203.0.113.7": "203.0.113.7", "203.0.113.7:4711": "203.0.113.7", "2001:db8::1": "2001:db8::1", "[2001:db8::1]:80": "2001:db8::1",
	} {
		req := start()
		req.Client, req.Binding = text, "session "+text
		v, err := s.Start(t.Context(), req)
		require.NoError(t, err, text)
		require.Equal(t, want, g.asked[len(g.asked)-1].Client.String())
		c.Advance(time.Minute)
		again := resend(v.ID)
		again.Client, again.Binding = text, req.Binding
		_, err = s.Resend(t.Context(), again)
		require.NoError(t, err)
		require.Equal(t, want, g.asked[len(g.asked)-1].Client.String())
		for _, bad := range []string{"example.com", "unknown", "invalid IP", "203.0.113", "203.0.113.7, 10.0.0.1"} {
			req.Client, again.Client = bad, bad
			_, err = s.Start(t.Context(), req)
			require.ErrorIs(t, err, otp.BadRequest, bad)
			require.ErrorContains(t, err, "Client")
			_, err = s.Resend(t.Context(), again)
			require.ErrorIs(t, err, otp.BadRequest, bad)
		}
	}
}

// TestR8AfterManyWrongCodesTheNumberIsChallenged goes through service and guard: strangers and
// the number's own session have given wrong codes.
func TestR8AfterManyWrongCodesTheNumberIsChallenged(t *testing.T) {
	t.Parallel()
	const tries = 10
	w := newShop(t, 0, func(cfg *otp.Config) { cfg.Purposes["login"] = otp.Policy{Tries: tries} })
	wrong := 0
	var err error
	for round := 0; wrong <= 20; round++ {
		require.Less(t, round, 3)
		var v otp.Verification
		req := start()
		req.Binding, req.Client = fmt.Sprint("session ", round), fmt.Sprintf("203.0.%d.7", round)
		v, err = w.Start(t.Context(), req)
		if err != nil {
			break
		}
		for range tries {
			try := check(v.ID, wrongFor(w.free.CodeFor(phone)))
			try.Binding = req.Binding
			_, err = w.Check(t.Context(), try)
			require.Error(t, err)
			wrong++
		}
		w.Advance(3 * time.Hour)
	}
	req := start()
	req.Binding, req.Client = "the owner's first session", "198.51.100.1"
	_, err = w.Start(t.Context(), req)
	require.Equal(t, "R8", failure(t, err).Rule, "%d wrong codes", wrong)
}
