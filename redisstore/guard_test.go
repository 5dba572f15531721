package redisstore_test

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/redistest"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/otp/guard/guardtest"
	"github.com/cnsms/cnsms/redisstore"
)

func newGuard(tb testing.TB, client redis.UniversalClient, prefix string) *redisstore.Guard {
	tb.Helper()
	s, err := redisstore.NewGuard(redisstore.Config{Client: client, Prefix: prefix})
	require.NoError(tb, err)
	return s
}

func TestGuardInMemory(t *testing.T) {
	t.Parallel()
	guardtest.Run(t, guardtest.Harness{New: func(t *testing.T) (guard.Store, func(time.Duration)) {
		t.Helper()
		m := redistest.Mini(t)
		return newGuard(t, m.Client(t), "guard"), m.Advance
	}})
}

func TestGuardOnAServer(t *testing.T) { //nolint:tparallel // What follows the suite looks at what it left.
	t.Parallel()
	onAServer(t, redistest.Server(t))
}

func TestGuardOnACluster(t *testing.T) { //nolint:tparallel // What follows the suite looks at what it left.
	t.Parallel()
	onAServer(t, redistest.Cluster(t))
}

// onAServer runs the suite on a server whose clock a test cannot move: a key has the time
// in its place. Afterwards no key is left that does not expire.
func onAServer(t *testing.T, r *redistest.Redis) {
	t.Helper()
	client := r.Client(t)
	t.Run("suite", func(t *testing.T) {
		guardtest.Run(t, guardtest.Harness{New: func(t *testing.T) (guard.Store, func(time.Duration)) {
			t.Helper()
			s, c := newGuardWithClock(t, client, rand.Text())
			c.patience = time.Hour
			return s, c.advance
		}})
	})
	require.NotEmpty(t, redistest.Keys(t, client, ""))
	require.Empty(t, redistest.Endless(t, client, ""))
}

// clock is the clock of a store in a key.
type clock struct {
	testing.TB
	client redis.UniversalClient
	prefix string
	now    time.Time
	// behind is for how long the keys have not aged, patience for how long that may be.
	behind, patience time.Duration
}

func newGuardWithClock(tb testing.TB, client redis.UniversalClient, prefix string) (guard.Store, *clock) {
	tb.Helper()
	s, err := redisstore.NewGuardWithClock(redisstore.Config{Client: client, Prefix: prefix})
	require.NoError(tb, err)
	c := &clock{TB: tb, client: client, prefix: prefix, now: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)}
	c.advance(0)
	return s, c
}

// ages takes time from what the keys have left.
var ages = redis.NewScript(`for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  local left = redis.call('PTTL', key) - ARGV[2]
  if left <= 0 then redis.call('DEL', key) else redis.call('PEXPIRE', key, left) end
end
return 0`)

func (c *clock) advance(d time.Duration) {
	c.Helper()
	c.now = c.now.Add(d)
	key := redisstore.ClockKey(c.prefix)
	require.NoError(c, c.client.Set(c.Context(), key, c.now.UnixMilli(), time.Hour).Err())
	if c.behind += d; c.behind > c.patience {
		pattern := "{" + c.prefix + "}:guard:*"
		require.NoError(c, ages.Run(c.Context(), c.client, []string{key}, pattern, c.behind.Milliseconds()).Err())
		c.behind = 0
	}
}

// The time is the server's. When that is a little behind, as after another server took over,
// it stands still.
func TestGuardTime(t *testing.T) {
	t.Parallel()
	m := redistest.Mini(t)
	s := newGuard(t, m.Client(t), "time")
	b := guard.Batch{Keys: []guard.Key{{Name: "n"}}}
	first, err := s.Reserve(t.Context(), b)
	require.NoError(t, err)
	require.True(t, first.Now.Equal(m.Now()))
	for _, back := range []time.Duration{time.Minute, 10 * time.Minute} {
		m.SetTime(first.Now.Add(-back))
		second, err := s.Reserve(t.Context(), b)
		require.NoError(t, err)
		require.Equal(t, first.Now, second.Now)
	}

	// A clock that was far ahead stops nobody until then, and what it wrote counts again.
	m.SetTime(first.Now.Add(-2 * time.Hour))
	b.Checks = []guard.Check{{Count: guard.Sum{From: time.Hour}, Add: 1, Floor: 1, Effect: guard.Refuse}}
	third, err := s.Reserve(t.Context(), b)
	require.NoError(t, err)
	require.True(t, third.Now.Equal(m.Now()))
	require.Equal(t, guard.Note, third.Effect)
	third, err = s.Reserve(t.Context(), b)
	require.NoError(t, err)
	require.Equal(t, guard.Refuse, third.Effect)
	require.Equal(t, int64(1), third.Hits[0].Count)
	m.SetTime(first.Now)
	third, err = s.Reserve(t.Context(), b)
	require.NoError(t, err)
	require.Equal(t, int64(3), third.Hits[0].Count)

	client := redistest.Server(t).Client(t)
	want, err := client.Time(t.Context()).Result()
	require.NoError(t, err)
	third, err = newGuard(t, client, "time").Reserve(t.Context(), b)
	require.NoError(t, err)
	require.WithinDuration(t, want, third.Now, time.Minute)
}
