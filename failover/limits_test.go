package failover_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

func TestDailyBudget(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b")
	a := f.member("a")
	a.Price, a.Limits.DailyBudget = 5*failover.Fen, 12*failover.Fen // two messages, and two fen over
	chain := newChain(t, failover.ChainConfig{}, a, f.member("b"))
	for _, want := range []string{"a", "a", "b", "b"} {
		require.Equal(t, want, outcome(chain.Send(t.Context(), codeMessage)))
	}
	require.Equal(t, []string{"a", "a", "b", "b"}, f.journal.asked())
	require.Equal(t, 10*failover.Fen, chain.Members()[0].SpentToday)
}

// Only what may have been billed counts.
func TestBudgetCountsWhatMayBeBilled(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		reply reply
		spent failover.Money
	}{
		{"accepted", accept, failover.Fen},
		{"unsure", fail(provider.KindUnavailable, unsure), failover.Fen},
		{"panic", func(context.Context, provider.Message) error { panic("oops") }, failover.Fen},
		{"refused", fail(provider.KindBlocked), 0},
		{"not reached", fail(provider.KindUnavailable), 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet("a")
			f.members["a"].then(test.reply)
			a := f.member("a")
			a.Price = failover.Fen
			chain := newChain(t, failover.ChainConfig{}, a)
			_, _ = chain.Send(t.Context(), codeMessage)
			require.Equal(t, test.spent, chain.Members()[0].SpentToday)
		})
	}
}

func TestBudgetUsedUpEverywhere(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b")
	a, b := f.member("a"), f.member("b")
	a.Price, a.Limits.DailyBudget = failover.Fen, failover.Fen
	b.Price, b.Limits.DailyBudget = failover.Fen, failover.Fen
	chain := newChain(t, failover.ChainConfig{Name: "paid"}, a, b)
	require.Equal(t, "a", outcome(chain.Send(t.Context(), codeMessage)))
	require.Equal(t, "b", outcome(chain.Send(t.Context(), codeMessage)))
	f.journal.asked()

	_, err := chain.Send(t.Context(), codeMessage)
	require.ErrorIs(t, err, provider.KindBalance)
	require.False(t, provider.MayHaveSent(err))
	require.EqualError(t, err, "paid: no attempt made; skipped: a (daily budget used up), b (daily budget used up): "+
		"send: balance: no member has budget left for today")
	require.Empty(t, f.journal.asked(), "a budget is never overrun, also not as a last resort")
}

// A cooldown can be overruled as a last resort; the budget cannot.
func TestBudgetBindsTheLastResort(t *testing.T) {
	t.Parallel()
	f := newFleet("a")
	a := f.member("a")
	a.Price, a.Limits.DailyBudget = failover.Fen, 2*failover.Fen
	f.members["a"].then(fail(provider.KindUnavailable, unsure), fail(provider.KindUnavailable, unsure))
	chain := newChain(t, failover.ChainConfig{}, a)
	for range 2 {
		require.Equal(t, "failed: a unavailable", outcome(chain.Send(t.Context(), codeMessage)))
	}
	_, err := chain.Send(t.Context(), codeMessage)
	require.Empty(t, failure(t, err).Attempts)
	require.Equal(t, []failover.Skipped{{Provider: "a", Reason: failover.SkipBudget}}, failure(t, err).Skipped)
	require.Len(t, f.journal.asked(), 2)
}

// Budgets are by the calendar day of Beijing.
func TestBudgetDay(t *testing.T) {
	t.Parallel()
	beijing := time.FixedZone("Beijing", 8*60*60)
	now := time.Date(2025, 6, 1, 0, 0, 0, 0, beijing)
	f := newFleet("a", "b")
	a := f.member("a")
	a.Price, a.Limits.DailyBudget = failover.Fen, failover.Fen
	chain := newChain(t, failover.ChainConfig{Now: func() time.Time { return now }}, a, f.member("b"))
	at := func(want string, moment time.Time) {
		t.Helper()
		now = moment
		require.Equal(t, want, outcome(chain.Send(t.Context(), codeMessage)), moment.String())
	}
	at("a", now)
	at("b", time.Date(2025, 6, 1, 23, 59, 59, 0, beijing))
	at("a", time.Date(2025, 6, 2, 0, 0, 0, 0, beijing))
	at("b", time.Date(2025, 6, 1, 23, 59, 59, 0, beijing)) // a clock set back starts no new day
	at("b", time.Date(2025, 6, 2, 15, 59, 59, 0, time.UTC).Add(-time.Hour))
	at("a", time.Date(2025, 6, 2, 16, 0, 0, 0, time.UTC)) // midnight in Beijing
	require.Equal(t, failover.Fen, chain.Members()[0].SpentToday)
	now = now.AddDate(0, 0, 1)
	require.Zero(t, chain.Members()[0].SpentToday)
}

// A send that ends on another day than it began does not give its price back to
// the new day.
func TestBudgetAcrossMidnight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet("a")
		a := f.member("a")
		a.Price, a.Limits.DailyBudget = failover.Fen, failover.Yuan
		overnight := func(context.Context, provider.Message) error {
			elapse(24 * time.Hour)
			return &provider.Error{Kind: provider.KindBlocked}
		}
		f.members["a"].then(overnight, accept)
		chain := newChain(t, failover.ChainConfig{}, a)
		var both sync.WaitGroup
		both.Go(func() { _, _ = chain.Send(t.Context(), codeMessage) })
		both.Go(func() {
			elapse(23 * time.Hour)
			_, _ = chain.Send(t.Context(), codeMessage)
		})
		both.Wait()
		require.Equal(t, failover.Fen, chain.Members()[0].SpentToday)
	})
}

// Concurrent sends cannot overrun the budget together, because each reserves
// its price before it is sent.
func TestBudgetUnderConcurrency(t *testing.T) {
	t.Parallel()
	const senders, affordable = 100, 7
	f := newFleet("a", "b")
	a := f.member("a")
	a.Price, a.Limits.DailyBudget = failover.Fen, affordable*failover.Fen
	chain := newChain(t, failover.ChainConfig{}, a, f.member("b"))
	got := allAtOnce(senders, func() string { return outcome(chain.Send(t.Context(), codeMessage)) })
	require.Equal(t, affordable, got["a"])
	require.Equal(t, affordable*failover.Fen, chain.Members()[0].SpentToday)
}

func TestLowBalance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		threshold, left string
		low             bool
	}{
		{"500", "499", true},
		{"500", "500", false},
		{"500", "1024", false},
		{"12.50", "12.49", true},
		{"12.50", "12.5", false},
		{"12.50", "-3.2", true},
		{"0.000001", "0", true},
		{"0.000001", "-0.01", true},
		{"1", "0.99999999", true},
	} {
		t.Run(test.left+" of "+test.threshold, func(t *testing.T) {
			t.Parallel()
			_, a, chain := accounts(t, test.threshold)
			a.set(test.left, nil)
			require.NoError(t, chain.CheckBalances(t.Context()))
			require.Equal(t, test.low, chain.Members()[0].LowBalance)
		})
	}
}

func TestLowBalanceTakesOutOfTheOrder(t *testing.T) {
	t.Parallel()
	f, a, chain := accounts(t, "500")
	send := func() []string { return f.asks(t, chain) }
	a.set("10", nil)
	require.Equal(t, []string{"a"}, send(), "nothing is known before the first check")
	require.NoError(t, chain.CheckBalances(t.Context()))
	require.Equal(t, []string{"b"}, send())

	f.members["b"].then(fail(provider.KindBlocked))
	require.Equal(t, []string{"b", "a"}, send(), "as a last resort")
	require.Equal(t, []string{"b"}, send(), "an accepted message does not fill the account")

	a.set("600", nil)
	require.NoError(t, chain.CheckBalances(t.Context()))
	require.Equal(t, []string{"a"}, send())
	require.Equal(t, 2, a.reads, "a send never reads a balance")
}

// A member that is low is healthy, and so a better last resort than one that is
// cooling down.
func TestLowBeforeCoolingDown(t *testing.T) {
	t.Parallel()
	f, a, chain := accounts(t, "500")
	f.members["a"].then(fail(provider.KindBlocked))
	f.members["b"].then(fail(provider.KindAuth))
	require.Equal(t, "failed: a blocked, b auth", outcome(chain.Send(t.Context(), codeMessage)))
	a.set("1", nil)
	require.NoError(t, chain.CheckBalances(t.Context()))
	require.Equal(t, "a", outcome(chain.Send(t.Context(), codeMessage)))
}

// A balance that cannot be read changes nothing.
func TestUnreadableBalance(t *testing.T) {
	t.Parallel()
	down := errors.New("down")
	for _, test := range []struct {
		name string
		left string
		err  error
		want string
	}{
		{"error", "", down, "paid: a: check balance: down"},
		{"no number", "plenty", nil, "paid: a: check balance: a has a balance that is no decimal number"},
		{"no answer in the member's time", "hang", nil, "paid: a: check balance: context deadline exceeded"},
	} {
		inBubble(t, test.name, func(t *testing.T) {
			t.Helper()
			_, a, chain := accounts(t, "500")
			for _, low := range []bool{false, true} {
				a.set(map[bool]string{false: "500", true: "499"}[low], nil)
				require.NoError(t, chain.CheckBalances(t.Context()))
				a.set(test.left, test.err)
				require.EqualError(t, chain.CheckBalances(t.Context()), test.want)
				require.Equal(t, low, chain.Members()[0].LowBalance)
			}
		})
	}
}

// The outermost checks everything inside, each account once, also behind
// wrappers and in several routes.
func TestCheckBalancesInside(t *testing.T) {
	t.Parallel()
	f := newFleet("relay")
	_, a, chain := accounts(t, "500")
	a.set("499", nil)
	router := newRouter(t, failover.RouterConfig{},
		failover.Rule{Countries: []string{"86"}, Provider: wrapped{chain}},
		failover.Rule{Provider: chain})
	composer := newComposer(t, failover.ComposerConfig{First: f.member("relay"), Retry: failover.Member{Provider: router}})
	require.NoError(t, composer.CheckBalances(t.Context()))
	require.True(t, chain.Members()[0].LowBalance)
	require.Equal(t, 1, a.reads)
	require.NoError(t, router.CheckBalances(t.Context()))
	require.Equal(t, 2, a.reads)

	require.ErrorIs(t, composer.CheckBalances(cancelled(t)), context.Canceled)
	require.Equal(t, 2, a.reads)
}

// A composer may be embedded in a struct that Go cannot compare.
func TestCheckBalancesInsideAnUncomparableComposer(t *testing.T) {
	t.Parallel()
	_, a, chain := accounts(t, "500")
	a.set("499", nil)
	outer := newChain(t, failover.ChainConfig{},
		failover.Member{Provider: tagged{chain, map[string]string{"team": "shop"}}},
		failover.Member{Provider: tagged{newFleet("c").chain(t, failover.ChainConfig{}, "c"), nil}})
	require.NoError(t, outer.CheckBalances(t.Context()))
	require.True(t, chain.Members()[0].LowBalance)
}

type tagged struct {
	*failover.Chain
	tags map[string]string
}

func TestFullestAccountCounts(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b")
	a, b := &account{scripted: f.members["a"], left: "1"}, &account{scripted: f.members["b"], left: "900"}
	chain := newChain(t, failover.ChainConfig{}, failover.Member{Provider: foreignGroup{a, b, ""}, Limits: failover.Limits{LowBalance: "500"}})
	require.NoError(t, chain.CheckBalances(t.Context()))
	require.False(t, chain.Members()[0].LowBalance)
	a.set("900", nil)
	b.set("499", nil)
	require.NoError(t, chain.CheckBalances(t.Context()))
	require.False(t, chain.Members()[0].LowBalance)
	a.set("1", nil)
	require.NoError(t, chain.CheckBalances(t.Context()))
	require.True(t, chain.Members()[0].LowBalance)
}

func TestMoney(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		money failover.Money
		text  string
	}{
		{0, "0"},
		{45 * failover.Li, "0.045"},
		{5 * failover.Fen, "0.05"},
		{12*failover.Yuan + 50*failover.Fen, "12.5"},
		{1, "0.000001"},
		{-failover.Fen, "-0.01"},
		{math.MaxInt64, "9223372036854.775807"},
		{math.MinInt64, "-9223372036854.775808"},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.text, test.money.String())
			parsed, err := failover.ParseMoney(test.text)
			require.NoError(t, err)
			require.Equal(t, test.money, parsed)
		})
	}
}

func TestParseMoney(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		want failover.Money
		err  string
	}{
		{"1.50", 150 * failover.Fen, ""},
		{"007", 7 * failover.Yuan, ""},
		{"-0", 0, ""},
		{"0.0450000000", 45 * failover.Li, ""},
		{"0.0000001", 0, "money: more than 6 decimal places"},
		{"", 0, "money: want a decimal number, such as 0.045"},
		{"-", 0, "money: want a decimal number, such as 0.045"},
		{".5", 0, "money: want a decimal number, such as 0.045"},
		{"5.", 0, "money: want a decimal number, such as 0.045"},
		{"1.2.3", 0, "money: want a decimal number, such as 0.045"},
		{"--1", 0, "money: want a decimal number, such as 0.045"},
		{"+1", 0, "money: want a decimal number, such as 0.045"},
		{"1e3", 0, "money: want a decimal number, such as 0.045"},
		{"1,000", 0, "money: want a decimal number, such as 0.045"},
		{" 1", 0, "money: want a decimal number, such as 0.045"},
		{"¥1", 0, "money: want a decimal number, such as 0.045"},
		{"9223372036854.775808", 0, "money: too large"},
		{"99999999999999999999", 0, "money: too large"},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			got, err := failover.ParseMoney(test.text)
			if test.err != "" {
				require.EqualError(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestMoneyInConfigFiles(t *testing.T) {
	t.Parallel()
	var read struct{ Price failover.Money }
	require.NoError(t, json.Unmarshal([]byte(`{"Price":"0.045"}`), &read))
	require.Equal(t, 45*failover.Li, read.Price)
	written, err := json.Marshal(read)
	require.NoError(t, err)
	require.JSONEq(t, `{"Price":"0.045"}`, string(written))
	require.Error(t, json.Unmarshal([]byte(`{"Price":"cheap"}`), &read))
}

func FuzzParseMoney(f *testing.F) {
	for _, seed := range []string{"0", "0.045", "-12.5", "9223372036854.775807", "1.", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		money, err := failover.ParseMoney(text)
		if err != nil {
			return
		}
		again, err := failover.ParseMoney(money.String())
		require.NoError(t, err)
		require.Equal(t, money, again)
	})
}
