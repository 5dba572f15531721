package guard_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

// TestMoneyHoldsAgainstNumbersVerifiedLongAgo has an attacker with forty numbers, each of
// which he verified days ago, verify them again and again by texts that cost money.
func TestMoneyHoldsAgainstNumbersVerifiedLongAgo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	own := make([]int, 40)
	first := w.n
	for range own {
		w.verified(w.allow(w.request()))
		w.now = w.now.Add(time.Minute)
	}
	w.now = w.now.Add(50 * time.Hour)
	fen := 0
	for range 4 {
		for i := range own {
			w.n = first + i
			r := w.request()
			r.Paid = true
			d := w.allow(r)
			if d.Paid {
				fen += 6
			}
			w.verified(d)
			w.now = w.now.Add(10 * time.Second)
		}
		w.now = w.now.Add(5 * time.Hour)
	}
	require.Equal(t, 96, fen)
}

// TestR1ANeighborDoesNotLockTheOwnerOut has somebody ask for a number all day from the very
// address where its owner logged in, with a new cookie each time and solved challenges.
func TestR1ANeighborDoesNotLockTheOwnerOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	me := w.request()
	w.verified(w.allow(me))
	w.now = w.now.Add(25 * time.Hour)
	for i := range 24 * 60 {
		r := me
		r.Session, r.Token = fmt.Sprint("new cookie ", i), fmt.Sprint("o", i)
		w.ask(r)
		w.now = w.now.Add(time.Minute)
		if i%240 == 239 {
			d := w.allow(me)
			require.NoError(t, w.Withdrawn(t.Context(), d.Ticket))
		}
	}
}

// TestR1ANeighborAndStrangersLeaveTheOwnerOneText has the same from everywhere at once.
func TestR1ANeighborAndStrangersLeaveTheOwnerOneText(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	me := w.request()
	w.verified(w.allow(me))
	w.now = w.now.Add(25 * time.Hour)
	for i := range 10 * 60 {
		r := w.stranger(me.Phone)
		if i%2 == 0 {
			r.Client = me.Client
		}
		r.Token = fmt.Sprint("o", i)
		w.ask(r)
		w.now = w.now.Add(time.Minute)
	}
	w.now = w.now.Add(time.Hour)
	w.allow(me)
}

// TestR1WhoLostHisCookieIsAnOwnerByHisAddress, while others ask for his number.
func TestR1WhoLostHisCookieIsAnOwnerByHisAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	me := w.request()
	w.verified(w.allow(me))
	w.now = w.now.Add(25 * time.Hour)
	for i := range 20 * 60 {
		r := w.stranger(me.Phone)
		r.Token = fmt.Sprint("o", i)
		w.ask(r)
		w.now = w.now.Add(time.Minute)
	}
	me.Session = "a new browser"
	w.allow(me)
}

// TestMoneyKnowsThatForeignTextsCostMore has strangers ask for numbers abroad, where a text
// costs ten times as much.
func TestMoneyKnowsThatForeignTextsCostMore(t *testing.T) {
	t.Parallel()
	rules := guard.DefaultRules()
	rules.Money = 106
	rules.Countries, rules.Prices = map[string]int{"1": 100, "44": 100, "33": 100}, map[string]int{"1": 30, "*": 40}
	w := newWorld(t, func(c *guard.Config) { c.Rules = &rules })
	fen := 0
	for i := range 10 {
		for _, to := range []struct {
			number string
			price  int
		}{{"+1212555%04d", 30}, {"+44770090%04d", 40}} {
			r := w.stranger(provider.MustParsePhone(fmt.Sprintf(to.number, i*1000)))
			r.Paid = true
			if d := w.ask(r); d.Paid {
				fen += to.price
			}
			w.now = w.now.Add(11 * time.Minute)
		}
	}
	require.Equal(t, 100, fen)
	r := w.request()
	r.Paid = true
	require.True(t, w.allow(r).Paid, "a text at home costs six")
}
