package failover_test

import (
	"context"
	"errors"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

// What each failure of the first member leads to: the executions (who was asked)
// and the result (who accepted, or what failed).
func TestChainByKind(t *testing.T) {
	t.Parallel()
	next := []string{"a", "b"}
	stop := []string{"a"}
	for _, test := range []struct {
		name    string
		failure reply
		message provider.Message
		asked   []string
		result  string
	}{
		{"recipient goes on", fail(provider.KindRecipient), plainMessage, next, "b"},
		{"content goes on", fail(provider.KindContent), plainMessage, next, "b"},
		{"template goes on", fail(provider.KindTemplate), plainMessage, next, "b"},
		{"signature goes on", fail(provider.KindSignature), plainMessage, next, "b"},
		{"auth goes on", fail(provider.KindAuth), plainMessage, next, "b"},
		{"balance goes on", fail(provider.KindBalance), plainMessage, next, "b"},
		{"config goes on", fail(provider.KindConfig), plainMessage, next, "b"},
		{"account limit goes on", fail(provider.KindThrottled, scope(provider.ScopeAccount)), plainMessage, next, "b"},
		{"phone limit goes on", fail(provider.KindThrottled, scope(provider.ScopePhone)), plainMessage, next, "b"},
		{"limit of nobody knows whom goes on", fail(provider.KindThrottled), plainMessage, next, "b"},
		{"unavailable goes on", fail(provider.KindUnavailable), plainMessage, next, "b"},
		{"unsupported goes on", fail(provider.KindUnsupported), plainMessage, next, "b"},
		{"blocked goes on", fail(provider.KindBlocked), plainMessage, next, "b"},
		{"unknown goes on", fail(provider.KindUnknown), plainMessage, next, "b"},
		{"code mismatch goes on", fail(provider.KindCodeMismatch), codeMessage, next, "b"},
		{"code expired goes on", fail(provider.KindCodeExpired), codeMessage, next, "b"},
		{"a kind of the future goes on", fail(provider.Kind(99)), codeMessage, next, "b"},

		{"unsure with a code goes on", fail(provider.KindUnavailable, unsure), codeMessage, next, "b"},
		{"unsure without a code stops", fail(provider.KindUnavailable, unsure), plainMessage, stop, "failed: a unavailable"},
		{"unsure and unknown without a code stops", fail(provider.KindUnknown, unsure), plainMessage, stop, "failed: a unknown"},
		{"unsure about the recipient, with a code, goes on", fail(provider.KindRecipient, unsure), codeMessage, next, "b"},
		{"unsure about the recipient, without a code, stops", fail(provider.KindRecipient, unsure), plainMessage, stop, "failed: a recipient"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet("a", "b")
			f.members["a"].then(test.failure)
			result := outcome(f.chain(t, failover.ChainConfig{}, "a", "b").Send(t.Context(), test.message))
			require.Equal(t, test.asked, f.journal.asked())
			require.Equal(t, test.result, result)
		})
	}
}

// The table above has a row for every kind there is.
func TestEveryKindIsDecided(t *testing.T) {
	t.Parallel()
	for _, kind := range provider.Kinds() {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			f := newFleet("a", "b")
			f.members["a"].then(fail(kind))
			_, err := f.chain(t, failover.ChainConfig{}, "a", "b").Send(t.Context(), plainMessage)
			require.NoError(t, err)
		})
	}
}

func TestForeignErrorMayHaveSent(t *testing.T) {
	t.Parallel()
	cause := errors.New("dial 13800138000 with code 042137 went wrong")
	foreign := func(context.Context, provider.Message) error { return cause }

	t.Run("without a code it stops", func(t *testing.T) {
		t.Parallel()
		f := newFleet("a", "b")
		f.members["a"].then(foreign)
		_, err := f.chain(t, failover.ChainConfig{}, "a", "b").Send(t.Context(), plainMessage)
		require.Equal(t, []string{"a"}, f.journal.asked())
		require.ErrorIs(t, err, provider.KindUnknown)
		require.ErrorIs(t, err, cause)
		require.True(t, provider.MayHaveSent(err))
	})
	t.Run("with a code it goes on and shows neither number nor code", func(t *testing.T) {
		t.Parallel()
		f := newFleet("a", "b")
		f.members["a"].then(foreign)
		f.members["b"].then(foreign)
		_, err := f.chain(t, failover.ChainConfig{}, "a", "b").Send(t.Context(), codeMessage)
		require.Equal(t, []string{"a", "b"}, f.journal.asked())
		require.EqualError(t, err, "chain: 2 attempts failed:"+
			" (1) a: send: unknown: dial *** with code *** went wrong (may have been sent)"+
			" (2) b: send: unknown: dial *** with code *** went wrong (may have been sent)")
	})
	for _, test := range []struct {
		name string
		err  error
	}{
		{"a nil *provider.Error is foreign", (*provider.Error)(nil)},
		{"a nil *failover.Error is foreign", (*failover.Error)(nil)},
		{"a nil *url.Error is foreign", (*url.Error)(nil)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet("a", "b")
			f.members["a"].then(func(context.Context, provider.Message) error { return test.err })
			_, err := f.chain(t, failover.ChainConfig{}, "a", "b").Send(t.Context(), plainMessage)
			require.ErrorIs(t, err, provider.KindUnknown)
			require.True(t, provider.MayHaveSent(err))
			require.Equal(t, []string{"a"}, f.journal.asked())
		})
	}
}

func TestWrappedErrorKeepsItsKind(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b")
	wrapper := errors.New("from the wrapper")
	f.members["a"].then(func(context.Context, provider.Message) error {
		return errors.Join(wrapper, &provider.Error{Provider: "a", Kind: provider.KindContent, MayHaveSent: true})
	})
	_, err := f.chain(t, failover.ChainConfig{}, "a", "b").Send(t.Context(), plainMessage)
	require.Equal(t, []string{"a"}, f.journal.asked())
	require.ErrorIs(t, err, wrapper)
	require.NotContains(t, err.Error(), "\n")
}

func TestDecide(t *testing.T) {
	t.Parallel()
	always := func(d failover.Decision) failover.DecideFunc {
		return func(context.Context, provider.Message, failover.Attempt) failover.Decision { return d }
	}
	for _, test := range []struct {
		name    string
		decide  failover.DecideFunc
		failure reply
		asked   []string
	}{
		{"by rule", always(failover.DecideByRule), fail(provider.KindUnavailable, unsure), []string{"a"}},
		{"next after unsure", always(failover.DecideNext), fail(provider.KindUnavailable, unsure), []string{"a", "b"}},
		{"next after recipient", always(failover.DecideNext), fail(provider.KindRecipient), []string{"a", "b"}},
		{"stop after recipient", always(failover.DecideStop), fail(provider.KindRecipient), []string{"a"}},
		{"stop after balance", always(failover.DecideStop), fail(provider.KindBalance), []string{"a"}},
		{"no such decision counts as by rule", always(failover.Decision(99)), fail(provider.KindBalance), []string{"a", "b"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet("a", "b")
			f.members["a"].then(test.failure)
			_, _ = f.chain(t, failover.ChainConfig{Decide: test.decide}, "a", "b").Send(t.Context(), plainMessage)
			require.Equal(t, test.asked, f.journal.asked())
		})
	}
}

func TestDecideSeesTheAttempt(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b")
	f.members["a"].then(fail(provider.KindThrottled, scope(provider.ScopePhone), unsure, func(e *provider.Error) { e.Code = "4085" }))
	var seen []failover.Attempt
	decide := func(_ context.Context, m provider.Message, a failover.Attempt) failover.Decision {
		require.Equal(t, plainMessage, m)
		seen = append(seen, a)
		return failover.DecideNext
	}
	require.Equal(t, "b", outcome(f.chain(t, failover.ChainConfig{Decide: decide}, "a", "b").Send(t.Context(), plainMessage)))
	require.Len(t, seen, 1, "an accepted attempt is not up for decision")
	require.Equal(t, "a", seen[0].Provider)
	require.Equal(t, provider.KindThrottled, seen[0].Kind)
	require.Equal(t, provider.ScopePhone, seen[0].Scope)
	require.Equal(t, "4085", seen[0].Code)
	require.True(t, seen[0].MayHaveSent)
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
		{"stops", fail(provider.KindContent, unsure), "failed: a content"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet("a", "c")
			f.members["a"].then(test.failure)
			inner := f.chain(t, failover.ChainConfig{Name: "inner"}, "a")
			outer := newChain(t, failover.ChainConfig{}, failover.Member{Provider: annotating{inner}}, f.member("c"))
			receipt, err := outer.Send(t.Context(), plainMessage)
			require.Equal(t, test.want, outcome(receipt, err))
			if err != nil {
				require.ErrorIs(t, err, errAnnotated)
				require.ErrorContains(t, err, "annotated")
			}
		})
	}
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
		{"refused for the number and the text", fail(provider.KindRecipient), fail(provider.KindContent), plainMessage, []string{"a", "b", "last"}},
		{"stopped inside at the second", fail(provider.KindBalance), fail(provider.KindContent, unsure), plainMessage, []string{"a", "b"}},
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
