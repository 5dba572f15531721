package failover_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

// slow answers after a second.
func slow(then reply) reply {
	return func(ctx context.Context, m provider.Message) error {
		elapse(time.Second)
		return then(ctx, m)
	}
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

// Printing an attempt shows no code and no full number.
func TestAttemptPrintsNoSecret(t *testing.T) {
	t.Parallel()
	f := newFleet("a")
	f.members["a"].then(func(_ context.Context, m provider.Message) error {
		return fmt.Errorf("%s %s", m.To.E164(), m.Params["code"]) // what an adapter must not do
	})
	var seen events
	_, err := f.chain(t, failover.ChainConfig{OnAttempt: seen.add}, "a").Send(t.Context(), codeMessage)
	require.Error(t, err)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for _, value := range []any{err, seen.list[0], &seen.list[0], failure(t, err).Attempts} {
			text := fmt.Sprintf(format, value)
			require.NotContains(t, text, testNumber, format)
			require.NotContains(t, text, testCode, format)
		}
	}
	data, jsonErr := json.Marshal(seen.list[0])
	require.NoError(t, jsonErr)
	require.NotContains(t, string(data), testNumber)
}

func TestAttemptInLogs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		a    reply
		want string
	}{
		{
			"accepted", accept, `level=INFO msg=sms attempt.provider=a attempt.to=138****8000 attempt.template=login ` +
				`attempt.user_attempt=1 attempt.took=0s attempt.cost=0.045 attempt.id=a-id` + "\n",
		},
		{
			"failed", fail(provider.KindUnavailable, unsure), `level=INFO msg=sms attempt.provider=a attempt.to=138****8000 ` +
				`attempt.template=login attempt.user_attempt=1 attempt.took=0s attempt.cost=0.045 attempt.kind=unavailable ` +
				`attempt.may_have_sent=true attempt.cooldown=30s attempt.error="send: unavailable (may have been sent)"` + "\n",
		},
		{
			"failed for two reasons", func(context.Context, provider.Message) error {
				return errors.Join(&provider.Error{Kind: provider.KindBlocked}, errors.New("noted"))
			}, `level=INFO msg=sms attempt.provider=a attempt.to=138****8000 ` +
				`attempt.template=login attempt.user_attempt=1 attempt.took=0s attempt.cost=0 attempt.kind=blocked ` +
				`attempt.may_have_sent=false attempt.cooldown=0s attempt.error="blocked noted"` + "\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{
				ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
					if a.Key == slog.TimeKey {
						return slog.Attr{}
					}
					return a
				},
			}))
			f := newFleet("a")
			f.members["a"].then(test.a)
			a := f.member("a")
			a.Price = 45 * failover.Li
			now := time.Now()
			chain := newChain(t, failover.ChainConfig{
				Now: func() time.Time { return now },
				OnAttempt: func(ctx context.Context, attempt failover.Attempt) {
					logger.InfoContext(ctx, "sms", "attempt", attempt)
				},
			}, a)
			m := codeMessage
			m.Attempt = 1
			_, _ = chain.Send(t.Context(), m)
			require.Equal(t, test.want, log.String())
		})
	}
}

// facts returns what matters of the attempts since the last call: provider, user's
// attempt, cost and whether it was accepted.
func facts(e *events) (list []string) {
	for _, a := range e.all() {
		list = append(list, fmt.Sprint(a.Provider, " ", a.UserAttempt, " ", a.Cost, " ", a.Err == nil))
	}
	return list
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
			[]string{"b 7 0.02 true"}, "b",
		},
		{
			"accepted behind two", func(c *failover.Chain) provider.Provider { return wrapped{annotating{c}} }, accept,
			[]string{"b 7 0.02 true"}, "b",
		},
		{
			"failed", func(c *failover.Chain) provider.Provider { return wrapped{c} }, fail(provider.KindContent),
			[]string{"a 7 0.01 false", "b 7 0 false"}, "failed: a unavailable, b content",
		},
		{
			"failed with words of the wrapper", func(c *failover.Chain) provider.Provider { return annotating{c} }, fail(provider.KindContent),
			[]string{"a 7 0.01 false", "b 7 0 false"}, "failed: b content",
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

// A type of another package that embeds a composer is asked by its own Send.
func TestEmbeddedComposerKeepsItsSend(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b")
	var seen events
	inner := &counting{Chain: f.chain(t, failover.ChainConfig{}, "a", "b")}
	outer := newChain(t, failover.ChainConfig{Name: "outer", OnAttempt: seen.add}, failover.Member{Provider: inner})
	require.Equal(t, "a", outcome(outer.Send(t.Context(), codeMessage)))
	require.Equal(t, 1, inner.sends)
	require.Equal(t, []string{"a 0 0 true"}, facts(&seen))
}

// counting embeds a chain and has a Send of its own.
type counting struct {
	*failover.Chain
	sends int
}

func (c *counting) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	c.sends++
	return c.Chain.Send(ctx, m)
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

// wrapped is a wrapper of another package.
type wrapped struct{ provider.Provider }

func (w wrapped) Unwrap() provider.Provider { return w.Provider }
