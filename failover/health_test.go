package failover_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

// Which failures leave a member out, and for how long.
func TestCooldownByKind(t *testing.T) {
	t.Parallel()
	const normal = failover.DefaultCooldown
	for _, test := range []struct {
		name    string
		failure reply
		want    time.Duration
	}{
		{"auth", fail(provider.KindAuth), normal},
		{"balance", fail(provider.KindBalance), normal},
		{"config", fail(provider.KindConfig), normal},
		{"unavailable", fail(provider.KindUnavailable), normal},
		{"unavailable and unsure", fail(provider.KindUnavailable, unsure), normal},
		{"the service asks for longer", fail(provider.KindUnavailable, retryAfter(5*time.Minute)), 5 * time.Minute},
		{"the service asks for less", fail(provider.KindUnavailable, retryAfter(time.Second)), normal},
		{"the service asks for a year", fail(provider.KindUnavailable, retryAfter(365*24*time.Hour)), time.Hour},
		{"account limit with an end", fail(provider.KindThrottled, scope(provider.ScopeAccount), retryAfter(time.Minute)), time.Minute},
		{"account limit that ends soon", fail(provider.KindThrottled, scope(provider.ScopeAccount), retryAfter(2*time.Second)), 2 * time.Second},
		{"account limit without an end", fail(provider.KindThrottled, scope(provider.ScopeAccount)), 0},
		{"phone limit", fail(provider.KindThrottled, scope(provider.ScopePhone)), 0},
		{"phone limit with an end", fail(provider.KindThrottled, scope(provider.ScopePhone), retryAfter(time.Minute)), 0},
		{"limit of nobody knows whom", fail(provider.KindThrottled, retryAfter(time.Minute)), 0},
		{"recipient", fail(provider.KindRecipient), 0},
		{"content", fail(provider.KindContent), 0},
		{"template", fail(provider.KindTemplate), 0},
		{"signature", fail(provider.KindSignature), 0},
		{"blocked", fail(provider.KindBlocked), 0},
		{"unsupported", fail(provider.KindUnsupported), 0},
		{"unknown", fail(provider.KindUnknown), 0},
		{"panic", func(context.Context, provider.Message) error { panic("oops") }, 0},
	} {
		inBubble(t, test.name, func(t *testing.T) {
			t.Helper()
			f := newFleet("a", "b")
			f.members["a"].then(test.failure)
			var seen events
			chain := f.chain(t, failover.ChainConfig{OnAttempt: seen.add}, "a", "b")
			_, _ = chain.Send(t.Context(), codeMessage)
			require.Equal(t, test.want, seen.all()[0].Cooldown)
			require.Equal(t, test.want, chain.Members()[0].Cooldown)

			next := f.asks(t, chain)
			if test.want > 0 {
				require.Equal(t, []string{"b"}, next, "a is skipped")
			} else {
				require.Equal(t, []string{"a"}, next, "a is asked again")
			}
		})
	}
}

func TestCooldownEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet("a", "b")
		chain := f.chain(t, failover.ChainConfig{Cooldown: time.Minute}, "a", "b")
		send := func() []string { return f.asks(t, chain) }
		f.members["a"].then(fail(provider.KindUnavailable))
		require.Equal(t, []string{"a", "b"}, send())

		elapse(59 * time.Second)
		require.Equal(t, []string{"b"}, send())
		require.Equal(t, time.Second, chain.Members()[0].Cooldown)

		elapse(time.Second)
		f.members["a"].then(fail(provider.KindAuth))
		require.Equal(t, []string{"a", "b"}, send(), "the probe fails")
		require.Equal(t, []string{"b"}, send(), "and a cools down again")

		elapse(time.Minute)
		require.Equal(t, []string{"a"}, send(), "the probe is accepted")
		require.Zero(t, chain.Members()[0].Cooldown)
		require.Equal(t, []string{"a"}, send(), "a is back")

		f.members["a"].then(fail(provider.KindUnavailable))
		require.Equal(t, []string{"a", "b"}, send())
		elapse(time.Minute)
		require.Equal(t, []string{"a"}, send(), "and is probed anew after the next cooldown")
	})
}

// Of sends that fail at the same time, the longest cooldown counts, whichever
// ends last.
func TestLongerCooldownCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet("a", "b")
		f.members["a"].then(
			slow(fail(provider.KindUnavailable)),
			fail(provider.KindUnavailable, retryAfter(10*time.Minute)),
		)
		chain := f.chain(t, failover.ChainConfig{}, "a", "b")
		var first sync.WaitGroup
		first.Go(func() { _, _ = chain.Send(t.Context(), codeMessage) })
		synctest.Wait()
		_, err := chain.Send(t.Context(), codeMessage)
		require.NoError(t, err)
		first.Wait()
		require.Equal(t, 10*time.Minute-time.Second, chain.Members()[0].Cooldown)
	})
}

// While one send finds out whether a member is well again, the others go past
// it; when it is, they come back.
func TestHalfOpenLetsOneThrough(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet("a", "b")
		chain := f.chain(t, failover.ChainConfig{}, "a", "b")
		release := make(chan struct{})
		f.members["a"].then(
			fail(provider.KindUnavailable),
			func(context.Context, provider.Message) error { <-release; return nil },
		)
		require.Equal(t, "b", outcome(chain.Send(t.Context(), codeMessage)))
		elapse(failover.DefaultCooldown)
		f.journal.asked()

		var probe sync.WaitGroup
		probe.Go(func() {
			if got := outcome(chain.Send(t.Context(), codeMessage)); got != "a" {
				t.Errorf("the probe: %s", got)
			}
		})
		synctest.Wait()
		require.Equal(t, "b", outcome(chain.Send(t.Context(), codeMessage)))
		require.Equal(t, "b", outcome(chain.Send(t.Context(), codeMessage)))
		require.Equal(t, []string{"a", "b", "b"}, f.journal.asked())

		close(release)
		probe.Wait()
		require.Equal(t, "a", outcome(chain.Send(t.Context(), codeMessage)))
	})
}

// A probe whose end says nothing about the member leaves it half open: the next
// send probes again.
func TestInconclusiveProbe(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		second reply
	}{
		{"fault of the message", fail(provider.KindTemplate)},
		{"limit of the phone", fail(provider.KindThrottled, scope(provider.ScopePhone))},
		{"panic", func(context.Context, provider.Message) error { panic("oops") }},
	} {
		inBubble(t, test.name, func(t *testing.T) {
			t.Helper()
			f := newFleet("a", "b")
			chain := f.chain(t, failover.ChainConfig{}, "a", "b")
			f.members["a"].then(fail(provider.KindUnavailable), test.second, accept)
			for range 2 {
				require.Equal(t, "b", outcome(chain.Send(t.Context(), codeMessage)))
				require.Equal(t, []string{"a", "b"}, f.journal.asked())
				elapse(failover.DefaultCooldown)
			}
			require.Equal(t, "a", outcome(chain.Send(t.Context(), codeMessage)))
		})
	}
}

func TestCallersDeadlineCoolsNobodyDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet("a", "b")
		f.members["a"].then(hang)
		chain := f.chain(t, failover.ChainConfig{}, "a", "b")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := chain.Send(ctx, codeMessage)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Zero(t, chain.Members()[0].Cooldown)
		require.Equal(t, []string{"a"}, f.journal.asked())
		require.Equal(t, "a", outcome(chain.Send(t.Context(), codeMessage)))
	})
}

func TestCooldownSettings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		chain, member time.Duration
		want          time.Duration
	}{
		{"default", 0, 0, failover.DefaultCooldown},
		{"of the chain", time.Minute, 0, time.Minute},
		{"of the member", time.Minute, time.Hour, time.Hour},
		{"off for the chain", failover.NoCooldown, 0, 0},
		{"off for the chain but for the member", failover.NoCooldown, time.Hour, time.Hour},
		{"off for the member", time.Minute, failover.NoCooldown, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet("a")
			f.members["a"].then(fail(provider.KindUnavailable))
			member := f.member("a")
			member.Cooldown = test.member
			var seen events
			chain := newChain(t, failover.ChainConfig{Cooldown: test.chain, OnAttempt: seen.add}, member)
			_, err := chain.Send(t.Context(), codeMessage)
			require.ErrorIs(t, err, provider.KindUnavailable)
			require.Equal(t, test.want, seen.all()[0].Cooldown)
		})
	}
}

// When every member is cooling down, the one whose cooldown ends first is asked
// all the same, and only that one.
func TestEverybodyCoolingDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet("a", "b", "c")
		a, b, c := f.member("a"), f.member("b"), f.member("c")
		a.Cooldown, b.Cooldown, c.Cooldown = time.Hour, time.Minute, 2*time.Minute
		for _, member := range f.members {
			member.then(fail(provider.KindUnavailable))
		}
		chain := newChain(t, failover.ChainConfig{}, a, b, c)
		_, err := chain.Send(t.Context(), codeMessage)
		require.Len(t, failure(t, err).Attempts, 3)
		require.Empty(t, failure(t, err).Skipped)
		f.journal.asked()

		f.members["b"].then(fail(provider.KindUnavailable))
		_, err = chain.Send(t.Context(), codeMessage)
		require.Equal(t, []string{"b"}, f.journal.asked())
		require.Equal(t, []failover.Skipped{
			{Provider: "a", Reason: failover.SkipCooldown},
			{Provider: "c", Reason: failover.SkipCooldown},
		}, failure(t, err).Skipped)

		require.Equal(t, "b", outcome(chain.Send(t.Context(), codeMessage)))
		require.Zero(t, chain.Members()[1].Cooldown, "an accepted message ends the cooldown")
	})
}

// A member that is cooling down is also asked when those that were not have
// failed.
func TestLastResort(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		b      reply
		asked  []string
		result string
	}{
		{"after a failure", fail(provider.KindBlocked), []string{"b", "a"}, "a"},
		{"not after a stop", fail(provider.KindRecipient, unsure), []string{"b"}, "failed: b recipient"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet("a", "b")
			chain := f.chain(t, failover.ChainConfig{}, "a", "b")
			f.members["a"].then(fail(provider.KindUnavailable))
			require.Equal(t, "b", outcome(chain.Send(t.Context(), codeMessage)))
			f.journal.asked()

			f.members["b"].then(test.b)
			require.Equal(t, test.result, outcome(chain.Send(t.Context(), plainMessage)))
			require.Equal(t, test.asked, f.journal.asked())
		})
	}
}

// Composers may bear the same name; only the one that is asked after all leaves
// the list.
func TestLastResortAmongNamesakes(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b")
	inner := func(name string) failover.Member {
		f.members[name].then(fail(provider.KindUnavailable), fail(provider.KindUnavailable))
		return failover.Member{Provider: f.chain(t, failover.ChainConfig{Cooldown: failover.NoCooldown}, name)}
	}
	chain := newChain(t, failover.ChainConfig{Name: "outer"}, inner("a"), inner("b"))
	_, err := chain.Send(t.Context(), codeMessage)
	require.Empty(t, failure(t, err).Skipped)

	_, err = chain.Send(t.Context(), codeMessage)
	require.Equal(t, "failed: a unavailable", outcome(provider.Receipt{}, err))
	require.Equal(t, []failover.Skipped{{Provider: "chain", Reason: failover.SkipCooldown}}, failure(t, err).Skipped)
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
			require.Equal(t, test.next, f.asks(t, outer))
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
