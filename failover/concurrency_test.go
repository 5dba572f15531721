package failover_test

import (
	"context"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

// The composer of a typical program, and what else may be called while it sends.
func TestComposersAreSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	for _, order := range []failover.Order{failover.InOrder, failover.Rotating, failover.Weighted} {
		t.Run(order.String(), func(t *testing.T) {
			t.Parallel()
			var attempts atomic.Int64
			f := newFleet("relay", "a", "b")
			f.members["a"].then(fail(provider.KindUnavailable), fail(provider.KindThrottled), fail(provider.KindBlocked))
			chain := f.chain(t, failover.ChainConfig{Order: order}, "a", "b")
			composer := newComposer(t, failover.ComposerConfig{
				First:     f.member("relay"),
				Retry:     failover.Member{Provider: newRouter(t, failover.RouterConfig{}, failover.Rule{Provider: chain})},
				OnAttempt: func(context.Context, failover.Attempt) { attempts.Add(1) },
				// All sends may have been counted before the first of them is forgotten.
				MaxRetries: failover.NoMaxRetries,
			})
			outcomes := allAtOnce(40, func() string {
				composer.Members()
				chain.Members()
				_ = composer.CheckBalances(t.Context())
				receipt, err := composer.Send(t.Context(), codeMessage)
				if err != nil {
					return err.Error()
				}
				_ = composer.Forget(t.Context(), codeMessage.To, codeMessage.Template)
				return receipt.ID + " to " + receipt.To.E164()
			})
			for outcome := range outcomes {
				require.Regexp(t, `^(relay|a|b)-id to \+8613800138000$`, outcome)
			}
			require.Len(t, f.journal.asked(), int(attempts.Load()), "each attempt is seen once")
		})
	}
}

// goroutine is the number of the goroutine that calls it, as its stack has it.
func goroutine() string {
	stack := make([]byte, 64)
	number, _, _ := strings.Cut(string(stack[:runtime.Stack(stack, false)]), " [")
	return number
}

// A send through all three composers stays on the goroutine of its caller, also with
// a time limit, and takes no longer than its members: in the bubble no time passes,
// whatever the services ask to wait, and a goroutine that is left over fails the test.
func TestSendsStayOnTheCallersGoroutineAndNeverWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet("relay", "a", "b")
		here, strangers := goroutine(), 0
		note := func(answer reply) reply {
			return func(ctx context.Context, m provider.Message) error {
				if goroutine() != here {
					strangers++
				}
				return answer(ctx, m)
			}
		}
		f.members["relay"].then(note(fail(provider.KindThrottled, scope(provider.ScopeAccount), retryAfter(time.Hour))))
		f.members["a"].then(note(fail(provider.KindUnavailable)), note(fail(provider.KindUnavailable)))
		f.members["b"].then(note(fail(provider.KindThrottled, scope(provider.ScopePhone), retryAfter(time.Hour))), note(accept))
		chain := newChain(t, failover.ChainConfig{}, failover.Member{Provider: f.members["a"], Timeout: time.Minute}, f.member("b"))
		composer := newComposer(t, failover.ComposerConfig{
			First: f.member("relay"),
			Retry: failover.Member{Provider: newRouter(t, failover.RouterConfig{}, failover.Rule{Provider: chain}), Timeout: time.Minute},
			OnAttempt: func(context.Context, failover.Attempt) {
				if goroutine() != here {
					strangers++
				}
			},
		})
		began := time.Now()
		_, err := composer.Send(t.Context(), codeMessage)
		require.Error(t, err)
		require.Equal(t, []string{"relay", "a", "b"}, f.journal.asked())
		_, err = composer.Send(t.Context(), codeMessage)
		require.NoError(t, err)
		require.Zero(t, strangers)
		require.Zero(t, time.Since(began))
	})
}
