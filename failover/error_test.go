package failover_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
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
	f.members["b"].then(fail(provider.KindBlocked), fail(provider.KindRecipient))
	f.members["relay"].then(fail(provider.KindUnsupported))
	_, err := composer.Send(t.Context(), codeMessage)
	require.EqualError(t, err, "sms: 3 attempts failed: (1) relay: send: unsupported (2) a: send: auth (3) b: send: blocked")

	_, err = composer.Send(t.Context(), codeMessage)
	require.EqualError(t, err, "sms: 1 attempt failed: b: send: recipient; skipped: a (cooling down)")
}

// A composer's error inside a wrapper's is kept whole, with what the wrapper
// says, and still decides what happens next.
func TestWrappedComposerError(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		failure reply
		want    string
	}{
		{"goes on", fail(provider.KindBlocked), "c"},
		{"stops", fail(provider.KindContent), "failed: a content"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet("a", "c")
			f.members["a"].then(test.failure)
			inner := f.chain(t, failover.ChainConfig{Name: "inner"}, "a")
			outer := newChain(t, failover.ChainConfig{}, failover.Member{Provider: annotating{inner}}, f.member("c"))
			receipt, err := outer.Send(t.Context(), codeMessage)
			require.Equal(t, test.want, outcome(receipt, err))
			if err != nil {
				require.ErrorIs(t, err, errAnnotated)
				require.ErrorContains(t, err, "annotated")
			}
		})
	}
}

var errAnnotated = errors.New("annotated")

type annotating struct{ provider.Provider }

func (a annotating) Unwrap() provider.Provider { return a.Provider }

func (a annotating) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	r, err := a.Provider.Send(ctx, m)
	if err != nil {
		err = fmt.Errorf("%w: %w", errAnnotated, err)
	}
	return r, err
}

// What a composer inside does decides what the one around it does.
func TestNestedDecisions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		a, b    reply
		message provider.Message
		asked   []string
	}{
		{"all failed", fail(provider.KindBalance), fail(provider.KindBlocked), plainMessage, []string{"a", "b", "last"}},
		{"stopped inside", fail(provider.KindRecipient), accept, plainMessage, []string{"a"}},
		{"stopped inside at the second", fail(provider.KindBalance), fail(provider.KindContent), plainMessage, []string{"a", "b"}},
		{"unsure inside, without a code", fail(provider.KindUnavailable, unsure), accept, plainMessage, []string{"a"}},
		{"unsure inside, with a code", fail(provider.KindUnavailable, unsure), fail(provider.KindBalance), codeMessage, []string{"a", "b", "last"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet("a", "b", "last")
			f.members["a"].then(test.a)
			f.members["b"].then(test.b)
			inner := f.chain(t, failover.ChainConfig{Name: "inner"}, "a", "b")
			outer := newChain(t, failover.ChainConfig{}, failover.Member{Provider: inner}, f.member("last"))
			_, _ = outer.Send(t.Context(), test.message)
			require.Equal(t, test.asked, f.journal.asked())
		})
	}
}

// A chain inside cools down when all of its members failed for their health, and
// not when one did for another reason.
func TestNestedCooldown(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		b    reply
		next []string // asked for the next message
	}{
		{"all unhealthy", fail(provider.KindAuth), []string{"last"}},
		{"one healthy", fail(provider.KindBlocked), []string{"b"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet("a", "b", "last")
			inner := f.chain(t, failover.ChainConfig{Name: "inner"}, "a", "b")
			outer := newChain(t, failover.ChainConfig{}, failover.Member{Provider: inner}, f.member("last"))
			f.members["a"].then(fail(provider.KindUnavailable))
			f.members["b"].then(test.b)
			require.Equal(t, "last", outcome(outer.Send(t.Context(), codeMessage)))
			f.journal.asked()
			_, err := outer.Send(t.Context(), codeMessage)
			require.NoError(t, err)
			require.Equal(t, test.next, f.journal.asked())
		})
	}
}

// A composer inside that hangs until the time limit of the one around it cools
// down, or every message would wait for it.
func TestNestedTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet("a", "b", "last")
		inner := f.chain(t, failover.ChainConfig{Name: "inner"}, "a", "b")
		outer := newChain(t, failover.ChainConfig{}, failover.Member{Provider: inner, Timeout: time.Second}, f.member("last"))
		f.members["a"].then(hang)
		require.Equal(t, "last", outcome(outer.Send(t.Context(), codeMessage)))
		require.Equal(t, []string{"a", "last"}, f.journal.asked(), "the time limit ends the whole inner send")
		require.Zero(t, inner.Members()[0].Cooldown, "to the inner chain it is the caller that cancels")
		require.Equal(t, failover.DefaultCooldown, outer.Members()[0].Cooldown)
	})
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
		{failover.SkipReason(9), "SkipReason(9)"},
	} {
		require.Equal(t, test.want, test.value.String())
	}
}
