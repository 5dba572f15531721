package failover_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

func TestFirstFreeRetryPaid(t *testing.T) {
	t.Parallel()
	f, composer := story(t)
	for _, want := range []string{"relay", "paid", "paid"} {
		receipt, err := composer.Send(t.Context(), codeMessage)
		require.NoError(t, err)
		require.Equal(t, want, receipt.Provider)
		require.Equal(t, []string{want}, f.journal.asked())
	}
}

func TestAttemptsAreCountedByPhoneAndTemplate(t *testing.T) {
	t.Parallel()
	_, composer := story(t)
	other := codeMessage
	other.To = provider.MustParsePhone("13900139000")
	abroad := codeMessage
	abroad.To = provider.MustParsePhone("+1 202 555 0123")
	reset := codeMessage
	reset.Template = "reset password"
	for _, m := range []provider.Message{codeMessage, other, abroad, reset} {
		require.Equal(t, "relay", outcome(composer.Send(t.Context(), m)))
	}
	for _, m := range []provider.Message{codeMessage, other, abroad, reset} {
		require.Equal(t, "paid", outcome(composer.Send(t.Context(), m)))
	}
}

// What a failure of the relay leads to on a first attempt.
func TestWhenFirstFails(t *testing.T) {
	t.Parallel()
	both := []string{"relay", "paid"}
	stop := []string{"relay"}
	for _, test := range []struct {
		name    string
		failure reply
		message provider.Message
		asked   []string
	}{
		{"no phone is online", fail(provider.KindUnavailable), plainMessage, both},
		{"over its quota for this number", fail(provider.KindThrottled, scope(provider.ScopePhone)), plainMessage, both},
		{"refuses the token", fail(provider.KindAuth), plainMessage, both},
		{"does not do this country", fail(provider.KindUnsupported), plainMessage, both},
		{"silent, with a code", hang, codeMessage, both},
		{"silent, without a code", hang, plainMessage, stop},
		{"does not take the number", fail(provider.KindRecipient), codeMessage, both},
		{"does not take the text", fail(provider.KindContent), plainMessage, both},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f, composer := story(t, func(cfg *failover.ComposerConfig) { cfg.First.Timeout = time.Second })
				f.members["relay"].then(test.failure)
				_, _ = composer.Send(t.Context(), test.message)
				require.Equal(t, test.asked, f.journal.asked())

				// Whatever became of it, the attempt counts.
				require.Equal(t, "paid", outcome(composer.Send(t.Context(), test.message)))
			})
		})
	}
}

func TestComposersDecide(t *testing.T) {
	t.Parallel()
	f, composer := story(t, func(cfg *failover.ComposerConfig) {
		cfg.Decide = func(context.Context, provider.Message, failover.Attempt) failover.Decision {
			return failover.DecideStop
		}
	})
	f.members["relay"].then(fail(provider.KindUnavailable))
	require.Equal(t, "failed: relay unavailable", outcome(composer.Send(t.Context(), codeMessage)))
}

func TestRetryNeverGoesToFirst(t *testing.T) {
	t.Parallel()
	f, composer := story(t)
	_, err := composer.Send(t.Context(), codeMessage)
	require.NoError(t, err)
	f.journal.asked()
	f.members["paid"].then(fail(provider.KindBalance))
	require.Equal(t, "failed: paid balance", outcome(composer.Send(t.Context(), codeMessage)))
	require.Equal(t, []string{"paid"}, f.journal.asked())
}

// The relay has no cooldown unless it is given one: it is asked again as soon as
// its phone may be back.
func TestFirstHasNoCooldownByDefault(t *testing.T) {
	t.Parallel()
	first := codeMessage
	first.Attempt = 1
	for _, test := range []struct {
		name     string
		cooldown time.Duration
		want     string
	}{
		{"by default", 0, "relay"},
		{"with a cooldown", time.Minute, "paid"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f, composer := story(t, func(cfg *failover.ComposerConfig) { cfg.First.Cooldown = test.cooldown })
			f.members["relay"].then(fail(provider.KindUnavailable))
			require.Equal(t, "paid", outcome(composer.Send(t.Context(), first)))
			require.Equal(t, test.want, outcome(composer.Send(t.Context(), first)))
		})
	}
}

// A first attempt still gets to a relay that is cooling down when nobody else
// sends.
func TestFirstAsLastResort(t *testing.T) {
	t.Parallel()
	first := codeMessage
	first.Attempt = 1
	f, composer := story(t, func(cfg *failover.ComposerConfig) { cfg.First.Cooldown = time.Minute })
	f.members["relay"].then(fail(provider.KindUnavailable))
	f.members["paid"].then(accept, fail(provider.KindBalance))
	require.Equal(t, "paid", outcome(composer.Send(t.Context(), first)))
	f.journal.asked()
	require.Equal(t, "relay", outcome(composer.Send(t.Context(), first)))
	require.Equal(t, []string{"paid", "relay"}, f.journal.asked())
}

func TestWindow(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		window time.Duration
		gaps   []time.Duration // before each further attempt
		want   []string
	}{
		{"default, within", 0, []time.Duration{9 * time.Minute}, []string{"relay", "paid"}},
		{"default, after", 0, []time.Duration{10 * time.Minute}, []string{"relay", "relay"}},
		{"each attempt renews it", time.Minute, []time.Duration{40 * time.Second, 40 * time.Second}, []string{"relay", "paid", "paid"}},
		{"after the last one", time.Minute, []time.Duration{40 * time.Second, time.Minute}, []string{"relay", "paid", "relay"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, composer := story(t, func(cfg *failover.ComposerConfig) { cfg.Window = test.window })
				got := []string{outcome(composer.Send(t.Context(), codeMessage))}
				for _, gap := range test.gaps {
					elapse(gap)
					got = append(got, outcome(composer.Send(t.Context(), codeMessage)))
				}
				require.Equal(t, test.want, got)
			})
		})
	}
}

func TestMessageAttemptOverridesTheCount(t *testing.T) {
	t.Parallel()
	_, composer := story(t)
	for _, step := range []struct {
		attempt int
		want    string
	}{
		{2, "paid"},  // a retry, though nothing was counted before
		{0, "paid"},  // that one was recorded
		{1, "relay"}, // a first attempt, though two were counted
		{0, "paid"},
		{-1, "paid"}, // no number: counted
	} {
		m := codeMessage
		m.Attempt = step.attempt
		require.Equal(t, step.want, outcome(composer.Send(t.Context(), m)), "attempt %d", step.attempt)
	}
}

func TestMembersSeeTheNumber(t *testing.T) {
	t.Parallel()
	f, composer := story(t)
	for range 3 {
		_, err := composer.Send(t.Context(), codeMessage)
		require.NoError(t, err)
	}
	require.Equal(t, 1, f.members["relay"].messages()[0].Attempt)
	require.Equal(t, 2, f.members["paid"].messages()[0].Attempt)
	require.Equal(t, 3, f.members["paid"].messages()[1].Attempt)
}

func TestForget(t *testing.T) {
	t.Parallel()
	_, composer := story(t)
	require.Equal(t, "relay", outcome(composer.Send(t.Context(), codeMessage)))
	require.NoError(t, composer.Forget(t.Context(), testPhone, "another template"))
	require.Equal(t, "paid", outcome(composer.Send(t.Context(), codeMessage)))
	require.NoError(t, composer.Forget(t.Context(), testPhone, codeMessage.Template))
	require.Equal(t, "relay", outcome(composer.Send(t.Context(), codeMessage)))
}

// What is refused before anybody is asked does not count.
func TestRefusedBeforeCounting(t *testing.T) {
	t.Parallel()
	_, composer := story(t)
	_, err := composer.Send(cancelled(t), codeMessage)
	require.ErrorIs(t, err, context.Canceled)
	_, err = composer.Send(t.Context(), provider.Message{To: testPhone})
	require.ErrorIs(t, err, provider.KindTemplate)
	require.Equal(t, "relay", outcome(composer.Send(t.Context(), codeMessage)))
}

// Of simultaneous first clicks exactly one goes out free.
func TestSimultaneousFirstClicks(t *testing.T) {
	t.Parallel()
	const clicks = 64
	_, composer := story(t, func(cfg *failover.ComposerConfig) { cfg.MaxRetries = clicks })
	got := allAtOnce(clicks, func() string { return outcome(composer.Send(t.Context(), codeMessage)) })
	require.Equal(t, map[string]int{"relay": 1, "paid": clicks - 1}, got)
}

// The usual whole: a paid chain behind the composer, with the relay again as its
// last resort.
func TestComposerOverChain(t *testing.T) {
	t.Parallel()
	f := newFleet("relay", "tencent", "ihuyi")
	paid := f.chain(t, failover.ChainConfig{Name: "paid"}, "tencent", "ihuyi", "relay")
	composer := newComposer(t, failover.ComposerConfig{First: f.member("relay"), Retry: failover.Member{Provider: paid}})

	require.Equal(t, "relay", outcome(composer.Send(t.Context(), codeMessage)))
	require.Equal(t, "tencent", outcome(composer.Send(t.Context(), codeMessage)))
	f.members["tencent"].then(fail(provider.KindBalance))
	require.Equal(t, "ihuyi", outcome(composer.Send(t.Context(), codeMessage)))
	f.members["ihuyi"].then(fail(provider.KindBlocked))
	require.Equal(t, "relay", outcome(composer.Send(t.Context(), codeMessage)))
	require.Equal(t, []string{"relay", "tencent", "tencent", "ihuyi", "ihuyi", "relay"}, f.journal.asked())
}

// A composer inside another goes by the outer one's number.
func TestComposerInsideComposer(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b", "c")
	inner := newComposer(t, failover.ComposerConfig{Name: "inner", First: f.member("b"), Retry: f.member("c")})
	outer := newComposer(t, failover.ComposerConfig{Name: "outer", First: f.member("a"), Retry: failover.Member{Provider: inner}})
	require.Equal(t, "a", outcome(outer.Send(t.Context(), codeMessage)))
	require.Equal(t, "c", outcome(outer.Send(t.Context(), codeMessage)))
}
