package gateway_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestASubmissionAndItsDefaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		s := text()
		s.Ref, s.Key = "order 17", "k"
		job := w.submitted(s)
		require.Equal(t, shop, job.Site)
		require.Equal(t, relayapi.Number("+8613800138000"), job.To)
		require.Equal(t, s.Text, job.Text)
		require.Equal(t, "order 17", job.Ref)
		require.Equal(t, "k", job.Key)
		require.Equal(t, relayapi.DefaultLane, job.Lane)
		require.Equal(t, relayapi.StateQueued, job.State)
		require.Equal(t, w.Now(), job.Created)
		require.Equal(t, relayapi.DefaultTTL, job.Deadline.Sub(job.Created))
		require.Equal(t, []string{"queued site shop"}, steps(job))
		require.Equal(t, job, w.read(job.ID))
		require.Contains(t, w.log.String(), job.ID)
		require.Contains(t, w.log.String(), "to=138****8000", "the masked number")
		for _, format := range []string{"%v", "%+v"} {
			require.NotContains(t, fmt.Sprintf(format, job), "824913")
			require.NotContains(t, fmt.Sprintf(format, job), "13800138000")
		}
	})
}

func TestIDsBeginWithTheTimeAndAreUnique(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		first, second := w.submitted(text()).ID, w.submitted(text()).ID
		require.NotEqual(t, first, second)
		require.Equal(t, first[:12], second[:12])
		elapse(time.Millisecond)
		third := w.submitted(text()).ID
		require.Equal(t, -1, strings.Compare(max(first, second), third))
	})
}

func TestWithNoPhoneOnlineNothingIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.Submit(t.Context(), site, keyed())
	require.ErrorIs(t, err, gateway.ErrNoPhoneOnline)
	require.Empty(t, w.pulled(oldPhone))
	w.submitted(keyed())
}

func TestARepeatedKey(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	first := w.submitted(keyed())
	same := keyed()
	same.To, same.TTL, same.Wait = "+8613800138000", time.Minute, time.Second
	again, err := w.Submit(t.Context(), site, same)
	require.NoError(t, err)
	require.Equal(t, gateway.Submitted{Job: first}, again)
	for _, change := range []func(*gateway.Submission){
		func(s *gateway.Submission) { s.Text = "Your code is 111111." },
		func(s *gateway.Submission) { s.To = "13900139000" },
		func(s *gateway.Submission) { s.Ref = "other" },
		func(s *gateway.Submission) { s.Lane = "mob" },
	} {
		other := keyed()
		change(&other)
		_, err := w.Submit(t.Context(), site, other)
		require.ErrorIs(t, err, gateway.ErrContentDiffers)
	}
}

func TestTheQuotaSaysWhenItEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t, func(c *gateway.Config) { c.Quotas = nil })
		first := w.submitted(text())
		elapse(20 * time.Second)
		_, err := w.Submit(t.Context(), site, text())
		var quota *gateway.QuotaError
		require.ErrorAs(t, err, &quota)
		require.Equal(t, first.Created.Add(time.Minute), quota.RetryAt)
		require.Equal(t, 40*time.Second, quota.RetryAfter)
		require.NotContains(t, err.Error(), "138")
	})
}

func TestAwait(t *testing.T) {
	t.Parallel()
	why := &relayapi.Failure{Class: relayapi.FailureUnknown, Text: "no “Your code is 824913.” to +8613800138000", MayHaveSent: true}
	tests := []struct {
		state   relayapi.State
		failure *relayapi.Failure
	}{{relayapi.StateSent, nil}, {relayapi.StateDelivered, nil}, {relayapi.StateFailed, why}}
	for _, tt := range tests {
		inBubble(t, string(tt.state), func(t *testing.T) {
			t.Helper()
			w := newOnlineWorld(t)
			pending := w.awaiting(t.Context(), w.submitted(text()).ID)
			job := w.pulledOne(oldPhone)
			w.reported(oldPhone, job, relayapi.StateTaken)
			elapse(2 * time.Second)
			synctest.Wait()
			require.Empty(t, pending, "taken is not the end")
			r := report(job, tt.state)
			r.Failure = tt.failure
			_, err := w.Report(t.Context(), oldPhone, r)
			require.NoError(t, err)
			got := <-pending
			require.NoError(t, got.err)
			require.Equal(t, tt.state, got.value.State)
			require.Equal(t, 2*time.Second, got.after)
			if tt.failure != nil {
				require.Equal(t, "no “***” to ***", got.value.Failure().Text)
			}
		})
	}
}

func TestAwaitThatEndsWithoutTheJob(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		end   func(w *world, leave func())
		after time.Duration
	}{
		{"the wait is over", func(*world, func()) {}, 10 * time.Second},
		{"the caller leaves", func(_ *world, leave func()) { leave() }, 0},
		{"the gateway shuts down", func(w *world, _ func()) { _ = w.Shutdown(w.Context()) }, 0},
	}
	for _, tt := range tests {
		for _, taken := range []bool{false, true} {
			inBubble(t, fmt.Sprintf("%s, taken %v", tt.name, taken), func(t *testing.T) {
				t.Helper()
				w := newOnlineWorld(t)
				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				job := w.submitted(text())
				if taken {
					w.reported(oldPhone, w.pulledOne(oldPhone), relayapi.StateTaken)
				}
				pending := w.awaiting(ctx, job.ID)
				tt.end(w, leave)
				got := <-pending
				require.NoError(t, got.err)
				require.Equal(t, tt.after, got.after)
				if taken {
					require.Equal(t, relayapi.StateTaken, got.value.State, "it may be sent")
					return
				}
				require.Equal(t, []string{"queued site shop", "cancelled gateway "}, steps(got.value))
			})
		}
	}
}

func TestAwaitEndsAtTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		s := text()
		s.TTL = 3 * time.Second
		got := <-w.awaiting(t.Context(), w.submitted(s).ID)
		require.NoError(t, got.err)
		require.Equal(t, 3*time.Second, got.after)
		require.Equal(t, []string{"queued site shop", "expired gateway "}, steps(got.value))
	})
}

func TestAwaitAfterShutdownCancels(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	job := w.submitted(text())
	require.NoError(t, w.Shutdown(t.Context()))
	job, err := w.Await(t.Context(), job.ID, time.Second)
	require.NoError(t, err)
	require.Equal(t, relayapi.StateCancelled, job.State)
	_, err = w.Await(t.Context(), "nothing", time.Second)
	require.ErrorIs(t, err, gateway.ErrUnknownJob)
}

func TestAwaitOfAnUnknownJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.Await(t.Context(), "nothing", time.Second)
	require.ErrorIs(t, err, gateway.ErrUnknownJob)
}

// lateQueue stores submissions and returns only when the caller has left.
type lateQueue struct{ gateway.Queue }

func (q lateQueue) Submit(ctx context.Context, s gateway.Submit) (gateway.Submitted, error) {
	if _, err := q.Queue.Submit(ctx, s); err != nil {
		return gateway.Submitted{}, err
	}
	<-ctx.Done()
	return gateway.Submitted{}, ctx.Err()
}

func TestASiteLeavesWhileItsJobIsStored(t *testing.T) {
	t.Parallel()
	for _, waits := range []bool{false, true} {
		inBubble(t, fmt.Sprintf("waits %v", waits), func(t *testing.T) {
			t.Helper()
			w := newOnlineWorld(t, func(c *gateway.Config) { c.Queue = lateQueue{c.Queue} })
			ctx, leave := context.WithTimeout(t.Context(), time.Second)
			defer leave()
			s := text()
			if waits {
				s.Wait = 10 * time.Second
			}
			_, err := w.Submit(ctx, site, s)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, waits, len(w.pulled(oldPhone)) == 0, "cancelled only if somebody was going to wait")
		})
	}
}
