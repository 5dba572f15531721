package failover_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

// spareMember is a member with an account, a price of one fen and a budget.
func (f *fleet) spareMember(name string, budget failover.Money) failover.Member {
	return failover.Member{
		Provider: &account{scripted: f.members[name], left: "1"}, Price: failover.Fen,
		Limits: failover.Limits{LowBalance: "100", DailyBudget: budget},
	}
}

// Every spare whose budget allows it is tried before a chain refuses.
func TestF1(t *testing.T) {
	t.Parallel()
	t.Run("both are low and the first has spent its budget", func(t *testing.T) {
		t.Parallel()
		f := newFleet("a", "b")
		a := f.spareMember("a", failover.Fen)
		b := f.spareMember("b", 0)
		chain := newChain(t, failover.ChainConfig{}, a, b)
		require.Equal(t, []string{"a"}, f.asks(t, chain), "the budget is spent")
		require.NoError(t, chain.CheckBalances(t.Context()))
		require.Equal(t, []string{"b"}, f.asks(t, chain))

		f.members["b"].then(fail(provider.KindBlocked))
		_, err := chain.Send(t.Context(), codeMessage)
		require.EqualError(t, err, "chain: 1 attempt failed: b: send: blocked; skipped: a (daily budget used up)")
	})
	t.Run("nobody has any budget", func(t *testing.T) {
		t.Parallel()
		f := newFleet("a", "b")
		a := f.spareMember("a", failover.Fen)
		b := f.spareMember("b", failover.Fen)
		chain := newChain(t, failover.ChainConfig{}, a, b)
		f.asks(t, chain)
		f.asks(t, chain)
		require.NoError(t, chain.CheckBalances(t.Context()))
		f.journal.asked()
		_, err := chain.Send(t.Context(), codeMessage)
		require.EqualError(t, err, "chain: no attempt made; skipped: a (daily budget used up), b (daily budget used up): "+
			"send: balance: no member has budget left for today")
		require.Empty(t, f.journal.asked())
	})
	t.Run("the best two spares have no budget, the third is cooling down", func(t *testing.T) {
		t.Parallel()
		f := newFleet("a", "b", "c")
		a := f.spareMember("a", failover.Fen)
		b := f.spareMember("b", failover.Fen)
		chain := newChain(t, failover.ChainConfig{}, a, b, f.member("c"))
		f.asks(t, chain)
		f.asks(t, chain)
		require.NoError(t, chain.CheckBalances(t.Context()))
		f.members["c"].then(fail(provider.KindUnavailable))
		_, err := chain.Send(t.Context(), codeMessage)
		require.ErrorIs(t, err, provider.KindUnavailable)
		require.Equal(t, []string{"c"}, f.asks(t, chain))
	})
	t.Run("a chain inside has no budget at all", func(t *testing.T) {
		t.Parallel()
		f := newFleet("a", "b")
		a := f.member("a")
		a.Price, a.Limits.DailyBudget = failover.Fen, failover.Fen
		inner := newChain(t, failover.ChainConfig{Name: "inner"}, a)
		f.members["a"].then(fail(provider.KindUnavailable, unsure))
		f.members["b"].then(fail(provider.KindUnavailable))
		outer := newChain(t, failover.ChainConfig{Name: "outer"},
			failover.Member{Provider: inner}, failover.Member{Provider: f.members["b"], Cooldown: time.Hour})
		_, err := outer.Send(t.Context(), codeMessage) // both cool down, inner for less long
		require.ErrorIs(t, err, provider.KindUnavailable)
		require.Equal(t, []string{"b"}, f.asks(t, outer))
	})
	t.Run("only one spare that can be asked is asked", func(t *testing.T) {
		t.Parallel()
		f := newFleet("a", "b")
		a := f.spareMember("a", 0)
		b := f.spareMember("b", 0)
		chain := newChain(t, failover.ChainConfig{}, a, b)
		require.NoError(t, chain.CheckBalances(t.Context()))
		f.members["a"].then(fail(provider.KindBlocked))
		_, err := chain.Send(t.Context(), codeMessage)
		require.EqualError(t, err, "chain: 1 attempt failed: a: send: blocked; skipped: b (low balance)")
	})
}

// What one service's own limits refuse, another may take, in every composition.
func TestF2(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]reply{
		"too long, an emoji, a blocked word, the hour": fail(provider.KindContent),
		"a number that the service's table has not":    fail(provider.KindRecipient),
	} {
		for _, m := range []provider.Message{codeMessage, plainMessage} {
			t.Run(name+" "+m.Template, func(t *testing.T) {
				t.Parallel()
				f := newFleet("relay", "a", "b")
				for _, each := range []string{"relay", "a"} {
					f.members[each].then(refusal)
				}
				paid := f.chain(t, failover.ChainConfig{}, "a", "b")
				sms := newComposer(t, failover.ComposerConfig{First: f.member("relay"), Retry: failover.Member{Provider: paid}})
				require.Equal(t, "b", outcome(sms.Send(t.Context(), m)))
				require.Equal(t, []string{"relay", "a", "b"}, f.journal.asked())
				require.Zero(t, paid.Members()[0].Cooldown)
			})
		}
	}
}

func TestF4(t *testing.T) {
	t.Parallel()
	start := time.Date(2025, 6, 1, 8, 0, 0, 0, time.UTC) // a window of ten minutes begins
	type clock struct{ now time.Time }
	build := func(t *testing.T, change ...func(*failover.ComposerConfig)) (*fleet, *failover.Composer, *clock) {
		t.Helper()
		c := &clock{start}
		f, composer := story(t, append(change, func(cfg *failover.ComposerConfig) { cfg.Now = func() time.Time { return c.now } })...)
		return f, composer, c
	}
	send := func(t *testing.T, p provider.Provider, attempt int) string {
		t.Helper()
		m := codeMessage
		m.Attempt = attempt
		receipt, err := p.Send(t.Context(), m)
		if errors.Is(err, provider.KindThrottled) {
			return "refused"
		}
		require.NoError(t, err)
		return receipt.Provider
	}
	t.Run("fast", func(t *testing.T) {
		t.Parallel()
		f, composer, c := build(t)
		require.Equal(t, "relay", send(t, composer, 0))
		for range failover.DefaultMaxRetries {
			require.Equal(t, "paid", send(t, composer, 0))
		}
		c.now = c.now.Add(4 * time.Minute)
		f.journal.asked()
		_, err := composer.Send(t.Context(), codeMessage)
		require.EqualError(t, err, "failover: no attempt made: send: throttled by phone: "+
			"MaxRetries: this phone and template have had 10 retries within 10m0s")
		wait, limited := provider.PhoneLimit(err)
		require.True(t, limited)
		require.Equal(t, 6*time.Minute, wait)
		require.False(t, provider.MayHaveSent(err))
		require.Empty(t, f.journal.asked())

		other := codeMessage
		other.To = provider.MustParsePhone("13900139000")
		require.Equal(t, "relay", outcome(composer.Send(t.Context(), other)), "another number")
		c.now = c.now.Add(wait)
		require.Equal(t, "paid", send(t, composer, 0), "the next window")
	})
	t.Run("slowly, for days: the number's owner still gets texts", func(t *testing.T) {
		t.Parallel()
		_, composer, c := build(t, func(cfg *failover.ComposerConfig) { cfg.MaxRetries = 2 })
		require.Equal(t, "relay", send(t, composer, 0))
		for range 1000 {
			c.now = c.now.Add(9*time.Minute + 59*time.Second)
			require.Equal(t, "paid", send(t, composer, 0))
		}
		require.Equal(t, "relay", send(t, composer, 1), "counted by session")
	})
	t.Run("numbered by the caller", func(t *testing.T) {
		t.Parallel()
		_, composer, _ := build(t, func(cfg *failover.ComposerConfig) { cfg.MaxRetries = 1 })
		require.Equal(t, "paid", send(t, composer, 2))
		require.Equal(t, "refused", send(t, composer, 2))
		require.Equal(t, "refused", send(t, composer, 7))
		require.Equal(t, "relay", send(t, composer, 1))
	})
	t.Run("forgotten", func(t *testing.T) {
		t.Parallel()
		_, composer, _ := build(t, func(cfg *failover.ComposerConfig) { cfg.MaxRetries = 1 })
		require.Equal(t, "relay", send(t, composer, 0))
		require.Equal(t, "paid", send(t, composer, 0))
		require.Equal(t, "refused", send(t, composer, 0))
		require.NoError(t, composer.Forget(t.Context(), testPhone, "login"))
		require.Equal(t, "relay", send(t, composer, 0))
		require.Equal(t, "refused", send(t, composer, 0))
	})
	t.Run("switched off", func(t *testing.T) {
		t.Parallel()
		_, composer, _ := build(t, func(cfg *failover.ComposerConfig) { cfg.MaxRetries = failover.NoMaxRetries })
		require.Equal(t, "relay", send(t, composer, 0))
		for range 100 {
			require.Equal(t, "paid", send(t, composer, 0))
		}
	})
	t.Run("the store fails", func(t *testing.T) {
		t.Parallel()
		_, composer, _ := build(t, func(cfg *failover.ComposerConfig) {
			cfg.MaxRetries = 1
			cfg.Attempts = &spyStore{add: func(context.Context) (int, error) { return 0, errStore }}
		})
		for range 5 {
			require.Equal(t, "paid", send(t, composer, 0), "reliability before price")
		}
	})
	t.Run("no such number", func(t *testing.T) {
		t.Parallel()
		f := newFleet("a", "b")
		_, err := failover.NewComposer(failover.ComposerConfig{First: f.member("a"), Retry: f.member("b"), MaxRetries: -2})
		require.ErrorContains(t, err, "MaxRetries: must not be negative")
	})
}

// badError panics when it is read in one of the ways in which errors are read.
type badError struct{ how string }

func (e badError) panicIf(how string) {
	if e.how == how {
		panic("no " + how + " for " + testNumber)
	}
}

func (e badError) Error() string { e.panicIf("Error"); return "bad" }

func (e badError) Unwrap() error { e.panicIf("Unwrap"); return nil }

func (e badError) Is(error) bool { e.panicIf("Is"); return false }

func (e badError) As(any) bool { e.panicIf("As"); return false }

// An error that cannot be read is contained.
func TestF6Errors(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"Error", "Unwrap", "Is", "As"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			f := newFleet("a", "b", "c")
			f.members["a"].then(func(context.Context, provider.Message) error { return badError{how} })
			f.members["b"].then(fail(provider.KindBalance, func(e *provider.Error) { e.Err = badError{how} }))
			f.members["c"].then(func(context.Context, provider.Message) error {
				return errors.Join(&provider.Error{Kind: provider.KindBlocked}, badError{how})
			})
			var seen events
			_, err := f.chain(t, failover.ChainConfig{OnAttempt: seen.add}, "a", "b", "c").Send(t.Context(), codeMessage)
			require.Equal(t, "failed: a unknown, b balance, c unknown", outcome(provider.Receipt{}, err))
			require.Contains(t, err.Error(), "panic: no "+how+" for ***")
			require.True(t, provider.MayHaveSent(err))
			require.NotErrorIs(t, err, context.Canceled)
			for _, a := range seen.all() {
				require.NotEmpty(t, a.LogValue().String())
			}
			var panicked *failover.PanicError
			require.ErrorAs(t, err, &panicked)
		})
	}
}

// A goroutine that ends inside a member gives the probe back.
func TestF6Goexit(t *testing.T) {
	t.Parallel()
	for _, nested := range []bool{false, true} {
		now := time.Unix(0, 0)
		f := newFleet("a", "b")
		cfg := failover.ChainConfig{Now: func() time.Time { return now }}
		chain := f.chain(t, cfg, "a", "b")
		var p provider.Provider = chain
		if nested {
			p = newChain(t, failover.ChainConfig{Name: "outer", Now: cfg.Now}, failover.Member{Provider: chain})
		}
		f.members["a"].then(fail(provider.KindUnavailable),
			func(context.Context, provider.Message) error { runtime.Goexit(); return nil })
		require.Equal(t, []string{"a", "b"}, f.asks(t, p))
		now = now.Add(failover.DefaultCooldown)
		var left sync.WaitGroup
		left.Go(func() { _, _ = p.Send(context.Background(), codeMessage) })
		left.Wait()
		require.Equal(t, []string{"a"}, f.asks(t, p), "a is probed again, and well")
	}
}

// A store that panics is a store that fails.
func TestF6Store(t *testing.T) {
	t.Parallel()
	var heard []error
	_, composer := story(t, func(cfg *failover.ComposerConfig) {
		cfg.Attempts = &spyStore{
			add:    func(context.Context) (int, error) { panic("no table") },
			forget: func(context.Context) error { panic("no table") },
		}
		cfg.OnStoreError = func(_ context.Context, err error) { heard = append(heard, err) }
	})
	require.Equal(t, "paid", outcome(composer.Send(t.Context(), codeMessage)))
	require.Len(t, heard, 1)
	require.EqualError(t, heard[0], "failover: count attempts: panic: no table")
	require.EqualError(t, composer.Forget(t.Context(), testPhone, "login"), "failover: forget attempts: panic: no table")
}

func TestF6Balance(t *testing.T) {
	t.Parallel()
	f := newFleet("a")
	chain := newChain(t, failover.ChainConfig{Name: "paid"},
		failover.Member{Provider: brokenAccount{f.members["a"]}, Limits: failover.Limits{LowBalance: "1"}})
	require.EqualError(t, chain.CheckBalances(t.Context()), "paid: a: check balance: panic: no account")
	require.Equal(t, []string{"a"}, f.asks(t, chain))
}

type brokenAccount struct{ *scripted }

func (brokenAccount) ReadBalance(context.Context) (provider.Balance, error) { panic("no account") }

// Two composers without a name in one store do not share their counts.
func TestF6Names(t *testing.T) {
	t.Parallel()
	store := newMemoryStore(t, failover.MemoryStoreConfig{})
	build := func(name, first, retry string, attempts failover.AttemptStore) (*failover.Composer, error) {
		f := newFleet(first, retry)
		return failover.NewComposer(failover.ComposerConfig{Name: name, First: f.member(first), Retry: f.member(retry), Attempts: attempts})
	}
	one, err := build("", "relay", "paid", store)
	require.NoError(t, err)
	require.Equal(t, "relay", outcome(one.Send(t.Context(), codeMessage)))

	_, err = build("", "relay", "paid", store)
	require.ErrorContains(t, err, "Name: must not be empty")
	for _, names := range [][3]string{{"", "relay", "other"}, {"", "paid", "relay"}, {"own", "relay", "paid"}} {
		two, err := build(names[0], names[1], names[2], store)
		require.NoError(t, err)
		require.Equal(t, names[1], outcome(two.Send(t.Context(), codeMessage)), names)
	}
	three, err := build("own", "relay", "paid", store)
	require.NoError(t, err, "a replica")
	require.Equal(t, "paid", outcome(three.Send(t.Context(), codeMessage)))
}

func TestF6LowBalance(t *testing.T) {
	t.Parallel()
	for _, threshold := range []string{"0", "0.0", "-0", "-1", "0.0000001", "00"} {
		a := &account{scripted: newFleet("a").members["a"]}
		_, err := failover.NewChain(failover.ChainConfig{}, failover.Member{Provider: a, Limits: failover.Limits{LowBalance: threshold}})
		require.ErrorContains(t, err, "Limits.LowBalance: want a decimal number above 0", threshold)
	}
}

// What was not made says how to make it, and nothing panics.
func TestC6(t *testing.T) {
	t.Parallel()
	composer, err := failover.NewComposer(failover.ComposerConfig{})
	require.Error(t, err)
	chain, err := failover.NewChain(failover.ChainConfig{})
	require.Error(t, err)
	router, err := failover.NewRouter(failover.RouterConfig{})
	require.Error(t, err)
	good := newFleet("good").member("good")
	type group interface {
		provider.Group
		Members() []failover.MemberState
		CheckBalances(ctx context.Context) error
	}
	for _, p := range []group{composer, chain, router, &failover.Composer{}, &failover.Chain{}, &failover.Router{}} {
		_, err := p.Send(t.Context(), codeMessage)
		require.ErrorIs(t, err, provider.KindConfig)
		require.ErrorContains(t, err, "use NewComposer, NewChain or NewRouter")
		require.False(t, provider.MayHaveSent(err))
		require.Empty(t, p.Members())
		require.Empty(t, p.Providers())
		require.ErrorContains(t, p.CheckBalances(t.Context()), "use NewComposer, NewChain or NewRouter")
		_, err = failover.NewChain(failover.ChainConfig{}, good, failover.Member{Provider: p})
		require.ErrorContains(t, err, "members[1].Provider: has no name; was it made with its package's New")
		_, err = provider.ReadStatus(t.Context(), p, provider.Receipt{Provider: "a"})
		require.ErrorIs(t, err, errors.ErrUnsupported)
	}
	require.ErrorContains(t, composer.Forget(t.Context(), testPhone, "login"), "use NewComposer")
}

// Two accounts of one service want names of their own.
func TestC11(t *testing.T) {
	t.Parallel()
	one, two := newFleet("ihuyi").member("ihuyi"), newFleet("ihuyi").member("ihuyi")
	_, err := failover.NewChain(failover.ChainConfig{}, one, two)
	require.ErrorContains(t, err, `members[1].Provider: members[0] also has a provider named "ihuyi"`)
	require.ErrorContains(t, err, "set Config.Name of one of them")
	_, err = failover.NewComposer(failover.ComposerConfig{First: one, Retry: two})
	require.ErrorContains(t, err, "set Config.Name of one of them")

	_, err = failover.NewChain(failover.ChainConfig{}, one, one)
	require.ErrorContains(t, err, "it is the same one")
	require.NotContains(t, err.Error(), "Config.Name", "a name does not help there")
}
