package guard_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

// loose are rules whose day in Beijing is the only limit of a number that is met.
func loose(c *guard.Config) {
	r := guard.DefaultRules()
	r.PhoneHour, r.PhoneDay = 5, 5
	r.StrangerHour, r.StrangerDay, r.OpenHour, r.OpenDay, r.HastyHour, r.HastyDay = 5, 5, 5, 5, 5, 5
	c.Rules = &r
}

// TestR1TheRollingDayOutlastsMidnight has five texts before midnight in Beijing, which is
// 16:00 UTC: the day there ends, and the 24 hours do not.
func TestR1TheRollingDayOutlastsMidnight(t *testing.T) {
	t.Parallel()
	w := newWorld(t, loose)
	w.now = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	number := w.request().Phone
	for range 5 {
		w.allow(w.stranger(number))
		w.now = w.now.Add(65 * time.Minute)
	}
	w.now = time.Date(2026, 3, 2, 15, 59, 59, 0, time.UTC)
	d := w.ask(w.stranger(number))
	w.not(guard.Refused, "R1", d)
	require.Equal(t, time.Date(2026, 3, 3, 10, 0, 0, 0, time.UTC), w.now.Add(d.Wait).Truncate(time.Minute), "the rolling day is the longer wait")
	w.now = time.Date(2026, 3, 3, 10, 0, 1, 0, time.UTC)
	w.allow(w.stranger(number))
}

// TestTodayCountsFromMidnightInBeijing asks the store around midnight there, at the
// end of a month, of a year and of February.
func TestTodayCountsFromMidnightInBeijing(t *testing.T) {
	t.Parallel()
	for _, midnight := range []time.Time{
		time.Date(2026, 3, 2, 16, 0, 0, 0, time.UTC), time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC),
		time.Date(2028, 2, 28, 16, 0, 0, 0, time.UTC), time.Date(2028, 2, 29, 16, 0, 0, 0, time.UTC),
	} {
		now := midnight.Add(-time.Millisecond)
		s := guard.NewMemoryStore(guard.MemoryConfig{Now: func() time.Time { return now }})
		b := guard.Batch{Keys: []guard.Key{{Name: "n", Exact: true}}, Checks: []guard.Check{
			{Rule: "x", Count: guard.Sum{Series: guard.Sent, Today: true}, Add: 1, Floor: 1, Effect: guard.Refuse},
		}}
		ask := func() guard.Outcome {
			out, err := s.Reserve(t.Context(), b)
			require.NoError(t, err)
			return out
		}
		require.Equal(t, guard.Note, ask().Effect)
		out := ask()
		require.Equal(t, guard.Refuse, out.Effect)
		require.LessOrEqual(t, out.Hits[0].Wait, time.Second)
		now = midnight
		require.Equal(t, guard.Note, ask().Effect, "a new day")
		out = ask()
		require.Equal(t, guard.Refuse, out.Effect)
		require.Equal(t, 24*time.Hour, out.Hits[0].Wait)
		now = midnight.Add(24*time.Hour - time.Millisecond)
		require.Equal(t, guard.Refuse, ask().Effect)
		now = midnight.Add(24 * time.Hour)
		require.Equal(t, guard.Note, ask().Effect)
	}
}

// TestAClockThatJumpsBackOpensNothing: the memory store's time stands still until the clock
// has caught up, and goes on at once where that would take longer than anybody waits.
func TestAClockThatJumpsBackOpensNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	me := w.request()
	d := w.allow(me)
	at := w.now
	for _, back := range []time.Duration{time.Second, time.Minute, 10 * time.Minute} {
		w.now = at.Add(-back)
		d := w.ask(me)
		w.not(guard.Refused, "R1", d)
		require.Equal(t, time.Minute, d.Wait)
	}
	w.verified(d) // settled while the clock is behind
	w.now = at.Add(time.Minute)
	w.allow(me)
	for _, back := range []time.Duration{time.Hour, 24 * time.Hour, 10 * 365 * 24 * time.Hour} {
		w.now = w.now.Add(-back)
		w.allow(me)
		w.not(guard.Refused, "R1", w.ask(me))
	}
}

func TestAClockThatJumpsFarAheadForgetsAndGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	me := w.request()
	d := w.allow(me)
	w.now = w.now.Add(100 * 365 * 24 * time.Hour)
	w.verified(d) // too late to count
	w.allow(me)
	w.not(guard.Refused, "R1", w.ask(me))
}

func TestR5CountriesByTheirCallingCode(t *testing.T) {
	t.Parallel()
	rules := guard.DefaultRules()
	rules.Countries = map[string]int{"1": 2, "*": 1}
	w := newWorld(t, func(c *guard.Config) { c.Rules = &rules })
	phone := func(text string) guard.Request { return w.stranger(provider.MustParsePhone(text)) }
	w.allow(phone("+12125550123"))
	w.allow(phone("+14165550123")) // Canada has the same code
	w.not(guard.Refused, "R5", w.ask(phone("+12125550124")))
	w.allow(phone("+447700900123"))
	w.not(guard.Refused, "R5", w.ask(phone("+447700900124")))
	w.allow(phone("+33612345678")) // the cap of "*" is for each country
	w.allow(phone("13800138000"))  // home has none
	w.now = w.now.Add(25 * time.Hour)
	d := w.allow(phone("+447700900125"))
	w.verified(d)
	w.allow(phone("+447700900126")) // what was verified is no longer open
}

func TestR5AClosedCountryIsClosedToTheAllowListToo(t *testing.T) {
	t.Parallel()
	friend := provider.MustParsePhone("+12125550123")
	w := newWorld(t, func(c *guard.Config) { c.AllowPhones = []provider.Phone{friend} })
	d := w.ask(w.stranger(friend))
	require.Equal(t, "R5", d.Rule)
	require.Zero(t, d.Wait)
	w = newWorld(t, func(c *guard.Config) { c.RecordOnly = true })
	d = w.allow(w.stranger(friend))
	require.Equal(t, guard.Refused, d.Would)
}
