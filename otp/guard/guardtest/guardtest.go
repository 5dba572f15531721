// Package guardtest is the suite for stores of package guard.
package guardtest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard"
)

// Harness makes stores to test.
type Harness struct {
	// New returns an empty store, and a function that moves its clock on, or back.
	New func(t *testing.T) (store guard.Store, advance func(time.Duration))
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Harness){
		"exact log": exactLog, "all or nothing": allOrNothing, "token once": tokenOnce, "racing": racing,
		"today": today, "settle once": settleOnce, "release": release, "shares": shares, "flags": flags,
		"coarse windows": coarseWindows, "a day": exactDay, "withdrawal": withdrawal,
		"a busy key": busy, "too late": tooLate, "record": record, "money": money, "wait of a window": waits,
		"a clock that goes back": back,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, h)
		})
	}
}

func exact() []guard.Key { return []guard.Key{{Name: "n", Exact: true}} }

func limit(key int, s guard.Series, from time.Duration, floor int64, e guard.Effect) guard.Check {
	return guard.Check{Rule: "x", Count: guard.Sum{Key: key, Series: s, From: from}, Add: 1, Floor: floor, Effect: e}
}

func reserve(t *testing.T, s guard.Store, b guard.Batch) guard.Outcome {
	t.Helper()
	out, err := s.Reserve(t.Context(), b)
	require.NoError(t, err)
	return out
}

// exactLog: never more than five in any hour, and exactly so many for the greedy.
func exactLog(t *testing.T, h Harness) {
	t.Helper()
	s, advance := h.New(t)
	b := guard.Batch{Keys: exact(), Checks: []guard.Check{
		limit(0, guard.Sent, time.Minute, 1, guard.Refuse), limit(0, guard.Sent, time.Hour, 5, guard.Refuse),
	}}
	let := 0
	for range 3600 / 7 {
		if out := reserve(t, s, b); out.Effect == guard.Note {
			let++
		} else {
			require.NotEmpty(t, out.Hits)
			require.Positive(t, out.Hits[0].Wait)
		}
		advance(7 * time.Second)
	}
	require.Equal(t, 5, let)
}

func allOrNothing(t *testing.T, h Harness) {
	t.Helper()
	s, _ := h.New(t)
	one := guard.Batch{Keys: []guard.Key{{Name: "a"}, {Name: "b", Exact: true}}, Checks: []guard.Check{limit(1, guard.Sent, time.Hour, 1, guard.Refuse)}}
	require.Equal(t, guard.Note, reserve(t, s, one).Effect)
	for range 5 {
		require.Equal(t, guard.Refuse, reserve(t, s, one).Effect)
	}
	out := reserve(t, s, guard.Batch{Keys: []guard.Key{{Name: "a"}}, Checks: []guard.Check{limit(0, guard.Sent, time.Hour, 1, guard.Refuse)}})
	require.Equal(t, int64(1), out.Hits[0].Count, "a refusal counted something")
}

func tokenOnce(t *testing.T, h Harness) {
	t.Helper()
	s, _ := h.New(t)
	gate := limit(0, guard.Sent, time.Hour, 0, guard.Challenge)
	b := guard.Batch{Keys: exact(), Checks: []guard.Check{gate}, Token: "t"}
	shut := b
	shut.Checks = append([]guard.Check{limit(0, guard.Sent, time.Hour, 0, guard.Refuse)}, shut.Checks...)
	require.Equal(t, guard.Refuse, reserve(t, s, shut).Effect)
	out := reserve(t, s, b)
	require.Equal(t, guard.Note, out.Effect, "a refusal spent the token")
	require.True(t, out.Passed)
	out = reserve(t, s, b)
	require.Equal(t, guard.Challenge, out.Effect)
	require.False(t, out.Passed)
}

func racing(t *testing.T, h Harness) {
	t.Helper()
	s, _ := h.New(t)
	b := guard.Batch{Keys: []guard.Key{{Name: "n", Exact: true}, {Name: "all"}}, Checks: []guard.Check{limit(0, guard.Sent, time.Hour, 5, guard.Refuse)}, Token: "t"}
	var let, passed atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			out, err := s.Reserve(t.Context(), b)
			if err == nil && out.Effect == guard.Note {
				let.Add(1)
				if out.Passed {
					passed.Add(1)
				}
			}
		})
	}
	all.Wait()
	require.Equal(t, int64(5), let.Load())
	require.Equal(t, int64(1), passed.Load())
}

// today: a day in Beijing ends at midnight there.
func today(t *testing.T, h Harness) {
	t.Helper()
	s, advance := h.New(t)
	check := limit(0, guard.Sent, 0, 1, guard.Refuse)
	check.Count.Today = true
	b := guard.Batch{Keys: exact(), Checks: []guard.Check{check}}
	require.Equal(t, guard.Note, reserve(t, s, b).Effect)
	out := reserve(t, s, b)
	require.Equal(t, guard.Refuse, out.Effect)
	advance(out.Hits[0].Wait - time.Second)
	again := reserve(t, s, b)
	if again.Effect == guard.Refuse { // midnight may lie within that second
		advance(again.Hits[0].Wait)
		again = reserve(t, s, b)
	}
	require.Equal(t, guard.Note, again.Effect)
	require.Zero(t, (again.Now.Unix()+8*3600)/86400-(out.Now.Unix()+8*3600)/86400-1)
}

func settlement(id string, keys []guard.Key, out guard.Outcome, what guard.Series) guard.Settlement {
	return guard.Settlement{ID: id, Keys: keys, At: out.Now, What: what}
}

func count(t *testing.T, s guard.Store, key guard.Key, series guard.Series, from time.Duration) int64 {
	t.Helper()
	out := reserve(t, s, guard.Batch{Keys: []guard.Key{key}, Checks: []guard.Check{limit(0, series, from, -1, guard.Refuse)}})
	return out.Hits[0].Count
}

func settleOnce(t *testing.T, h Harness) {
	t.Helper()
	s, advance := h.New(t)
	keys := []guard.Key{{Name: "n", Exact: true}, {Name: "a"}}
	first := reserve(t, s, guard.Batch{Keys: keys})
	advance(5 * time.Minute)
	second := reserve(t, s, guard.Batch{Keys: keys})
	for range 3 {
		require.NoError(t, s.Settle(t.Context(), settlement("1", keys, first, guard.Verified)))
		require.NoError(t, s.Settle(t.Context(), settlement("1", keys, first, guard.Sent)))
	}
	for _, k := range keys {
		require.Equal(t, int64(1), count(t, s, k, guard.Open, time.Hour))
		require.Equal(t, int64(1), count(t, s, k, guard.Verified, time.Hour))
		require.Zero(t, count(t, s, k, guard.Verified, 2*time.Minute), "verified counts at the time of the text")
		require.Equal(t, int64(2), count(t, s, k, guard.Sent, time.Hour))
	}
	require.NoError(t, s.Settle(t.Context(), settlement("2", keys, second, guard.Verified)))
	require.Zero(t, count(t, s, keys[0], guard.Open, time.Hour))
	for range 2 {
		require.NoError(t, s.Settle(t.Context(), settlement("", keys[:1], second, guard.Wrong)))
	}
	require.Equal(t, int64(2), count(t, s, keys[0], guard.Wrong, time.Hour))
}

func release(t *testing.T, h Harness) {
	t.Helper()
	s, _ := h.New(t)
	keys := []guard.Key{{Name: "n", Exact: true}, {Name: "a"}}
	out := reserve(t, s, guard.Batch{Keys: keys, Price: 6})
	back := settlement("1", keys, out, guard.Sent)
	back.Refund = 6
	require.NoError(t, s.Settle(t.Context(), back))
	require.Zero(t, count(t, s, keys[0], guard.Sent, time.Hour))
	require.Equal(t, int64(1), count(t, s, keys[1], guard.Sent, time.Hour))
	require.Zero(t, count(t, s, keys[1], guard.Money, time.Hour))
}

func shares(t *testing.T, h Harness) {
	t.Helper()
	s, _ := h.New(t)
	keys := []guard.Key{{Name: "a"}}
	check := limit(0, guard.Open, time.Hour, 1, guard.Refuse)
	check.Shares = []guard.Share{{Sum: guard.Sum{Series: guard.Verified, From: time.Hour}, Num: 1, Den: 2}}
	for i := range 10 {
		out := reserve(t, s, guard.Batch{Keys: keys})
		require.NoError(t, s.Settle(t.Context(), settlement(fmt.Sprint(i), keys, out, guard.Verified)))
	}
	b := guard.Batch{Keys: keys, Checks: []guard.Check{check}}
	for range 5 {
		require.Equal(t, guard.Note, reserve(t, s, b).Effect)
	}
	out := reserve(t, s, b)
	require.Equal(t, guard.Refuse, out.Effect)
	require.Equal(t, int64(5), out.Hits[0].Limit)
}

func flags(t *testing.T, h Harness) {
	t.Helper()
	s, _ := h.New(t)
	always := guard.Check{Rule: "note", Floor: -1, Set: guard.Owner | guard.Clean}
	undo := guard.Check{Rule: "note", Floor: -1, Clear: guard.Clean}
	no := guard.Check{Rule: "x", Floor: -1, Effect: guard.Refuse}
	unlessOwner, ifClean, ifOwner := no, no, no
	unlessOwner.Unless, ifClean.If, ifOwner.If = guard.Owner, guard.Clean, guard.Owner
	b := guard.Batch{Keys: exact(), Checks: []guard.Check{always, undo, unlessOwner, ifClean}}
	require.Equal(t, guard.Note, reserve(t, s, b).Effect)
	b.Checks = append(b.Checks, ifOwner)
	out := reserve(t, s, b)
	require.Equal(t, guard.Refuse, out.Effect)
	require.Equal(t, guard.Owner, out.Flags)
	require.Equal(t, 4, out.Hits[0].Check)
}

// coarseWindows: a window never counts less than is in it, and a little more at most.
func coarseWindows(t *testing.T, h Harness) {
	t.Helper()
	s, advance := h.New(t)
	key := guard.Key{Name: "a"}
	for range 15 {
		reserve(t, s, guard.Batch{Keys: []guard.Key{key}})
		advance(2 * time.Hour)
	}
	n := count(t, s, key, guard.Sent, 24*time.Hour)
	require.GreaterOrEqual(t, n, int64(12))
	require.LessOrEqual(t, n, int64(13))
	require.Equal(t, int64(15), count(t, s, key, guard.Sent, guard.Keep))
	advance(guard.Keep + 48*time.Hour)
	require.Zero(t, count(t, s, key, guard.Sent, guard.Keep))
}

func record(t *testing.T, h Harness) {
	t.Helper()
	s, _ := h.New(t)
	b := guard.Batch{Keys: exact(), Checks: []guard.Check{limit(0, guard.Sent, time.Hour, 1, guard.Refuse)}, Record: true}
	for want := range 3 {
		out := reserve(t, s, b)
		require.Equal(t, want > 0, out.Effect == guard.Refuse)
	}
	require.Equal(t, int64(3), count(t, s, b.Keys[0], guard.Sent, time.Hour))
}

func money(t *testing.T, h Harness) {
	t.Helper()
	s, _ := h.New(t)
	budget := guard.Check{Rule: "money", Count: guard.Sum{Series: guard.Money, From: time.Hour}, Add: 6, Floor: 12, If: guard.Paid, Effect: guard.FreeOnly}
	b := guard.Batch{Keys: exact(), Checks: []guard.Check{budget}, Price: 6}
	for i := range 4 {
		out := reserve(t, s, b)
		require.Less(t, out.Effect, guard.Challenge, "a budget refuses nobody")
		require.Equal(t, i < 2, out.Paid)
	}
	require.Equal(t, int64(12), count(t, s, b.Keys[0], guard.Money, time.Hour))
}

// waits: after the wait the same request is let through, and a second earlier not.
func waits(t *testing.T, h Harness) {
	t.Helper()
	s, advance := h.New(t)
	b := guard.Batch{Keys: exact(), Checks: []guard.Check{limit(0, guard.Sent, time.Hour, 2, guard.Refuse)}}
	reserve(t, s, b)
	advance(20 * time.Minute)
	reserve(t, s, b)
	advance(10 * time.Minute)
	out := reserve(t, s, b)
	require.InDelta(t, 30*60, out.Hits[0].Wait.Seconds(), 1)
	advance(out.Hits[0].Wait - time.Second)
	require.Equal(t, guard.Refuse, reserve(t, s, b).Effect)
	advance(time.Second)
	require.Equal(t, guard.Note, reserve(t, s, b).Effect)
}

// exactDay: an exact key knows to the millisecond what was in the last 24 hours, at any
// time of the day.
func exactDay(t *testing.T, h Harness) {
	t.Helper()
	s, advance := h.New(t)
	b := guard.Batch{Keys: exact(), Checks: []guard.Check{limit(0, guard.Sent, 24*time.Hour, 2, guard.Refuse)}}
	for range 5 {
		reserve(t, s, b)
		advance(time.Hour)
		require.Equal(t, guard.Note, reserve(t, s, b).Effect)
		advance(6 * time.Hour)
		out := reserve(t, s, b)
		require.Equal(t, guard.Refuse, out.Effect)
		require.Equal(t, 17*time.Hour, out.Hits[0].Wait)
		advance(17*time.Hour - time.Millisecond)
		require.Equal(t, guard.Refuse, reserve(t, s, b).Effect)
		advance(time.Millisecond + time.Hour)
	}
}

// withdrawal: a release of all keys, all named exact, leaves every count as it was.
func withdrawal(t *testing.T, h Harness) {
	t.Helper()
	s, advance := h.New(t)
	keys := []guard.Key{{Name: "n", Exact: true}, {Name: "a"}}
	reserve(t, s, guard.Batch{Keys: keys, Price: 6})
	advance(time.Second)
	out := reserve(t, s, guard.Batch{Keys: keys, Price: 6})
	advance(3 * time.Minute)
	back := settlement("1", []guard.Key{{Name: "n", Exact: true}, {Name: "a", Exact: true}}, out, guard.Sent)
	back.Refund = 6
	require.NoError(t, s.Settle(t.Context(), back))
	for _, k := range keys {
		require.Equal(t, int64(1), count(t, s, k, guard.Sent, time.Hour))
		require.Equal(t, int64(1), count(t, s, k, guard.Open, time.Hour))
		require.Equal(t, int64(6), count(t, s, k, guard.Money, time.Hour))
	}
}

// busy: an exact key with many events counts none of them too little.
func busy(t *testing.T, h Harness) {
	t.Helper()
	s, advance := h.New(t)
	b := guard.Batch{Keys: exact(), Checks: []guard.Check{limit(0, guard.Sent, 10*time.Minute, 1000, guard.Refuse)}}
	for range 300 {
		require.Equal(t, guard.Note, reserve(t, s, b).Effect)
		advance(time.Second)
	}
	n := count(t, s, b.Keys[0], guard.Sent, 2*time.Minute)
	require.GreaterOrEqual(t, n, int64(119))
	require.LessOrEqual(t, n, int64(120+60))
	require.Equal(t, int64(300), count(t, s, b.Keys[0], guard.Sent, time.Hour))
}

// tooLate: what is told longer than Keep after the text changes nothing.
func tooLate(t *testing.T, h Harness) {
	t.Helper()
	s, advance := h.New(t)
	key := guard.Key{Name: "a"}
	out := reserve(t, s, guard.Batch{Keys: []guard.Key{key}})
	advance(guard.Keep + time.Second)
	require.NoError(t, s.Settle(t.Context(), settlement("1", []guard.Key{key}, out, guard.Verified)))
	require.Zero(t, count(t, s, key, guard.Verified, guard.Keep))
}

// back: time stands still when the clock goes back ten minutes, and goes on when it goes
// back further; what comes later is not counted then.
func back(t *testing.T, h Harness) {
	t.Helper()
	s, advance := h.New(t)
	keys := []guard.Key{{Name: "n", Exact: true}, {Name: "a"}}
	b := guard.Batch{Keys: keys, Checks: []guard.Check{
		limit(0, guard.Sent, time.Minute, 1, guard.Refuse), limit(1, guard.Sent, 3*time.Hour, 2, guard.Refuse),
	}}
	first := reserve(t, s, b)
	advance(-10 * time.Minute)
	out := reserve(t, s, b)
	require.Equal(t, guard.Refuse, out.Effect)
	require.Equal(t, first.Now, out.Now)
	advance(10*time.Minute - 2*time.Hour)
	second := reserve(t, s, b)
	require.Equal(t, guard.Note, second.Effect)
	require.Equal(t, 2*time.Hour, first.Now.Sub(second.Now).Round(time.Minute))
	require.Equal(t, guard.Refuse, reserve(t, s, b).Effect)
	require.NoError(t, s.Settle(t.Context(), settlement("1", keys, first, guard.Verified)))
	advance(2 * time.Minute)
	require.Equal(t, guard.Note, reserve(t, s, b).Effect)
	advance(2 * time.Hour)
	require.Equal(t, int64(3), count(t, s, keys[1], guard.Sent, 3*time.Hour), "counted again when the time has come")
}
