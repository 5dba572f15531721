package redisstore_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/redistest"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/redisstore"
)

var secret = []byte("0123456789abcdef0123456789abcdef")

// person is a request of somebody new.
func person(i int) guard.Request {
	return guard.Request{
		Phone:   provider.MustParsePhone(fmt.Sprintf("13%09d", i*7_919_317%1_000_000_000)),
		Client:  netip.AddrFrom4([4]byte{10, byte(i >> 10), byte(i >> 2), byte(i)}),
		Session: fmt.Sprint("session-", i), Purpose: "login",
	}
}

// tokens takes every token for a good one.
type tokens struct{}

func (tokens) Verify(_ context.Context, token string) (string, error) { return token, nil }

// A guard that has let people in and refused some leaves nothing in Redis by which anybody
// is known, and nothing that stays.
func TestGuardKeepsNothingOfAnybody(t *testing.T) {
	t.Parallel()
	client := redistest.Server(t).Client(t)
	g, err := guard.New(guard.Config{Key: secret, Store: newGuard(t, client, "dump"), Challenger: tokens{}})
	require.NoError(t, err)
	verdicts := map[guard.Verdict]int{}
	for i := range 300 {
		r := person(i / 2)
		r.Paid, r.Token = i%2 == 1, fmt.Sprint("token-", i)
		if i%3 == 0 {
			r.Token = ""
		}
		d, err := g.Reserve(t.Context(), r)
		require.NoError(t, err)
		require.False(t, d.Degraded)
		verdicts[d.Verdict]++
		if d.Ticket != "" {
			settle := []func(context.Context, string) error{g.Verified, g.Failed, g.Released, func(context.Context, string) error { return nil }}[i%4]
			require.NoError(t, settle(t.Context(), d.Ticket))
		}
	}
	require.Len(t, verdicts, 3)
	dump := redistest.Dump(t, client, "")
	for i := range 150 {
		r := person(i)
		session := r.Session + "\n" // not the beginning of another one
		for _, secret := range []string{r.Phone.E164(), r.Phone.National(), r.Client.String(), session, fmt.Sprint("token-", i)} {
			require.NotContains(t, dump, secret)
			require.NotContains(t, dump, hex.EncodeToString([]byte(secret)))
		}
	}
	require.NotContains(t, dump, "session-")
	require.NotContains(t, dump, "login")
	var long []bool
	for _, key := range redistest.Keys(t, client, "") {
		require.True(t, strings.HasPrefix(key, "{dump}:guard:"), key)
		left, err := client.PTTL(t.Context(), key).Result()
		require.NoError(t, err)
		require.Positive(t, left, key)
		require.LessOrEqual(t, left, guard.Keep, key)
		if strings.Contains(key, ":counter:") {
			long = append(long, left > 48*time.Hour)
		}
	}
	require.Contains(t, long, true, "of who was verified")
	require.Contains(t, long, false, "of who was not")
}

// commands counts what a client sends.
type commands struct {
	mu   sync.Mutex
	sent []string
}

func (c *commands) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *commands) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.mu.Lock()
		c.sent = append(c.sent, cmd.Name())
		c.mu.Unlock()
		return next(ctx, cmd)
	}
}

func (c *commands) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.mu.Lock()
		c.sent = append(c.sent, "pipeline")
		c.mu.Unlock()
		return next(ctx, cmds)
	}
}

func TestGuardAsksOnce(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*redistest.Redis{"server": redistest.Server(t), "cluster": redistest.Cluster(t), "in memory": &redistest.Mini(t).Redis} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := r.Client(t)
			s := newGuard(t, client, "once")
			b := guard.Batch{Keys: []guard.Key{{Name: "n", Exact: true}, {Name: "a"}}, Token: "t"}
			out, err := s.Reserve(t.Context(), b) // the server gets the scripts
			require.NoError(t, err)
			require.NoError(t, s.Settle(t.Context(), guard.Settlement{ID: "0", Keys: b.Keys, At: out.Now, What: guard.Verified}))
			var c commands
			client.AddHook(&c)
			for i := range 3 {
				_, err = s.Reserve(t.Context(), b)
				require.NoError(t, err)
				require.NoError(t, s.Settle(t.Context(), guard.Settlement{ID: fmt.Sprint(i), Keys: b.Keys, At: out.Now, What: guard.Verified}))
			}
			require.Equal(t, []string{"evalsha", "evalsha", "evalsha", "evalsha", "evalsha", "evalsha"}, c.sent)
		})
	}
}

// A server without memory refuses the whole step, and the guard is told so.
func TestGuardOnAFullServer(t *testing.T) {
	t.Parallel()
	client := redistest.Server(t).Client(t)
	s := newGuard(t, client, "full")
	b := guard.Batch{Keys: []guard.Key{{Name: "n"}, {Name: "a"}}}
	first, err := s.Reserve(t.Context(), b)
	require.NoError(t, err)
	require.NoError(t, client.ConfigSet(t.Context(), "maxmemory", "1").Err())
	_, err = s.Reserve(t.Context(), b)
	require.ErrorIs(t, err, guard.ErrFull)
	err = s.Settle(t.Context(), guard.Settlement{ID: "1", Keys: b.Keys, At: first.Now, What: guard.Verified})
	require.ErrorIs(t, err, guard.ErrFull)
	require.NoError(t, client.ConfigSet(t.Context(), "maxmemory", "0").Err())
	b.Checks = []guard.Check{
		{Count: guard.Sum{Key: 0, From: time.Hour}, Floor: -1, Effect: guard.Refuse},
		{Count: guard.Sum{Key: 1, From: time.Hour, Series: guard.Verified}, Floor: -1, Effect: guard.Refuse},
	}
	out, err := s.Reserve(t.Context(), b)
	require.NoError(t, err)
	require.Equal(t, []int64{1, 0}, []int64{out.Hits[0].Count, out.Hits[1].Count}, "a part was done")
}

// A guard whose server is gone decides by itself, and never takes the paid way.
func TestGuardWithoutItsServer(t *testing.T) {
	t.Parallel()
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
	t.Cleanup(func() { _ = client.Close() })
	s := newGuard(t, client, "gone")
	_, err := s.Reserve(t.Context(), guard.Batch{Keys: []guard.Key{{Name: "n"}}})
	require.ErrorContains(t, err, "redisstore: guard_reserve: ")
	g, err := guard.New(guard.Config{Key: secret, Store: s})
	require.NoError(t, err)
	r := person(1)
	r.Paid = true
	d, err := g.Reserve(t.Context(), r)
	require.NoError(t, err)
	require.True(t, d.Degraded)
	require.Equal(t, guard.Allowed, d.Verdict)
	require.False(t, d.Paid)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = g.Reserve(ctx, r)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, s.Settle(ctx, guard.Settlement{What: guard.Verified}), context.Canceled)
	require.ErrorIs(t, s.Settle(ctx, guard.Settlement{What: guard.Money}), context.Canceled)
}

func TestNewGuardWantsAClient(t *testing.T) {
	t.Parallel()
	_, err := redisstore.NewGuard(redisstore.Config{})
	require.ErrorContains(t, err, "Client")
}
