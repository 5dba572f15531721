package guard_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

// token is a fresh good one.
func (w *world) token() string {
	w.n++
	return fmt.Sprint("o", w.n)
}

// solver is a stranger who solves a challenge.
func (w *world) solver(p provider.Phone) guard.Request {
	r := w.stranger(p)
	r.Token = w.token()
	return r
}

// bombed has solvers ask for a number each minute for three hours.
func (w *world) bombed(p provider.Phone) {
	for range 3 * 60 {
		w.ask(w.solver(p))
		w.now = w.now.Add(time.Minute)
	}
}

func TestR1WhoWaitsGetsInAmongSolvers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	number := w.request().Phone
	w.bombed(number)
	me := w.stranger(number)
	w.not(guard.Challenged, "R1", w.ask(me))
	me.Token = w.token()
	d := w.ask(me)
	w.not(guard.Refused, "R1", d)
	require.Equal(t, 270*time.Second, d.Wait)
	w.now = w.now.Add(100 * time.Second)
	spent := me.Token
	for _, token := range []string{"", w.token()} {
		me.Token = token
		d = w.ask(me)
		w.not(guard.Refused, "R1", d)
		require.Equal(t, 170*time.Second, d.Wait, "too early, and nothing to solve")
	}
	w.now = w.now.Add(d.Wait)
	me.Token = ""
	w.not(guard.Challenged, "R1", w.ask(me))
	me.Token = spent
	w.not(guard.Challenged, "R1", w.ask(me))
	me.Token = w.token()
	d = w.allow(me)
	w.verified(d)
	w.now = w.now.Add(time.Minute)
	w.allow(me) // the owner now
}

func TestR1OneTextForEachSessionAndAddressThatWaits(t *testing.T) {
	t.Parallel()
	wait := func(w *world, r guard.Request) guard.Decision {
		r.Token = w.token()
		w.not(guard.Refused, "R1", w.ask(r))
		w.now = w.now.Add(271 * time.Second)
		r.Token = w.token()
		return w.ask(r)
	}
	w := newWorld(t, nil)
	number := w.request().Phone
	w.bombed(number)
	first := w.stranger(number)
	require.Equal(t, guard.Allowed, wait(w, first).Verdict)
	sameSession, sameAddress := w.stranger(number), w.stranger(number)
	sameSession.Session, sameAddress.Client = first.Session, first.Client
	w.not(guard.Refused, "R1", wait(w, sameSession))
	w.not(guard.Refused, "R1", wait(w, sameAddress))
	none := w.stranger(number)
	none.Session = ""
	for range 20 {
		none.Token = w.token()
		w.not(guard.Refused, "R1", w.ask(none))
		w.now = w.now.Add(time.Minute)
	}
	require.Equal(t, guard.Allowed, wait(w, w.stranger(number)).Verdict)
}

func TestR1WhoStaysAwayTooLongWaitsAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	number := w.request().Phone
	w.bombed(number)
	me := w.solver(number)
	w.not(guard.Refused, "R1", w.ask(me))
	w.now = w.now.Add(21 * time.Minute)
	me.Token = w.token()
	d := w.ask(me)
	w.not(guard.Refused, "R1", d)
	require.Equal(t, 270*time.Second, d.Wait)
}

// TestR1WaitersTakeNoMoreThanTheNumberHas has everybody wait, as its owner does at last.
func TestR1WaitersTakeNoMoreThanTheNumberHas(t *testing.T) {
	t.Parallel()
	for _, claimed := range []bool{false, true} {
		w := newWorld(t, nil)
		me := w.request()
		if claimed {
			w.verified(w.allow(me))
			w.now = w.now.Add(25 * time.Hour)
		}
		type waiter struct {
			request guard.Request
			back    time.Time
		}
		var line []waiter
		texts := 0
		for range 23 * 60 {
			w.now = w.now.Add(time.Minute)
			fresh := waiter{request: w.stranger(me.Phone)}
			line = append(line, fresh)
			for i := range line {
				if w.now.Before(line[i].back) {
					continue
				}
				line[i].request.Token = w.token()
				switch d := w.ask(line[i].request); d.Verdict {
				case guard.Allowed:
					texts++
				default:
					line[i].back = w.now.Add(d.Wait)
				}
			}
		}
		if !claimed {
			require.Equal(t, 10, texts)
			continue
		}
		require.Equal(t, 8, texts)
		w.allow(me)
	}
}

func TestR2UnderAttackANetworkOfStrangersGetsOneText(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for range 60 {
		w.now = w.now.Add(10 * time.Second)
		w.ask(w.request())
	}
	w.now = w.now.Add(3 * time.Minute)
	w.not(guard.Challenged, "R7", w.ask(w.request()))
	first, second := w.request(), w.request()
	second.Client = first.Client
	first.Token, second.Token = w.token(), w.token()
	w.allow(first)
	w.not(guard.Refused, "R2", w.ask(second))
	w.now = w.now.Add(time.Minute)
	first.Token = w.token()
	d := w.allow(first) // the same session and number may ask again
	w.now = w.now.Add(time.Minute)
	first.Token = w.token()
	w.not(guard.Refused, "R2", w.ask(first))
	w.verified(d)
	w.now = w.now.Add(time.Minute)
	w.allow(first)
}

// TestAChallengeBesideARefusalIsNotWaitedFor: who may solve a challenge is told the wait of
// the refusal alone.
func TestAChallengeBesideARefusalIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	number := w.request().Phone
	for range 3 {
		w.allow(w.stranger(number))
		w.now = w.now.Add(time.Minute)
	}
	w.now = w.now.Add(-10 * time.Second)
	d := w.ask(w.stranger(number))
	w.not(guard.Refused, "R1", d)
	require.Equal(t, 10*time.Second, d.Wait)
}

// TestAgainIsNotForThoseWhoWaitOnly: the text of somebody who waited may go another way when
// the first one fails, though nobody asks and the number is crowded.
func TestAgainIsNotForThoseWhoWaitOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	number := w.request().Phone
	w.bombed(number)
	me := w.solver(number)
	w.not(guard.Refused, "R1", w.ask(me))
	w.now = w.now.Add(271 * time.Second)
	me.Token = w.token()
	w.allow(me)
	me.Again, me.Token = true, ""
	w.allow(me)
	w = newWorld(t, nil)
	none := w.request() // a wish without a session, let through before the others came
	none.Session = ""
	w.allow(none)
	for range 3 {
		w.now = w.now.Add(time.Minute)
		w.allow(w.solver(none.Phone))
	}
	none.Again = true
	w.allow(none)
}

// TestNobodyWaitsForWhatWaitingDoesNotOpen: while the site refuses everybody, a stranger
// is not written down as one who waits.
func TestNobodyWaitsForWhatWaitingDoesNotOpen(t *testing.T) {
	t.Parallel()
	rules := guard.DefaultRules()
	rules.OpenDay, rules.HastyDay, rules.SiteHour = 4, 4, 5
	w := newWorld(t, func(c *guard.Config) { c.Rules = &rules })
	number := w.request().Phone
	for range 4 {
		w.allow(w.solver(number))
		w.now = w.now.Add(time.Minute)
	}
	w.allow(w.request())
	w.now = w.now.Add(53 * time.Minute)
	me := w.solver(number)
	w.not(guard.Refused, "R1", w.ask(me))
	w.now = w.now.Add(6 * time.Minute)
	me.Token = w.token()
	d := w.ask(me)
	w.not(guard.Refused, "R1", d)
	require.Equal(t, 270*time.Second, d.Wait, "the wait begins now")
}
