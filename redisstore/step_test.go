package redisstore_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/redistest"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/redisstore"
)

// tally counts the commands of a client.
type tally struct{ commands atomic.Int32 }

func (c *tally) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *tally) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.commands.Add(1)
		return next(ctx, cmd)
	}
}

func (c *tally) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// TestEachCallIsOneRoundTrip counts the commands of each call, first on a server that does
// not know the scripts.
func TestEachCallIsOneRoundTrip(t *testing.T) {
	t.Parallel()
	client := redistest.Server(t).Client(t)
	store, attempts := newVerifications(t, client, "trips"), newAttempts(t, client, "trips")
	r := creation(1).Record
	calls := calls(store, r)
	calls["add"] = func(ctx context.Context) error { _, err := attempts.Add(ctx, "key", time.Hour); return err }
	calls["forget"] = func(ctx context.Context) error { return attempts.Forget(ctx, "key") }
	var count tally
	client.AddHook(&count)
	for name, call := range calls {
		require.NoError(t, client.ScriptFlush(t.Context()).Err())
		for _, want := range []int32{2, 1} {
			count.commands.Store(0)
			require.NoError(t, call(t.Context()), name)
			require.Equal(t, want, count.commands.Load(), name)
		}
	}
}

// calls are all calls of a store.
func calls(s *redisstore.Verifications, r otp.Record) map[string]func(ctx context.Context) error {
	proofs := []otp.Proof{{KeyID: r.KeyID, Binding: r.Binding, Tag: "wrong"}}
	answer := func(ask func(ctx context.Context) (otp.Answer, error)) func(ctx context.Context) error {
		return func(ctx context.Context) error { _, err := ask(ctx); return err }
	}
	person := func(action otp.PersonAction) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			_, err := s.Person(ctx, otp.Person{Phones: []string{r.Phone}, Action: action})
			return err
		}
	}
	return map[string]func(ctx context.Context) error{
		"create": answer(func(ctx context.Context) (otp.Answer, error) { return s.Create(ctx, creation(1)) }),
		"look":   answer(func(ctx context.Context) (otp.Answer, error) { return s.Look(ctx, r.ID) }),
		"claim": answer(func(ctx context.Context) (otp.Answer, error) {
			return s.Claim(ctx, otp.Claim{ID: r.ID, Proofs: proofs})
		}),
		"try":     answer(func(ctx context.Context) (otp.Answer, error) { return s.Try(ctx, otp.Trial{ID: r.ID, Proofs: proofs}) }),
		"approve": answer(func(ctx context.Context) (otp.Answer, error) { return s.Approve(ctx, r.ID) }),
		"cancel": answer(func(ctx context.Context) (otp.Answer, error) {
			return s.Cancel(ctx, otp.Cancellation{ID: r.ID, Proofs: proofs})
		}),
		"settle": answer(func(ctx context.Context) (otp.Answer, error) {
			return s.Settle(ctx, otp.Settlement{ID: r.ID, Number: 1, Outcome: otp.Accepted, Message: "message"})
		}),
		"note": answer(func(ctx context.Context) (otp.Answer, error) {
			return s.Note(ctx, otp.News{Messages: []string{"other"}, Delivered: true, Keep: time.Minute})
		}),
		"due":    func(ctx context.Context) error { _, err := s.Due(ctx, 10); return err },
		"export": person(otp.Export), "revoke": person(otp.Revoke), "erase": person(otp.Erase),
	}
}

// TestAllKeysHaveTheHashTag looks at every key that a verification leaves.
func TestAllKeysHaveTheHashTag(t *testing.T) {
	t.Parallel()
	client := redistest.Mini(t).Client(t)
	store := newVerifications(t, client, "tag")
	for _, name := range []string{"create", "settle", "try", "note"} {
		require.NoError(t, calls(store, creation(1).Record)[name](t.Context()))
	}
	var kinds []string
	for _, key := range redistest.Keys(t, client, "") {
		rest, ok := strings.CutPrefix(key, "{tag}:otp:")
		require.True(t, ok, key)
		kind, _, _ := strings.Cut(rest, ":")
		kinds = append(kinds, kind)
	}
	require.Equal(t, []string{"clock", "message", "message", "pending", "phone", "record", "wrong"}, kinds)
}

// TestO27TimeNeverGoesBack sets the server's clock back, as when another machine takes over.
func TestO27TimeNeverGoesBack(t *testing.T) {
	t.Parallel()
	m := redistest.Mini(t)
	store := newVerifications(t, m.Client(t), "time")
	r := created(t, store, 1)
	m.Advance(time.Minute)
	look := func() otp.Answer {
		a, err := store.Look(t.Context(), r.ID)
		require.NoError(t, err)
		return a
	}
	before := look().Now
	require.Equal(t, otp.TimeOf(m.Now()), before)

	m.SetTime(m.Now().Add(-5 * time.Second))
	require.Equal(t, before, look().Now)
	m.Advance(4 * time.Second)
	require.Equal(t, before, look().Now)
	a, err := store.Settle(t.Context(), otp.Settlement{ID: r.ID, Number: 1, Outcome: otp.Accepted})
	require.NoError(t, err)
	require.Equal(t, before, a.Record.Sends[0].Settled)
	m.Advance(2 * time.Second)
	require.Equal(t, before.Add(time.Second), look().Now)

	m.Advance(time.Minute)
	before = look().Now
	m.SetTime(m.Now().Add(-time.Hour)) // a clock that was wrong holds nobody up for an hour
	require.Equal(t, before, look().Now)
	m.Advance(10 * time.Minute)
	require.Equal(t, otp.TimeOf(m.Now()), look().Now)
}

// TestARecordLivesByTheTimeThatIsTold keeps a record that was written while the server's clock was
// behind until the end that it names.
func TestARecordLivesByTheTimeThatIsTold(t *testing.T) {
	t.Parallel()
	m := redistest.Mini(t)
	store := newVerifications(t, m.Client(t), "life")
	created(t, store, 1)
	m.SetTime(m.Now().Add(-5 * time.Second))
	r := created(t, store, 2)
	m.Advance(20*time.Minute + 5*time.Second - time.Millisecond)
	a, err := store.Look(t.Context(), r.ID)
	require.NoError(t, err)
	require.Equal(t, otp.Done, a.Verdict)
	require.Equal(t, a.Now+1, r.Ends)
	m.Advance(time.Millisecond)
	a, err = store.Look(t.Context(), r.ID)
	require.NoError(t, err)
	require.Equal(t, otp.Unknown, a.Verdict)
}

// TestNumbersKeepAllTheirDigits has times of thirteen digits come back to the millisecond.
func TestNumbersKeepAllTheirDigits(t *testing.T) {
	t.Parallel()
	client := redistest.Server(t).Client(t)
	store := newVerifications(t, client, "digits")
	c := creation(1)
	c.Lifetime, c.Grace = 2562047*time.Hour-time.Millisecond, 0 // what a Duration has room for
	a, err := store.Create(t.Context(), c)
	require.NoError(t, err)
	require.Equal(t, a.Now.Add(c.Lifetime), a.Record.Ends)
	require.NotContains(t, client.Get(t.Context(), "{digits}:otp:record:"+a.Record.ID).Val(), "e+")
	again, err := store.Look(t.Context(), a.Record.ID)
	require.NoError(t, err)
	require.Equal(t, a.Record, again.Record)
}
