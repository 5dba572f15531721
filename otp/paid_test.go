package otp_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// newGuard makes a real guard with so much money, in fen; a text costs 6.
func newGuard(tb testing.TB, money int, now func() time.Time, change ...func(*guard.Config)) *guard.Guard {
	tb.Helper()
	rules := guard.DefaultRules()
	rules.Money = money
	cfg := guard.Config{Key: []byte(key), Rules: &rules, Now: now}
	for _, each := range change {
		each(&cfg)
	}
	g, err := guard.New(cfg)
	require.NoError(tb, err)
	return g
}

// shop is a service under a real guard, on a composer with a free way and a paid one.
type shop struct {
	*otp.Service
	*clock
	free, paid *fake.Provider
	heard      *events
}

func newShop(tb testing.TB, money int, change ...func(cfg *otp.Config)) shop {
	tb.Helper()
	w := shop{clock: newClock(), heard: &events{}}
	composer, free, paid := ways(tb)
	w.free, w.paid = free, paid
	w.Service, _ = newService(tb, append([]func(cfg *otp.Config){func(cfg *otp.Config) {
		cfg.Sender, cfg.Now, cfg.OnEvent, cfg.Guard = composer, w.Now, w.heard.hook, newGuard(tb, money, w.Now)
	}}, change...)...)
	return w
}

// again asks for another text a minute later.
func (w shop) again(t *testing.T, id string) {
	t.Helper()
	w.Advance(time.Minute)
	v, err := w.Resend(t.Context(), resend(id))
	require.NoError(t, err)
	require.True(t, v.Sent)
}

func TestAResendIsPaidWhileTheGuardHasMoney(t *testing.T) {
	t.Parallel()
	w := newShop(t, 100)
	w.again(t, started(t, w.Service).ID)
	w.free.ExpectCount(t, 1)
	w.paid.ExpectCount(t, 1)
	require.Equal(t, 2, w.paid.Attempts()[0].Message.Attempt)
	require.False(t, w.paid.Attempts()[0].Message.FreeOnly)
}

// TestWithoutMoneyAResendGoesTheFreeWayAgain: it is a text of its own, and not a repetition of the
// first one.
func TestWithoutMoneyAResendGoesTheFreeWayAgain(t *testing.T) {
	t.Parallel()
	w := newShop(t, 0)
	v := started(t, w.Service)
	w.again(t, v.ID)
	w.paid.ExpectNothing(t)
	w.free.ExpectCount(t, 2)
	first, second := w.free.Attempts()[0].Message, w.free.Attempts()[1].Message
	require.Equal(t, []int{1, 1}, []int{first.Attempt, second.Attempt})
	require.NotEqual(t, first.Ref, second.Ref)
	require.Equal(t, first.Params["code"], second.Params["code"])
	require.Equal(t, "money", w.heard.all[1].Rule)

	w.free.Script(fake.Refuse(provider.KindUnavailable))
	w.Advance(2 * time.Minute)
	_, err := w.Resend(t.Context(), resend(v.ID))
	require.Equal(t, []any{otp.NotSent, "money"}, []any{failure(t, err).Code, failure(t, err).Rule})
	w.paid.ExpectNothing(t)
}

// TestAFirstTextThatTheFreeWayRefusesIsPaidOnlyWithTheGuardsMoney is a relay without a phone.
func TestAFirstTextThatTheFreeWayRefusesIsPaidOnlyWithTheGuardsMoney(t *testing.T) {
	t.Parallel()
	w := newShop(t, 6)
	down := fake.Refuse(provider.KindUnavailable)
	w.free.Script(down, down, down)
	v := started(t, w.Service)
	require.True(t, v.Sent)
	w.paid.ExpectCount(t, 1)
	require.Equal(t, w.free.Attempts()[0].Message.Ref, w.paid.Attempts()[0].Message.Ref)

	another := start()
	another.Phone, another.Binding, another.Client = "13900139000", "another session", "203.0.113.7:4711"
	for range 2 { // nothing was sent, so that nobody waits
		_, err := w.Start(t.Context(), another)
		require.Equal(t, []any{otp.NotSent, "money"}, []any{failure(t, err).Code, failure(t, err).Rule})
	}
	w.paid.ExpectCount(t, 1)
	require.Equal(t, []otp.EventKind{otp.EventSent, otp.EventNotSent, otp.EventNotSent}, w.heard.kinds())
	require.Equal(t, "money", w.heard.all[1].Rule)
}

// TestAnOutageIsNoAttack has the free way down and no money for many users: nobody of them
// counts against the site or the address that they share.
func TestAnOutageIsNoAttack(t *testing.T) {
	t.Parallel()
	w := newShop(t, 0)
	w.free.Otherwise(fake.Refuse(provider.KindUnavailable))
	ask := func(n int) error {
		req := start()
		req.Phone, req.Binding, req.Client = fmt.Sprint("138", 10_000_000+n*997), fmt.Sprint("session ", n), "203.0.113.7"
		_, err := w.Start(t.Context(), req)
		return err
	}
	for n := range 200 {
		require.ErrorIs(t, ask(n), otp.NotSent)
	}
	w.free.Otherwise(fake.Accept())
	require.NoError(t, ask(200))
}

// TestMoneyThatWasNotSpentComesBack has both ways refuse.
func TestMoneyThatWasNotSpentComesBack(t *testing.T) {
	t.Parallel()
	w := newShop(t, 6)
	down := fake.Refuse(provider.KindUnavailable)
	w.free.Script(down, down)
	w.paid.Script(down)
	_, err := w.Start(t.Context(), start())
	require.ErrorIs(t, err, otp.NotSent)
	require.Empty(t, failure(t, err).Rule)
	require.True(t, started(t, w.Service).Sent)
	w.paid.ExpectCount(t, 1)
}

// TestATextThatMayBeOnItsWayCountsBesideThePaidOne: two texts may arrive, and both are verified.
func TestATextThatMayBeOnItsWayCountsBesideThePaidOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		money bool
		then  []fake.Result
		sent  int
		told  []string
	}{
		"no money":         {told: []string{"withdrawn ticket2", "verified ticket1"}},
		"money":            {money: true, sent: 1, told: []string{"verified ticket1", "verified ticket2"}},
		"money and no way": {money: true, then: []fake.Result{fake.Refuse(provider.KindBalance)}, told: []string{"withdrawn ticket2", "verified ticket1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := &richer{rich: c.money}
			composer, free, paid := ways(t)
			s, _ := newService(t, func(cfg *otp.Config) { cfg.Sender, cfg.Guard = composer, g })
			free.Script(fake.Fail(provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true}))
			paid.Script(c.then...)
			v := started(t, s)
			paid.ExpectCount(t, c.sent)
			require.True(t, g.asked[1].Paid && g.asked[1].Again)
			_, err := s.Check(t.Context(), check(v.ID, free.Attempts()[0].Message.Params["code"]))
			require.NoError(t, err)
			require.Equal(t, c.told, g.told)
		})
	}
}

// richer is a guard that has money for those who ask for the paid way, or not.
type richer struct {
	fakeGuard
	rich bool
}

func (g *richer) Reserve(ctx context.Context, r guard.Request) (guard.Decision, error) {
	d, err := g.fakeGuard.Reserve(ctx, r)
	d.Paid = r.Paid && g.rich
	return d, err
}

// TestTheGuardIsAskedForMoneyOnceForEachText has a resend refused on the free way.
func TestTheGuardIsAskedForMoneyOnceForEachText(t *testing.T) {
	t.Parallel()
	g := &richer{}
	composer, free, paid := ways(t)
	s, _, c := newClocked(t, func(cfg *otp.Config) { cfg.Sender, cfg.Guard = composer, g })
	v := started(t, s)
	c.Advance(time.Minute)
	free.Script(fake.Refuse(provider.KindUnavailable))
	_, err := s.Resend(t.Context(), resend(v.ID))
	require.ErrorIs(t, err, otp.NotSent)
	require.Len(t, g.asked, 2)
	paid.ExpectNothing(t)
}

// TestNobodyGetsASecondCode has a free way whose texts carry another code, and an outcome
// that nobody knows.
func TestNobodyGetsASecondCode(t *testing.T) {
	t.Parallel()
	maker := &fake.Verifier{Provider: fake.Provider{ProviderName: "maker"}}
	maker.Script(fake.Fail(provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true}))
	composer, _, paid := ways(t, func(cfg *failover.ComposerConfig) { cfg.First.Provider, cfg.OtherCodes = maker, true })
	s, _ := newService(t, func(cfg *otp.Config) { cfg.Sender, cfg.Guard = composer, newGuard(t, 100, time.Now) })
	started(t, s)
	paid.ExpectNothing(t)
}

// TestAStartOfWhatIsPendingIsPaidAsAResend reloads the page.
func TestAStartOfWhatIsPendingIsPaidAsAResend(t *testing.T) {
	t.Parallel()
	for money, paid := range map[int]int{100: 1, 0: 0} {
		w := newShop(t, money)
		v := started(t, w.Service)
		w.Advance(time.Minute)
		again := started(t, w.Service)
		require.Equal(t, []any{v.ID, true, 2}, []any{again.ID, again.Sent, again.Sends})
		w.paid.ExpectCount(t, paid)
		w.free.ExpectCount(t, 2-paid)
	}
}

// TestWhatTheServiceSendsByItselfKeepsToTheMoney escalates after 45 s, which is no longer than the guard's
// wait for who asks.
func TestWhatTheServiceSendsByItselfKeepsToTheMoney(t *testing.T) {
	t.Parallel()
	for money, paid := range map[int]int{6: 1, 0: 0} {
		synctest.Test(t, func(t *testing.T) {
			r := run(t, 1, func(cfg *otp.Config) { cfg.Guard = newGuard(t, money, time.Now) })
			defer r.stop()
			req := start()
			req.Client = "203.0.113.7"
			_, err := r.Start(t.Context(), req)
			require.NoError(t, err)
			pass(46 * time.Second)
			r.paid.ExpectCount(t, paid)
			r.free.ExpectCount(t, 2-paid)
			pass(9 * time.Minute)
			r.paid.ExpectCount(t, paid)
		})
	}
}

// TestAComposerOfPaidWaysIsUsedAsItIs: where First has a price, no text is kept from it.
func TestAComposerOfPaidWaysIsUsedAsItIs(t *testing.T) {
	t.Parallel()
	composer, first, retry := ways(t, func(cfg *failover.ComposerConfig) { cfg.First.Price = failover.Fen })
	s, _, c := newClocked(t, func(cfg *otp.Config) { cfg.Sender, cfg.Guard = composer, newGuard(t, 0, cfg.Now) })
	v := started(t, s)
	c.Advance(time.Minute)
	_, err := s.Resend(t.Context(), resend(v.ID))
	require.NoError(t, err)
	first.ExpectCount(t, 2)
	retry.ExpectNothing(t)
}

// TestAGuardThatOnlyRecordsShowsItsRulesInEvents lets everything through, the paid way too.
func TestAGuardThatOnlyRecordsShowsItsRulesInEvents(t *testing.T) {
	t.Parallel()
	w := newShop(t, 0, func(cfg *otp.Config) {
		cfg.Guard = newGuard(t, 0, cfg.Now, func(cfg *guard.Config) { cfg.RecordOnly = true })
	})
	v := started(t, w.Service)
	stranger := start()
	stranger.Binding = "another session"
	_, err := w.Start(t.Context(), stranger)
	require.NoError(t, err)
	w.again(t, v.ID)
	w.paid.ExpectCount(t, 1)
	var rules []string
	for _, e := range w.heard.all {
		require.Equal(t, otp.EventSent, e.Kind)
		rules = append(rules, e.Rule)
	}
	require.Equal(t, []string{"", "R1", "money"}, rules)
}

// TestASiteThatPaysForAllStopsAtItsBudget has a sender without a free way.
func TestASiteThatPaysForAllStopsAtItsBudget(t *testing.T) {
	t.Parallel()
	c := newClock()
	g := newGuard(t, 30, c.Now, func(cfg *guard.Config) { cfg.AllPaid = true })
	s, sms := newService(t, func(cfg *otp.Config) { cfg.Now, cfg.Guard = c.Now, g })
	ask := func(number, session string) error {
		req := start()
		req.Phone, req.Binding = number, session
		_, err := s.Start(t.Context(), req)
		return err
	}
	require.NoError(t, ask("13800138001", "a"))
	require.NoError(t, ask("13900138002", "b"))
	e := failure(t, ask("15000138003", "c"))
	require.Equal(t, []any{otp.Wait, "money"}, []any{e.Code, e.Rule})
	require.InDelta(t, 24*time.Hour, e.RetryAfter, float64(2*time.Minute))
	sms.ExpectCount(t, 2)
	require.Equal(t, 1, sms.Attempts()[0].Message.Attempt)
	require.False(t, sms.Attempts()[0].Message.FreeOnly)
}
