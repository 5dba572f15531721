package redisstore_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/redistest"
	"github.com/cnsms/cnsms/otp/guard"
)

// both is the memory store beside a Redis store, with the same time.
type both struct {
	*rand.Rand
	memory, redis guard.Store
	now           time.Time
	advance       func(time.Duration)
	past          []guard.Settlement
}

// TestGuardEqualsMemory has both stores do the same at random and compares all that
// they answer.
func TestGuardEqualsMemory(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("in memory, seed ", seed), func(t *testing.T) {
			t.Parallel()
			m := redistest.Mini(t)
			b := &both{redis: newGuard(t, m.Client(t), "model"), now: m.Now(), advance: m.Advance}
			b.play(t, seed, 400)
		})
		t.Run(fmt.Sprint("on a server, seed ", seed), func(t *testing.T) {
			t.Parallel()
			s, c := newGuardWithClock(t, redistest.Server(t).Client(t), "model")
			b := &both{redis: s, now: c.now, advance: c.advance}
			b.play(t, seed, 1000)
		})
	}
}

func (b *both) play(t *testing.T, seed uint64, steps int) {
	t.Helper()
	b.Rand = rand.New(rand.NewPCG(seed, 1))
	b.memory = guard.NewMemoryStore(guard.MemoryConfig{Now: func() time.Time { return b.now }})
	outcomes := map[guard.Effect]int{}
	for step := range steps {
		pause := b.pause()
		b.now = b.now.Add(pause)
		b.advance(pause)
		if len(b.past) > 0 && b.IntN(3) == 0 {
			s := b.settlement()
			require.NoError(t, b.memory.Settle(t.Context(), s))
			require.NoError(t, b.redis.Settle(t.Context(), s))
			continue
		}
		batch := b.batch(step)
		want, err := b.memory.Reserve(t.Context(), batch)
		require.NoError(t, err)
		got, err := b.redis.Reserve(t.Context(), batch)
		require.NoError(t, err)
		require.Equal(t, want, got, "step %d of seed %d: %+v", step, seed, batch)
		outcomes[got.Effect]++
		b.past = append(b.past, guard.Settlement{ID: fmt.Sprint(step), Keys: batch.Keys, At: got.Now})
	}
	require.Len(t, outcomes, 4, "the batches are too much alike")
}

// TestGuardEqualsMemoryWhenBusy compares an exact key that gets too many events to keep
// each by itself.
func TestGuardEqualsMemoryWhenBusy(t *testing.T) {
	t.Parallel()
	m := redistest.Mini(t)
	now := m.Now()
	memory, redis := guard.NewMemoryStore(guard.MemoryConfig{Now: func() time.Time { return now }}), newGuard(t, m.Client(t), "busy")
	batch := guard.Batch{Keys: []guard.Key{{Name: "n", Exact: true}}, Record: true}
	for _, window := range []time.Duration{time.Minute, 4 * time.Minute, time.Hour} {
		batch.Checks = append(batch.Checks, guard.Check{Count: guard.Sum{From: window}, Floor: -1, Effect: guard.Refuse})
	}
	for range 320 {
		want, err := memory.Reserve(t.Context(), batch)
		require.NoError(t, err)
		got, err := redis.Reserve(t.Context(), batch)
		require.NoError(t, err)
		require.Equal(t, want, got)
		now = now.Add(700 * time.Millisecond)
		m.Advance(700 * time.Millisecond)
	}
}

// pause is mostly short, and at times days.
func (b *both) pause() time.Duration {
	longest := []time.Duration{0, time.Second, time.Minute, 10 * time.Minute, time.Hour, 5 * time.Hour, 40 * time.Hour, 18 * 24 * time.Hour}
	return time.Duration(b.Int64N(int64(longest[min(b.IntN(8), b.IntN(8), b.IntN(8))])/int64(time.Millisecond)+1)) * time.Millisecond
}

func (b *both) settlement() guard.Settlement {
	s := b.past[len(b.past)-1-min(b.IntN(len(b.past)), b.IntN(20))]
	s.What = []guard.Series{guard.Sent, guard.Verified, guard.Verified, guard.Wrong, guard.Money}[b.IntN(5)]
	s.Refund = b.Int64N(8)
	if b.IntN(6) == 0 { // as a withdrawal has it
		s.Keys = append([]guard.Key(nil), s.Keys...)
		for i := range s.Keys {
			s.Keys[i].Exact = true
		}
	}
	return s
}

func (b *both) batch(step int) guard.Batch {
	batch := guard.Batch{Record: b.IntN(8) == 0, Price: int64(b.IntN(3) * 3)}
	if b.IntN(3) == 0 {
		batch.Token = fmt.Sprint(b.IntN(20))
	}
	first := b.IntN(6)
	for i := range 1 + b.IntN(5) {
		batch.Keys = append(batch.Keys, guard.Key{Name: fmt.Sprint("key", first+i), Exact: (first+i)%2 == 0})
	}
	if step%50 == 0 { // more numbers than a byte has
		for i := range 300 {
			batch.Checks = append(batch.Checks, guard.Check{Floor: int64(1000 + i)})
		}
	}
	for range b.IntN(20) {
		batch.Checks = append(batch.Checks, b.check(len(batch.Keys)))
	}
	return batch
}

func (b *both) flags() guard.Flags {
	if b.IntN(3) > 0 {
		return 0
	}
	return guard.Flags(b.IntN(1<<12) & b.IntN(1<<12))
}

func (b *both) few() guard.Flags { return b.flags() & guard.Flags(b.IntN(1<<12)) }

func (b *both) check(keys int) guard.Check {
	c := guard.Check{
		Rule: "x", Count: b.sum(keys), Add: b.Int64N(3), Floor: b.Int64N(60) - 1, If: b.few(), Unless: b.few(),
		Set: b.flags(), Clear: b.flags(), Effect: guard.Effect(min(b.IntN(8), b.IntN(4))),
	}
	for range b.IntN(3) {
		c.Shares = append(c.Shares, guard.Share{Sum: b.sum(keys), Num: b.Int64N(5), Den: 1 + b.Int64N(4)})
	}
	return c
}

func (b *both) sum(keys int) guard.Sum {
	windows := []time.Duration{time.Minute, 2 * time.Minute, 10 * time.Minute, 18 * time.Minute, time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, guard.Keep}
	s := guard.Sum{
		Key: b.IntN(keys), Series: guard.Series(b.IntN(int(guard.SeriesCount))),
		From: windows[b.IntN(len(windows))], Today: b.IntN(9) == 0,
	}
	if b.IntN(3) == 0 {
		s.To = windows[b.IntN(len(windows))]
	}
	return s
}
