package failover_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

func TestFinishedContextAsksNobody(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b")
	expired, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	for _, p := range []provider.Provider{
		f.chain(t, failover.ChainConfig{Name: "paid"}, "a", "b"),
		newComposer(t, failover.ComposerConfig{Name: "paid", First: f.member("a"), Retry: f.member("b")}),
		newRouter(t, failover.RouterConfig{Name: "paid"}, failover.Rule{Provider: f.members["a"]}),
	} {
		_, err := p.Send(cancelled(t), codeMessage)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, provider.KindUnavailable)
		require.False(t, provider.MayHaveSent(err))
		require.EqualError(t, err, "paid: no attempt made: send: unavailable: the context has finished: context canceled")
		_, err = p.Send(expired, codeMessage)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
	require.Empty(t, f.journal.asked())
}

func TestBadMessageAsksNobody(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		message provider.Message
		want    error
		text    string
	}{
		{"no phone", provider.Message{Template: "login"}, provider.KindRecipient, "paid: no attempt made: send: recipient: To: no phone number"},
		{"no template", provider.Message{To: testPhone}, provider.KindTemplate, "paid: no attempt made: send: template: Template: no template name"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet("a", "b")
			_, err := f.chain(t, failover.ChainConfig{Name: "paid"}, "a", "b").Send(t.Context(), test.message)
			require.ErrorIs(t, err, test.want)
			require.EqualError(t, err, test.text)
			require.Empty(t, f.journal.asked())
		})
	}
}

func TestContextThatFinishesStops(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		answer func(ctx context.Context) error // after the context has finished
	}{
		{"error with the context's", func(ctx context.Context) error {
			return &provider.Error{Kind: provider.KindUnavailable, Err: ctx.Err()}
		}},
		{"error that hides it", func(context.Context) error { return &provider.Error{Kind: provider.KindBalance} }},
		{"foreign error", func(context.Context) error { return errors.New("oops") }},
		{"bare context error", func(ctx context.Context) error { return ctx.Err() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet("a", "b")
			ctx, cancel := context.WithCancel(t.Context())
			f.members["a"].then(func(ctx context.Context, _ provider.Message) error {
				cancel()
				return test.answer(ctx)
			})
			decide := func(context.Context, provider.Message, failover.Attempt) failover.Decision {
				t.Error("Decide was asked about a finished context")
				return failover.DecideNext
			}
			_, err := f.chain(t, failover.ChainConfig{Decide: decide}, "a", "b").Send(ctx, codeMessage)
			require.Equal(t, []string{"a"}, f.journal.asked())
			require.ErrorIs(t, err, context.Canceled)
			require.Len(t, failure(t, err).Attempts, 1)
		})
	}
}

// A message that was accepted in time counts, also when the context finishes at
// that moment.
func TestAcceptedBeatsContext(t *testing.T) {
	t.Parallel()
	f := newFleet("a")
	ctx, cancel := context.WithCancel(t.Context())
	f.members["a"].then(func(context.Context, provider.Message) error { cancel(); return nil })
	require.Equal(t, "a", outcome(f.chain(t, failover.ChainConfig{}, "a").Send(ctx, codeMessage)))
}

func TestOnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet("a", "b", "c")
		a, b, c := f.member("a"), f.member("b"), f.member("c")
		a.Price, b.Price, c.Price = 45*failover.Li, 5*failover.Fen, 6*failover.Fen
		f.members["a"].then(slow(fail(provider.KindThrottled, scope(provider.ScopePhone), func(e *provider.Error) { e.Code = "4085" })))
		f.members["b"].then(slow(fail(provider.KindUnavailable, unsure)))
		f.members["c"].then(slow(accept))
		var seen events
		type key struct{}
		chain := newChain(t, failover.ChainConfig{OnAttempt: func(ctx context.Context, attempt failover.Attempt) {
			require.Equal(t, "caller's", ctx.Value(key{}))
			seen.add(ctx, attempt)
		}}, a, b, c)

		m := codeMessage
		m.Attempt = 2
		_, err := chain.Send(context.WithValue(t.Context(), key{}, "caller's"), m)
		require.NoError(t, err)

		got := seen.all()
		for i := range got {
			require.Equal(t, got[i].Err != nil, i < 2)
			got[i].Err = nil
		}
		require.Equal(t, []failover.Attempt{
			{
				Provider: "a", To: testPhone, Template: "login", UserAttempt: 2, Took: time.Second,
				Kind: provider.KindThrottled, Scope: provider.ScopePhone, Code: "4085",
			},
			{
				Provider: "b", To: testPhone, Template: "login", UserAttempt: 2, Took: time.Second,
				Kind: provider.KindUnavailable, MayHaveSent: true, Cost: 5 * failover.Fen, Cooldown: failover.DefaultCooldown,
			},
			{
				Provider: "c", To: testPhone, Template: "login", UserAttempt: 2, Took: time.Second,
				ID: "c-id", Cost: 6 * failover.Fen,
			},
		}, got)
	})
}

// One function at the outermost sees every attempt once, with the leaf's name
// and cost, and so does one further in for what is inside it.
func TestOnAttemptSeesInside(t *testing.T) {
	t.Parallel()
	f := newFleet("relay", "a", "b")
	a, b := f.member("a"), f.member("b")
	a.Price, b.Price = 1*failover.Fen, 2*failover.Fen
	var outer, middle, inner events
	chain := newChain(t, failover.ChainConfig{OnAttempt: inner.add}, a, b)
	router := newRouter(t, failover.RouterConfig{}, failover.Rule{Provider: chain})
	wider := newChain(t, failover.ChainConfig{Name: "wider", OnAttempt: middle.add}, failover.Member{Provider: router})
	composer := newComposer(t, failover.ComposerConfig{
		First:     f.member("relay"),
		Retry:     failover.Member{Provider: wider},
		OnAttempt: outer.add,
	})

	f.members["relay"].then(fail(provider.KindUnavailable))
	f.members["a"].then(fail(provider.KindUnavailable, unsure))
	require.Equal(t, "b", outcome(composer.Send(t.Context(), codeMessage)))
	require.Equal(t, []string{"relay 1 0 false", "a 1 0.01 false", "b 1 0.02 true"}, facts(&outer))
	require.Equal(t, []string{"a 1 0.01 false", "b 1 0.02 true"}, facts(&middle))
	require.Equal(t, []string{"a 1 0.01 false", "b 1 0.02 true"}, facts(&inner))

	f.members["a"].then(fail(provider.KindBlocked))
	f.members["b"].then(fail(provider.KindBlocked))
	_, err := composer.Send(t.Context(), codeMessage)
	require.ErrorIs(t, err, provider.KindBlocked)
	// a is cooling down: b is asked first.
	require.Equal(t, []string{"b 2 0 false", "a 2 0 false"}, facts(&outer))
}

// A composer behind a wrapper of another package shows what its Send returns: one
// attempt when it was accepted, every attempt when it failed.
func TestOnAttemptSeesBehindAWrapper(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		wrap    func(*failover.Chain) provider.Provider
		b       reply
		want    []string
		outcome string
	}{
		{
			"accepted", func(c *failover.Chain) provider.Provider { return wrapped{c} }, accept,
			[]string{"b 7 0.02 true"},
			"b",
		},
		{
			"accepted behind two", func(c *failover.Chain) provider.Provider { return wrapped{annotating{c}} }, accept,
			[]string{"b 7 0.02 true"},
			"b",
		},
		{
			"failed", func(c *failover.Chain) provider.Provider { return wrapped{c} }, fail(provider.KindContent),
			[]string{"a 7 0.01 false", "b 7 0 false"},
			"failed: a unavailable, b content",
		},
		{
			"failed with words of the wrapper", func(c *failover.Chain) provider.Provider { return annotating{c} }, fail(provider.KindContent),
			[]string{"a 7 0.01 false", "b 7 0 false"},
			"failed: b content",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet("a", "b", "c")
			a, b := f.member("a"), f.member("b")
			a.Price, b.Price = 1*failover.Fen, 2*failover.Fen
			f.members["a"].then(fail(provider.KindUnavailable, unsure))
			f.members["b"].then(test.b)
			var outer, middle events
			chain := newChain(t, failover.ChainConfig{}, a, b)
			router := newRouter(t, failover.RouterConfig{OnAttempt: middle.add}, failover.Rule{Provider: test.wrap(chain)})
			composer := newComposer(t, failover.ComposerConfig{
				First: f.member("c"), Retry: failover.Member{Provider: router}, OnAttempt: outer.add,
			})
			m := codeMessage
			m.Attempt = 7
			require.Equal(t, test.outcome, outcome(composer.Send(t.Context(), m)))
			require.Equal(t, test.want, facts(&middle))
			require.Equal(t, test.want, facts(&outer))
		})
	}
}

// A composer inside that refuses before it asks anybody is an attempt itself.
func TestOnAttemptSeesARefusal(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b")
	router := newRouter(t, failover.RouterConfig{}, failover.Rule{Countries: []string{"1"}, Provider: f.members["a"]})
	var seen events
	chain := newChain(t, failover.ChainConfig{OnAttempt: seen.add}, failover.Member{Provider: router}, f.member("b"))
	require.Equal(t, "b", outcome(chain.Send(t.Context(), codeMessage)))
	got := seen.all()
	require.Len(t, got, 2)
	require.Equal(t, "router", got[0].Provider)
	require.Equal(t, provider.KindUnsupported, got[0].Kind)
	require.Equal(t, "b", got[1].Provider)
}

// What a composer inside did before one of its functions panicked is listed and
// reported.
func TestPanicInsideKeepsTheAttempts(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b", "c")
	var seen events
	inner := f.chain(t, failover.ChainConfig{Name: "inner", Decide: func(_ context.Context, _ provider.Message, a failover.Attempt) failover.Decision {
		if a.Provider == "b" {
			panic("oops")
		}
		return failover.DecideByRule
	}}, "a", "b")
	outer := newChain(t, failover.ChainConfig{OnAttempt: seen.add}, failover.Member{Provider: inner}, f.member("c"))
	f.members["a"].then(fail(provider.KindBlocked))
	f.members["b"].then(fail(provider.KindBlocked))
	f.members["c"].then(fail(provider.KindBalance))
	_, err := outer.Send(t.Context(), codeMessage)
	require.Equal(t, "failed: a blocked, b blocked, inner unknown, c balance", outcome(provider.Receipt{}, err))
	require.Equal(t, failure(t, err).Attempts, seen.all())
	var panicked *failover.PanicError
	require.ErrorAs(t, err, &panicked)
}

// Composers declare no optional interface; what is inside is found by walking.
func TestComposersAreGroups(t *testing.T) {
	t.Parallel()
	f, a, chain := accounts(t, "500")
	relay := &scripted{name: "relay", journal: &f.journal}
	composer := newComposer(t, failover.ComposerConfig{First: failover.Member{Provider: relay}, Retry: failover.Member{Provider: chain}})
	router := newRouter(t, failover.RouterConfig{}, failover.Rule{Provider: composer})

	require.Equal(t, "paid", chain.Name())
	require.Equal(t, "failover", composer.Name())
	require.Equal(t, "router", router.Name())
	require.Equal(t, []provider.Provider{a, f.members["b"]}, chain.Providers())
	require.Equal(t, []provider.Provider{relay, chain}, composer.Providers())

	chain.Providers()[0] = nil
	require.NotNil(t, chain.Providers()[0], "the slice belongs to the caller")

	for _, p := range []provider.Provider{chain, composer, router} {
		_, isReader := p.(provider.BalanceReader)
		require.False(t, isReader)
		found, ok := provider.As[provider.BalanceReader](p)
		require.True(t, ok)
		require.Equal(t, a, found)
	}
}
