package redisstore_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/redistest"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/redisstore"
)

func TestConfigNamesItsFaultySettings(t *testing.T) {
	t.Parallel()
	var none *redis.Client
	for _, cfg := range []redisstore.Config{{Prefix: "{a}"}, {Prefix: "a b", Client: none}} {
		_, err := redisstore.NewVerifications(cfg)
		require.ErrorContains(t, err, "redisstore: config: Client: must not be nil")
		require.ErrorContains(t, err, "Prefix: want letters")
		_, err = redisstore.NewAttempts(cfg)
		require.ErrorContains(t, err, "Client: must not be nil")
	}
}

func TestDefaultPrefix(t *testing.T) {
	t.Parallel()
	client := redistest.Mini(t).Client(t)
	created(t, newVerifications(t, client, ""), 1)
	require.Contains(t, redistest.Keys(t, client, ""), "{cnsms}:otp:clock")
}

// deaf listens and never answers.
func deaf(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}

// TestACallEndsWithItsContext asks a server that never answers, by a client that would wait for
// it for an hour.
func TestACallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for _, heeds := range []bool{false, true} {
		client := redis.NewClient(&redis.Options{
			Addr: deaf(t), ReadTimeout: time.Hour, DialTimeout: time.Hour, DialerRetries: 1, ContextTimeoutEnabled: heeds, Protocol: 2, DisableIdentity: true,
		})
		verifications, attempts := newVerifications(t, client, ""), newAttempts(t, client, "")
		for name, call := range map[string]func(ctx context.Context) error{
			"look":   func(ctx context.Context) error { _, err := verifications.Look(ctx, "id"); return err },
			"due":    func(ctx context.Context) error { _, err := verifications.Due(ctx, 1); return err },
			"add":    func(ctx context.Context) error { _, err := attempts.Add(ctx, "key", time.Hour); return err },
			"forget": func(ctx context.Context) error { return attempts.Forget(ctx, "key") },
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			err := call(ctx)
			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.ErrorContains(t, err, "redisstore: "+name+": ")
			ctx, cancel = context.WithCancel(t.Context())
			time.AfterFunc(10*time.Millisecond, cancel)
			require.ErrorIs(t, call(ctx), context.Canceled)
		}
	}
}

// TestErrorsOfTheServer wants them to be found in what a call returns, nothing done, and the next
// call to go on as if nothing had been.
func TestErrorsOfTheServer(t *testing.T) {
	t.Parallel()
	m := redistest.Mini(t)
	store := newVerifications(t, m.Client(t, func(o *redis.UniversalOptions) { o.MaxRetries = -1 }), "errors")
	r := created(t, store, 1)
	for _, message := range []string{
		"LOADING Redis is loading the dataset in memory", "READONLY You can't write against a read only replica.", "CLUSTERDOWN The cluster is down",
		"TRYAGAIN Multiple keys request during rehashing of slot", "MISCONF Redis is configured to save RDB snapshots", "NOPERM no permissions",
	} {
		m.Fail(message)
		_, err := store.Try(t.Context(), trial(r, false))
		require.ErrorContains(t, err, "redisstore: try: ")
		require.True(t, redis.HasErrorPrefix(err, message[:5]), "%v", err)
		m.Fail("")
		a, err := store.Look(t.Context(), r.ID)
		require.NoError(t, err)
		require.Zero(t, a.Record.Tries)
	}
}

// TestAReplicaIsAnError asks a server that has become a replica, and then a primary again.
func TestAReplicaIsAnError(t *testing.T) {
	t.Parallel()
	client := redistest.Server(t).Client(t, func(o *redis.UniversalOptions) { o.MaxRetries = -1 })
	store := newVerifications(t, client, "replica")
	r := created(t, store, 1)
	require.NoError(t, client.SlaveOf(t.Context(), "127.0.0.1", "1").Err())
	_, err := store.Try(t.Context(), trial(r, true))
	require.True(t, redis.HasErrorPrefix(err, "READONLY") || redis.HasErrorPrefix(err, "MASTERDOWN"), "%v", err)
	require.NoError(t, client.SlaveOf(t.Context(), "NO", "ONE").Err())
	a, err := store.Try(t.Context(), trial(r, true))
	require.NoError(t, err)
	require.Equal(t, otp.Done, a.Verdict)
}

// TestAServerWithoutMemoryDoesNothing reads what is there, and writes nothing.
func TestAServerWithoutMemoryDoesNothing(t *testing.T) {
	t.Parallel()
	client := redistest.Server(t).Client(t)
	store := newVerifications(t, client, "full")
	r := created(t, store, 1)
	a, err := store.Try(t.Context(), trial(r, false))
	require.NoError(t, err)
	require.Equal(t, otp.Mismatch, a.Verdict)
	before := redistest.Dump(t, client, "{full}:otp:w")
	require.NotEmpty(t, before)
	require.NoError(t, client.ConfigSet(t.Context(), "maxmemory", "1mb").Err())
	for _, right := range []bool{false, true} {
		_, err = store.Try(t.Context(), trial(r, right))
		require.True(t, redis.HasErrorPrefix(err, "OOM"), "%v", err)
	}
	_, err = store.Create(t.Context(), creation(2))
	require.True(t, redis.HasErrorPrefix(err, "OOM"), "%v", err)
	a, err = store.Look(t.Context(), r.ID)
	require.NoError(t, err)
	require.Equal(t, 1, a.Record.Tries)
	require.Equal(t, before, redistest.Dump(t, client, "{full}:otp:w"))
	require.NoError(t, client.ConfigSet(t.Context(), "maxmemory", "0").Err())
	a, err = store.Try(t.Context(), trial(r, true))
	require.NoError(t, err)
	require.Equal(t, otp.Done, a.Verdict)
}

// TestWhatIsNoRecordIsAnError puts something else where a record should be.
func TestWhatIsNoRecordIsAnError(t *testing.T) {
	t.Parallel()
	client := redistest.Server(t).Client(t)
	store := newVerifications(t, client, "odd")
	for _, odd := range []string{"", "secret words", "[]", "9999999999999", "9999999999999 secret words"} {
		require.NoError(t, client.Set(t.Context(), "{odd}:otp:record:id", odd, time.Minute).Err())
		for name, call := range map[string]func(ctx context.Context) error{
			"look":    func(ctx context.Context) error { _, err := store.Look(ctx, "id"); return err },
			"approve": func(ctx context.Context) error { _, err := store.Approve(ctx, "id"); return err },
		} {
			err := call(t.Context())
			require.ErrorContains(t, err, "redisstore: "+name+": ", odd)
			require.NotContains(t, err.Error(), "secret words")
		}
	}
}

// trial tries a code of a record of creation.
func trial(r otp.Record, right bool) otp.Trial {
	p := otp.Proof{KeyID: r.KeyID, Binding: r.Binding, Tag: "wrong"}
	if right {
		p.Tag = r.Tag
	}
	return otp.Trial{ID: r.ID, Proofs: []otp.Proof{p}}
}
