package redisstore_test

import (
	"bytes"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/redistest"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/otp/guard/guardtest"
)

// The suite and the comparison with memory hold on a line that loses one answer in five
// after the server has done what was asked: nothing counts twice, and no token that was
// good is told to be spent.
func TestGuardCountsOnceOnALossyLine(t *testing.T) {
	t.Parallel()
	t.Run("suite", func(t *testing.T) {
		t.Parallel()
		guardtest.Run(t, guardtest.Harness{New: func(t *testing.T) (guard.Store, func(time.Duration)) {
			t.Helper()
			m := redistest.Mini(t)
			return newGuard(t, lossy(t, m.Redis), "lossy"), m.Advance
		}})
	})
	t.Run("in memory", func(t *testing.T) {
		t.Parallel()
		m := redistest.Mini(t)
		b := &both{redis: newGuard(t, lossy(t, m.Redis), "lossy"), now: m.Now(), advance: m.Advance}
		b.play(t, 9, 300)
	})
	t.Run("server", func(t *testing.T) {
		t.Parallel()
		server := redistest.Server(t)
		s, c := newGuardWithClock(t, lossy(t, *server), "lossy")
		c.client = server.Client(t) // the clock is not what is tested
		b := &both{redis: s, now: c.now, advance: c.advance}
		b.play(t, 9, 300)
	})
}

// A client that does not ask again gets an error, and what the server did stays done.
func TestGuardWithALostAnswer(t *testing.T) {
	t.Parallel()
	server := redistest.Server(t)
	var lose atomic.Bool
	addr := redistest.Proxy(t, server.Addrs[0], func(sent []byte) bool {
		return lose.Load() && bytes.Contains(sent, []byte("evalsha"))
	})
	through := redistest.Redis{Addrs: []string{addr}}
	s := newGuard(t, through.Client(t, func(o *redis.UniversalOptions) { o.MaxRetries = -1 }), "lost")
	b := guard.Batch{Keys: []guard.Key{{Name: "n"}}}
	_, err := s.Reserve(t.Context(), b)
	require.NoError(t, err)
	lose.Store(true)
	_, err = s.Reserve(t.Context(), b)
	require.ErrorContains(t, err, "redisstore: guard_reserve: ")
	lose.Store(false)
	b.Checks = []guard.Check{{Count: guard.Sum{From: time.Hour}, Floor: -1, Effect: guard.Refuse}}
	out, err := s.Reserve(t.Context(), b)
	require.NoError(t, err)
	require.Equal(t, int64(2), out.Hits[0].Count)
}
