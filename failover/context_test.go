package failover_test

import (
	"context"
	"errors"
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

func TestFinishedContextAsksNobody(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	expired, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	for _, p := range []provider.Provider{
		f.chain(t, failover.ChainConfig{Name: "paid"}, "a", "b"),
		newComposer(t, failover.ComposerConfig{Name: "paid", First: f.member("a"), Retry: f.member("b")}),
		newRouter(t, failover.RouterConfig{Name: "paid"}, failover.Rule{Provider: f.members["a"]}),
	} {
		_, err := p.Send(cancelled, codeMessage)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, provider.KindUnavailable)
		require.False(t, provider.MayHaveSent(err))
		require.EqualError(t, err, "paid: no attempt made: send: unavailable: the context has finished: context canceled")
		_, err = p.Send(expired, codeMessage)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
	require.Empty(t, f.journal.asked())
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
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
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
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
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
