package guard_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

// stranger asks for a number that is somebody else's.
func (w *world) stranger(p provider.Phone) guard.Request {
	r := w.request()
	r.Phone = p
	return r
}

func TestR1GapHourDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	me := w.request()
	w.verified(w.allow(me)) // so that I am the owner
	w.now = w.now.Add(59_001 * time.Millisecond)
	d := w.ask(me)
	w.not(guard.Refused, "R1", d)
	require.Equal(t, time.Second, d.Wait, "rounded up")
	let, texts := 1, []time.Time{w.now}
	for range 48 * 60 {
		w.now = w.now.Add(time.Minute)
		r := me
		r.Session = fmt.Sprint(w.now) // R3 is another rule
		if d := w.ask(r); d.Verdict == guard.Allowed {
			w.verified(d)
			let++
			texts = append(texts, w.now)
		}
	}
	require.LessOrEqual(t, let, 31) // ten for each day in Beijing that the two days touch
	for i := range texts {
		if i+5 < len(texts) {
			require.Greater(t, texts[i+5].Sub(texts[i]), time.Hour-time.Second)
		}
		if i+10 < len(texts) {
			require.Greater(t, texts[i+10].Sub(texts[i]), 24*time.Hour-time.Second)
		}
	}
}

func TestR1LeavesRoomForTheOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	me := w.request()
	w.verified(w.allow(me))
	for i := range 24 * 60 {
		w.now = w.now.Add(time.Minute)
		r := w.stranger(me.Phone)
		r.Token = fmt.Sprint("o", i)
		w.ask(r)
	}
	w.now = w.now.Add(time.Minute)
	w.allow(me)
}

func TestR1TakesTheNumberHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for i, typed := range []string{"13800138000", "+86 138 0013 8000", "0086-138-0013-8000", "１３８００１３８０００"} {
		d := w.ask(w.stranger(provider.MustParsePhone(typed)))
		require.Equal(t, i == 0, d.Verdict == guard.Allowed, typed)
	}
}

func TestR2AddressChallengeThenRefusal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	from := netip.MustParseAddr("30.1.2.3")
	ask := func(token string) guard.Decision {
		r := w.request()
		r.Client, r.Token = from, token
		return w.ask(r)
	}
	for range 20 {
		require.Equal(t, guard.Allowed, ask("").Verdict)
	}
	w.not(guard.Challenged, "R2", ask(""))
	last := guard.Decision{}
	for i := range 60 {
		w.now = w.now.Add(time.Minute)
		last = ask(fmt.Sprint("o", i))
	}
	w.not(guard.Refused, "R2", last)
	from = netip.MustParseAddr("30.9.9.9")
	require.NotEqual(t, guard.Refused, ask("").Verdict, "another network")
}

func TestR2SuccessBehindOneAddressIsNoAttack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for i := range 200 {
		r := w.request()
		r.Client = netip.MustParseAddr("30.1.2.3")
		d := w.allow(r)
		if i%10 != 0 {
			w.verified(d)
		}
		w.now = w.now.Add(5 * time.Second)
	}
}

func TestR2UnknownAddressIsTheStrictestBucket(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ask := func() guard.Decision {
		r := w.request()
		r.Client = netip.Addr{}
		return w.ask(r)
	}
	for range guard.DefaultRules().UnknownOpen {
		require.Equal(t, guard.Allowed, ask().Verdict)
	}
	w.not(guard.Challenged, "R2", ask())
}

func TestR3Session(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for i := range 6 {
		r := w.request()
		r.Session, r.Token = "one", fmt.Sprint("o", i)
		if d := w.ask(r); i < 5 {
			require.Equal(t, guard.Allowed, d.Verdict)
		} else {
			w.not(guard.Refused, "R3", d)
			require.Equal(t, time.Hour, d.Wait)
		}
	}
}

func TestR4SequentialNumbers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	verdicts := map[guard.Verdict]int{}
	for i := range 100 {
		d := w.ask(w.stranger(provider.MustParsePhone(fmt.Sprintf("1380013%04d", i))))
		verdicts[d.Verdict]++
		if d.Verdict != guard.Allowed {
			w.not(guard.Challenged, "R4", d)
		}
	}
	require.Equal(t, 10, verdicts[guard.Allowed])
	w.allow(w.stranger(provider.MustParsePhone("13900139000")))
}

func TestR5Countries(t *testing.T) {
	t.Parallel()
	foreign := func(i int) provider.Phone {
		return provider.MustParsePhone(fmt.Sprintf("+4477%02d%06d", i%100, i*7919%1_000_000))
	}
	w := newWorld(t, nil)
	d := w.ask(w.stranger(foreign(1)))
	require.Equal(t, guard.Refused, d.Verdict)
	require.Equal(t, "R5", d.Rule)
	require.Zero(t, d.Wait, "waiting does not help")
	rules := guard.DefaultRules()
	rules.Countries = map[string]int{"44": 3}
	w = newWorld(t, func(c *guard.Config) { c.Rules = &rules })
	for i := range 3 {
		w.allow(w.stranger(foreign(i)))
	}
	w.not(guard.Refused, "R5", w.ask(w.stranger(foreign(9))))
}

func TestR6SiteBurstThenHardCap(t *testing.T) {
	t.Parallel()
	rules := guard.DefaultRules()
	rules.SiteBurst, rules.SiteHour = 5, 8
	w := newWorld(t, func(c *guard.Config) { c.Rules = &rules })
	for range 5 {
		w.allow(w.request())
	}
	w.not(guard.Challenged, "R6", w.ask(w.request()))
	for i := range 3 {
		r := w.request()
		r.Token = fmt.Sprint("o", i)
		w.allow(r)
	}
	r := w.request()
	r.Token = "o-last"
	w.not(guard.Refused, "R6", w.ask(r))
}

func TestR7UnderAttackAllAreChallengedButTheClean(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	clean := w.request()
	w.verified(w.allow(clean))
	for range 60 {
		w.now = w.now.Add(10 * time.Second)
		w.ask(w.request())
	}
	w.now = w.now.Add(3 * time.Minute)
	w.not(guard.Challenged, "R7", w.ask(w.request()))
	w.allow(clean)
	w.now = w.now.Add(26 * time.Hour)
	w.allow(w.request()) // it ends by itself
}

func TestR8WrongCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	me := w.request()
	d := w.allow(me)
	for i := range 21 {
		require.NoError(t, w.Failed(t.Context(), d.Ticket))
		if i == 19 {
			w.now = w.now.Add(time.Minute)
			w.allow(me)
		}
	}
	w.now = w.now.Add(time.Minute)
	w.not(guard.Challenged, "R8", w.ask(me))
	me.Token = "o"
	w.allow(me)
}

func TestMoneyOfOneNumberAndOfTheSite(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	paid := 0
	for i := range 400 {
		r := w.request()
		r.Paid, r.Token = true, fmt.Sprint("o", i)
		if d := w.ask(r); d.Paid {
			paid++
			w.verified(d) // numbers of the attacker's own win nothing
		}
		w.now = w.now.Add(3 * time.Minute)
	}
	require.LessOrEqual(t, paid*6, 100)
	require.Equal(t, 16, paid)
	r := w.request()
	r.Paid, r.Session = true, ""
	w.now = w.now.Add(48 * time.Hour)
	require.False(t, w.ask(r).Paid, "the paid way wants a session")
}

func TestAllPaidMoneyOfAKnownNumberComesBack(t *testing.T) {
	t.Parallel()
	rules := guard.DefaultRules()
	rules.Money = 24
	w := newWorld(t, func(c *guard.Config) { c.AllPaid, c.Rules = true, &rules })
	me := w.request()
	w.verified(w.allow(me))
	w.now = w.now.Add(49 * time.Hour)
	for range 5 {
		w.verified(w.allow(me))
		w.now = w.now.Add(time.Hour)
	}
}

func TestAllowAndDenyLists(t *testing.T) {
	t.Parallel()
	rules := guard.DefaultRules()
	rules.SiteHour = 20
	friend, enemy := provider.MustParsePhone("13800138000"), provider.MustParsePhone("13800138001")
	w := newWorld(t, func(c *guard.Config) {
		c.Rules, c.AllowPhones, c.DenyPhones = &rules, []provider.Phone{friend}, []provider.Phone{enemy}
		c.DenyNetworks = []netip.Prefix{netip.MustParsePrefix("66.0.0.0/8")}
	})
	for range 20 {
		w.allow(w.stranger(friend))
	}
	w.not(guard.Refused, "R6", w.ask(w.stranger(friend)))
	require.Equal(t, "deny", w.ask(w.stranger(enemy)).Rule)
	r := w.request()
	r.Client = netip.MustParseAddr("::ffff:66.1.1.1")
	require.Equal(t, "deny", w.ask(r).Rule)
}

func TestRecordOnlyRefusesNobodyAndSaysWhatItWould(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *guard.Config) { c.RecordOnly = true })
	me := w.request()
	w.allow(me)
	d := w.allow(me)
	require.Equal(t, guard.Refused, d.Would)
	require.Equal(t, "R1", d.Rule)
	require.NotEmpty(t, d.Ticket)
}

// broken is a store that cannot be asked.
type broken struct{}

func (broken) Reserve(context.Context, guard.Batch) (guard.Outcome, error) {
	return guard.Outcome{}, errors.New("down")
}

func (broken) Settle(context.Context, guard.Settlement) error { return errors.New("down") }

func TestStoreOutageIsStrictAndNeverUnlimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *guard.Config) { c.Store = broken{} })
	let := 0
	for i := range 1000 {
		r := w.request()
		r.Token, r.Paid = fmt.Sprint("o", i), true
		d := w.ask(r)
		require.True(t, d.Degraded)
		require.False(t, d.Paid)
		if d.Verdict == guard.Allowed {
			let++
			require.NoError(t, w.Released(t.Context(), d.Ticket))
		}
	}
	require.Equal(t, 100, let)
}

func TestReleasedFreesTheNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	me := w.request()
	d := w.allow(me)
	require.NoError(t, w.Released(t.Context(), d.Ticket))
	w.allow(me)
}

func TestWithoutAChallengerAChallengeIsARefusalWithAWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *guard.Config) { c.Challenger = nil })
	for i := range 11 {
		d := w.ask(w.stranger(provider.MustParsePhone(fmt.Sprintf("1380013%04d", i))))
		if i == 10 {
			w.not(guard.Refused, "R4", d)
		}
	}
}

func TestR4AProvinceThatTextsAreSentIntoIsChallenged(t *testing.T) {
	t.Parallel()
	rules := guard.DefaultRules()
	rules.SegmentOpen, rules.SiteBurst = 1, 1000
	w := newWorld(t, func(c *guard.Config) {
		c.Rules = &rules
		c.Province = func(p provider.Phone) string {
			if p.National()[3] < '5' {
				return "" // not known
			}
			return "Hunan"
		}
	})
	ask := func(i int, area string) guard.Decision {
		return w.ask(w.stranger(provider.MustParsePhone(fmt.Sprintf("1%d%s%07d", 30+i%10, area, i*10_007))))
	}
	for i := range 10 {
		require.Equal(t, guard.Allowed, ask(i, "9").Verdict)
	}
	w.not(guard.Challenged, "R4", ask(10, "8"))
	require.Equal(t, guard.Allowed, ask(11, "1").Verdict, "elsewhere")
}
