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
		{"recipient stops", fail(provider.KindRecipient), codeMessage, stop, "failed: a recipient"},
		{"content stops", fail(provider.KindContent), codeMessage, stop, "failed: a content"},
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
		{"unsure about the recipient stops", fail(provider.KindRecipient, unsure), codeMessage, stop, "failed: a recipient"},
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
			stops := kind == provider.KindRecipient || kind == provider.KindContent
			require.Equal(t, stops, err != nil)
		})
	}
}

func TestChainSendsUntilAccepted(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b", "c", "d")
	f.members["a"].then(fail(provider.KindBalance))
	f.members["b"].then(fail(provider.KindBlocked))
	chain := f.chain(t, failover.ChainConfig{}, "a", "b", "c", "d")

	receipt, err := chain.Send(t.Context(), codeMessage)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "c"}, f.journal.asked())
	require.Equal(t, provider.Receipt{Provider: "c", ID: "c-id", To: testPhone}, receipt)
}

func TestChainPassesTheMessageOn(t *testing.T) {
	t.Parallel()
	f := newFleet("a")
	m := provider.Message{
		To: testPhone, Template: "login", Params: provider.Params{"code": "1234"},
		Ref: "order-7", Attempt: 3, Captcha: "token",
	}
	_, err := f.chain(t, failover.ChainConfig{}, "a").Send(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, []provider.Message{m}, f.members["a"].messages())
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
		return errors.Join(wrapper, &provider.Error{Provider: "a", Kind: provider.KindContent})
	})
	_, err := f.chain(t, failover.ChainConfig{}, "a", "b").Send(t.Context(), codeMessage)
	require.Equal(t, []string{"a"}, f.journal.asked())
	require.ErrorIs(t, err, wrapper)
	require.NotContains(t, err.Error(), "\n")
}

func TestPanickingMember(t *testing.T) {
	t.Parallel()
	panics := func(_ context.Context, m provider.Message) error {
		panic("cannot send to " + m.To.National() + m.Params["code"])
	}

	f := newFleet("a", "b")
	f.members["a"].then(panics, panics)
	chain := f.chain(t, failover.ChainConfig{}, "a", "b")
	require.Equal(t, "b", outcome(chain.Send(t.Context(), codeMessage)), "a message with a code goes on")
	require.Equal(t, []string{"a", "b"}, f.journal.asked())

	_, err := chain.Send(t.Context(), plainMessage)
	require.Equal(t, []string{"a"}, f.journal.asked(), "any other message stops")
	require.True(t, provider.MayHaveSent(err))
	var panicked *failover.PanicError
	require.ErrorAs(t, err, &panicked)
	require.Equal(t, "cannot send to ***", panicked.Text)
	require.Contains(t, string(panicked.Stack), "TestPanickingMember")

	f.members["a"].then(panics)
	f.members["b"].then(panics)
	_, err = chain.Send(t.Context(), codeMessage)
	require.NotContains(t, err.Error(), testCode)
	require.NotContains(t, err.Error(), testNumber)
	require.ErrorContains(t, err, "panic: cannot send to ******")
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

func TestReceiptBearsTheLeafsName(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b")
	for _, test := range []struct {
		name string
		p    provider.Provider
		want string
	}{
		{"own name", f.members["a"], "a"},
		{"left empty", nameless{f.members["a"], ""}, "a"},
		{"a wrapper's name", nameless{f.members["a"], "logged"}, "a"},
		{"a group without a word", foreignGroup{f.members["a"], f.members["b"], ""}, "group"},
		{"a composer behind a wrapper that says nothing", nameless{f.chain(t, failover.ChainConfig{}, "a"), ""}, "a"},
		{"a group's own idea", foreignGroup{f.members["a"], f.members["b"], "elsewhere"}, "elsewhere"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			receipt, err := newChain(t, failover.ChainConfig{Name: "outer"}, failover.Member{Provider: test.p}).Send(t.Context(), codeMessage)
			require.NoError(t, err)
			require.Equal(t, test.want, receipt.Provider)
		})
	}
}

// nameless is a wrapper that puts something else into its receipts.
type nameless struct {
	provider.Provider
	receipt string
}

func (n nameless) Unwrap() provider.Provider { return n.Provider }

func (n nameless) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	r, err := n.Provider.Send(ctx, m)
	r.Provider = n.receipt
	return r, err
}

// foreignGroup is a group of another package.
type foreignGroup struct {
	first, second provider.Provider
	receipt       string
}

func (g foreignGroup) Name() string { return "group" }

func (g foreignGroup) Providers() []provider.Provider {
	return []provider.Provider{g.first, g.second}
}

func (g foreignGroup) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	return nameless{g.first, g.receipt}.Send(ctx, m)
}
