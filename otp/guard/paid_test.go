package guard_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard"
)

func TestAgainWaitsForNothingAndSolvesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	r := w.request()
	w.allow(r)
	w.not(guard.Refused, "R1", w.ask(r))
	r.Again = true
	for range 4 {
		w.allow(r)
	}
	r.Session, r.Client = "a stranger", netip.MustParseAddr("198.51.100.1")
	w.not(guard.Refused, "R1", w.ask(r)) // the sixth in an hour
	r.Again = false
	w.now = w.now.Add(2 * time.Minute)
	w.not(guard.Refused, "R1", w.ask(r))
}

func TestAgainPassesChallengesAndNoRefusal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	crowd := func() guard.Request {
		r := w.request()
		r.Client = netip.MustParseAddr("198.51.100.1")
		return r
	}
	for range guard.DefaultRules().AddressOpen {
		w.allow(crowd())
	}
	r := crowd()
	w.not(guard.Challenged, "R2", w.ask(r))
	r.Again = true
	w.allow(r)
}

func TestAllPaidStopsAtTheBudgetOfTheSite(t *testing.T) {
	t.Parallel()
	_, err := guard.New(guard.Config{Key: secret, AllPaid: true})
	require.ErrorContains(t, err, "Rules: with AllPaid")
	rules := guard.DefaultRules()
	rules.Money = 60 // ten texts, of which strangers have five
	w := newWorld(t, func(c *guard.Config) { c.AllPaid, c.Rules = true, &rules })

	mine := w.request()
	d := w.allow(mine)
	require.True(t, d.Paid)
	w.verified(d)
	for range 4 {
		w.now = w.now.Add(time.Minute)
		require.True(t, w.allow(w.request()).Paid)
	}
	d = w.ask(w.request())
	w.not(guard.Refused, "money", d)
	require.InDelta(t, 24*time.Hour, d.Wait, float64(10*time.Minute))
	for range 5 { // the owner has what is left
		w.now = w.now.Add(time.Hour)
		d = w.allow(mine)
	}
	w.now = w.now.Add(time.Hour)
	w.not(guard.Refused, "money", w.ask(mine))
	require.NoError(t, w.Released(t.Context(), d.Ticket), "what is not sent costs nothing")
	w.allow(mine)
	w.now = w.now.Add(24 * time.Hour)
	w.allow(w.request())
}

func TestAllPaidWithoutASessionCountsToo(t *testing.T) {
	t.Parallel()
	rules := guard.DefaultRules()
	rules.Money = 12
	w := newWorld(t, func(c *guard.Config) { c.AllPaid, c.Rules = true, &rules })
	r := w.request()
	r.Session = ""
	require.True(t, w.allow(r).Paid)
	r = w.request()
	r.Session = ""
	w.not(guard.Refused, "money", w.ask(r))
}

func TestAllPaidKeepsAQuarterOfItsBudgetWithoutAStore(t *testing.T) {
	t.Parallel()
	rules := guard.DefaultRules()
	rules.Money = 96
	w := newWorld(t, func(c *guard.Config) { c.AllPaid, c.Rules, c.Store = true, &rules, broken{} })
	for range 2 { // strangers have half of a quarter
		require.True(t, w.allow(w.request()).Paid)
	}
	w.not(guard.Refused, "money", w.ask(w.request()))
}

// TestWithdrawnLeavesNothing has somebody ask and give up as often as he likes.
func TestWithdrawnLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for range 200 {
		r := w.request()
		r.Client, r.Session, r.Paid = netip.MustParseAddr("198.51.100.1"), "one", true
		d := w.allow(r)
		require.True(t, d.Paid)
		require.NoError(t, w.Withdrawn(t.Context(), d.Ticket))
		require.NoError(t, w.Withdrawn(t.Context(), d.Ticket), "a second time changes nothing")
	}
}

func TestRecordOnlyLetsThePaidWayThrough(t *testing.T) {
	t.Parallel()
	rules := guard.DefaultRules()
	rules.Money = 0
	w := newWorld(t, func(c *guard.Config) {
		c.Rules, c.RecordOnly, c.DenyNetworks = &rules, true, []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
	})
	r := w.request()
	require.False(t, w.allow(r).Paid)
	r.Paid = true
	d := w.allow(r)
	require.True(t, d.Paid)
	require.NotEmpty(t, d.Rule)
	r.Client = netip.MustParseAddr("198.51.100.1")
	require.True(t, w.allow(r).Paid)
}
