package failover_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

func TestErrorText(t *testing.T) {
	t.Parallel()
	balance := failover.Attempt{Provider: "ihuyi", Err: &provider.Error{
		Provider: "ihuyi", Op: provider.OpSend, Kind: provider.KindBalance, Code: "4051", Text: "no messages left",
	}}
	silent := failover.Attempt{Provider: "tencent", Err: &provider.Error{
		Op: provider.OpSend, Kind: provider.KindUnavailable, MayHaveSent: true, Err: context.DeadlineExceeded,
	}}
	lines := failover.Attempt{Provider: "mob", Err: errors.Join(errors.New("one"), errors.New("two"))}
	skipped := []failover.Skipped{
		{Provider: "bmob", Reason: failover.SkipCooldown},
		{Provider: "relay", Reason: failover.SkipBalance},
		{Provider: "zhenzi", Reason: failover.SkipBudget},
	}
	for _, test := range []struct {
		name string
		err  failover.Error
		want string
	}{
		{
			"one attempt",
			failover.Error{Provider: "paid", Attempts: []failover.Attempt{balance}},
			"paid: 1 attempt failed: ihuyi: send: balance: 4051: no messages left",
		},
		{
			"several",
			failover.Error{Provider: "paid", Attempts: []failover.Attempt{balance, silent, lines}},
			"paid: 3 attempts failed: (1) ihuyi: send: balance: 4051: no messages left" +
				" (2) tencent: send: unavailable: context deadline exceeded (may have been sent) (3) mob: one two",
		},
		{
			"skipped",
			failover.Error{Provider: "paid", Attempts: []failover.Attempt{balance}, Skipped: skipped},
			"paid: 1 attempt failed: ihuyi: send: balance: 4051: no messages left" +
				"; skipped: bmob (cooling down), relay (low balance), zhenzi (daily budget used up)",
		},
		{
			"cause",
			failover.Error{Provider: "paid", Attempts: []failover.Attempt{balance}, Cause: context.Canceled},
			"paid: 1 attempt failed: ihuyi: send: balance: 4051: no messages left: context canceled",
		},
		{
			"no attempt",
			failover.Error{Provider: "paid", Cause: &provider.Error{Provider: "paid", Op: "send", Kind: provider.KindBalance}},
			"paid: no attempt made: send: balance",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.EqualError(t, &test.err, test.want)
			require.Equal(t, test.want, fmt.Sprintf("%+v", &test.err))
		})
	}
}

func TestErrorUnwraps(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b", "c")
	cause := errors.New("reset by peer")
	f.members["a"].then(fail(provider.KindBalance))
	f.members["b"].then(fail(provider.KindUnavailable, unsure, func(e *provider.Error) { e.Err = cause }))
	f.members["c"].then(fail(provider.KindBlocked))
	_, err := f.chain(t, failover.ChainConfig{}, "a", "b", "c").Send(t.Context(), codeMessage)

	for _, target := range []error{provider.KindBalance, provider.KindUnavailable, provider.KindBlocked, cause} {
		require.ErrorIs(t, err, target)
	}
	require.NotErrorIs(t, err, provider.KindAuth)
	require.True(t, provider.MayHaveSent(err), "by the second attempt")
	var first *provider.Error
	require.ErrorAs(t, err, &first)
	require.Equal(t, provider.KindBalance, first.Kind)
	require.Len(t, failure(t, err).Unwrap(), 3)
}

func TestErrorCost(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b", "c")
	members := []failover.Member{f.member("a"), f.member("b"), f.member("c")}
	for i := range members {
		members[i].Price = 45 * failover.Li
	}
	f.members["a"].then(fail(provider.KindUnavailable, unsure))
	f.members["b"].then(fail(provider.KindBalance))
	f.members["c"].then(fail(provider.KindUnavailable, unsure))
	_, err := newChain(t, failover.ChainConfig{}, members...).Send(t.Context(), codeMessage)
	require.Equal(t, 90*failover.Li, failure(t, err).Cost())
}

// The attempts of composers inside stand in one flat list.
func TestNestedErrorIsFlat(t *testing.T) {
	t.Parallel()
	f := newFleet("relay", "a", "b")
	paid := f.chain(t, failover.ChainConfig{Name: "paid"}, "a", "b")
	composer := newComposer(t, failover.ComposerConfig{Name: "sms", First: f.member("relay"), Retry: failover.Member{Provider: paid}})
	f.members["a"].then(fail(provider.KindAuth), fail(provider.KindBlocked))
	f.members["b"].then(fail(provider.KindBlocked), fail(provider.KindRecipient, unsure))
	f.members["relay"].then(fail(provider.KindUnsupported))
	_, err := composer.Send(t.Context(), codeMessage)
	require.EqualError(t, err, "sms: 3 attempts failed: (1) relay: send: unsupported (2) a: send: auth (3) b: send: blocked")

	again := plainMessage
	again.Attempt = 2
	_, err = composer.Send(t.Context(), again)
	require.EqualError(t, err, "sms: 1 attempt failed: b: send: recipient (may have been sent); skipped: a (cooling down)")
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
	const always = `level=INFO msg=sms attempt.provider=a attempt.to=138****8000 attempt.template=login ` +
		`attempt.user_attempt=1 attempt.took=0s `
	for _, test := range []struct {
		name string
		a    reply
		want string
	}{
		{
			"accepted", accept, `attempt.cost=0.045 attempt.id=a-id`,
		},
		{
			"failed", fail(provider.KindUnavailable, unsure), `attempt.cost=0.045 attempt.kind=unavailable ` +
				`attempt.may_have_sent=true attempt.cooldown=30s attempt.error="send: unavailable (may have been sent)"`,
		},
		{
			"failed for two reasons", func(context.Context, provider.Message) error {
				return errors.Join(&provider.Error{Kind: provider.KindBlocked}, errors.New("noted"))
			}, `attempt.cost=0 attempt.kind=blocked ` +
				`attempt.may_have_sent=false attempt.cooldown=0s attempt.error="blocked noted"`,
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
			require.Equal(t, always+test.want+"\n", log.String())
		})
	}
}

func TestEnumsPrint(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value fmt.Stringer
		want  string
	}{
		{failover.DecideByRule, "by rule"},
		{failover.DecideNext, "next"},
		{failover.DecideStop, "stop"},
		{failover.Decision(9), "Decision(9)"},
		{failover.InOrder, "in order"},
		{failover.Rotating, "rotating"},
		{failover.Weighted, "weighted"},
		{failover.Order(9), "Order(9)"},
		{failover.SkipOtherCode, "would send another code"},
		{failover.SkipPrice, "costs money"},
		{failover.SkipReason(0), "SkipReason(0)"},
		{failover.SkipReason(9), "SkipReason(9)"},
	} {
		require.Equal(t, test.want, test.value.String())
	}
}
