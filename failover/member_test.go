package failover_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/provider"
)

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

func TestMembersTimeout(t *testing.T) {
	t.Parallel()
	ignorant := func(ctx context.Context, _ provider.Message) error { <-ctx.Done(); return ctx.Err() }
	for _, test := range []struct {
		name    string
		a       reply
		message provider.Message
		asked   []string
	}{
		{"goes on with a code", hang, codeMessage, []string{"a", "b"}},
		{"stops without a code", hang, plainMessage, []string{"a"}},
		{"bare context error goes on with a code", ignorant, codeMessage, []string{"a", "b"}},
		{"bare context error stops without a code", ignorant, plainMessage, []string{"a"}},
	} {
		inBubble(t, test.name, func(t *testing.T) {
			t.Helper()
			f := newFleet("a", "b")
			f.members["a"].then(test.a)
			a := f.member("a")
			a.Timeout = 3 * time.Second
			var seen events
			chain := newChain(t, failover.ChainConfig{OnAttempt: seen.add}, a, f.member("b"))
			began := time.Now()
			_, _ = chain.Send(t.Context(), test.message)
			require.Equal(t, test.asked, f.journal.asked())
			require.Equal(t, 3*time.Second, time.Since(began))

			attempt := seen.all()[0]
			require.Equal(t, provider.KindUnavailable, attempt.Kind)
			require.True(t, attempt.MayHaveSent)
			require.ErrorIs(t, attempt.Err, context.DeadlineExceeded)
			require.Equal(t, 3*time.Second, attempt.Took)
			require.Equal(t, failover.DefaultCooldown, attempt.Cooldown, "a member that hangs cools down")
		})
	}
}

// The caller's context ends the send although the member's own limit is longer.
func TestCallersDeadlineBeforeMembers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet("a", "b")
		f.members["a"].then(hang)
		a := f.member("a")
		a.Timeout = time.Hour
		chain := newChain(t, failover.ChainConfig{}, a, f.member("b"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := chain.Send(ctx, codeMessage)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, []string{"a"}, f.journal.asked())
		require.Zero(t, chain.Members()[0].Cooldown)
	})
}

// A member's error names the limit that has ended: the member's, the adapter's or the
// caller's.
func TestC5WhoseLimit(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		member, adapter, caller time.Duration
		says                    string
	}{
		"member":  {member: time.Second, adapter: time.Minute, caller: time.Hour, says: "Member.Timeout (1s) is over: context deadline exceeded"},
		"adapter": {member: time.Minute, adapter: time.Second, caller: time.Hour, says: "Config.Timeout (1s) is over: context deadline exceeded"},
		"caller":  {member: time.Minute, adapter: time.Hour, caller: time.Second, says: "the caller's deadline is over: context deadline exceeded"},
	} {
		inBubble(t, name, func(t *testing.T) {
			t.Helper()
			p, err := ihuyi.New(ihuyi.Config{
				Account: conformAccount, APIKey: conformKey, Timeout: tt.adapter,
				Templates: provider.Templates{"login": {Text: "Your code is {code}."}}, HTTPClient: &http.Client{Transport: silent{}},
			})
			require.NoError(t, err)
			chain, err := failover.NewChain(failover.ChainConfig{}, failover.Member{Provider: p, Timeout: tt.member})
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), tt.caller)
			defer cancel()
			_, err = chain.Send(ctx, codeMessage)
			require.ErrorContains(t, err, tt.says)
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
}

// silent reads a request and never answers.
type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
	return nil, r.Context().Err()
}
