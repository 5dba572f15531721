package relaydoor_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestSubmit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		body := text()
		body.Ref, body.TTLSeconds = "order 17", 90
		m := w.submitted(body)
		require.Equal(t, relayapi.StateQueued, m.State)
		require.Equal(t, "order 17", m.Ref)
		require.Equal(t, relayapi.DefaultLane, m.Lane)
		require.Equal(t, 90*time.Second, m.Deadline.Sub(m.Created.Time))
		require.Equal(t, []string{"queued site shop"}, steps(m))
		require.Equal(t, m, w.status(m.ID))

		require.Equal(t, relayapi.DefaultTTL, func() time.Duration {
			m := w.submitted(text())
			return m.Deadline.Sub(m.Created.Time)
		}())
	})
}

func TestSubmitWithoutPhone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		body := text()
		body.WaitMS = 10 * second
		start := time.Now()
		w.refused(w.submit(body, relayapi.HeaderIdempotencyKey, "k"), http.StatusServiceUnavailable, relayapi.CodeNoPhoneOnline, "lane")
		require.Zero(t, time.Since(start), "the response comes at once")

		w.pulled(oldPhone)
		body.Lane = "mob"
		w.refused(w.submit(body), http.StatusServiceUnavailable, relayapi.CodeNoPhoneOnline, "lane")
		require.Empty(t, w.pulled(oldPhone), "nothing was stored")
		w.submitted(text(), relayapi.HeaderIdempotencyKey, "k")
	})
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		first := w.submitted(text(), relayapi.HeaderIdempotencyKey, "k")
		same := text()
		same.To, same.TTLSeconds = "+86 138-0013-8000", 77
		again := as[relayapi.Submission](w, w.submit(same, relayapi.HeaderIdempotencyKey, "k"), http.StatusOK)
		require.Equal(t, first, again)

		for _, change := range []func(*relayapi.Submit){
			func(s *relayapi.Submit) { s.Text = "Your code is 111111." },
			func(s *relayapi.Submit) { s.To = "13900139000" },
			func(s *relayapi.Submit) { s.Ref = "other" },
			func(s *relayapi.Submit) { s.Lane = "mob" },
		} {
			other := text()
			change(&other)
			w.refused(w.submit(other, relayapi.HeaderIdempotencyKey, "k"),
				http.StatusConflict, relayapi.CodeIdempotencyConflict, relayapi.HeaderIdempotencyKey)
		}
		require.Len(t, w.pulled(oldPhone), 1)
	})
}

func TestQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t, func(c *gateway.Config) { c.Quotas = nil })
		w.submitted(text())
		elapse(10*time.Second + 300*time.Millisecond)
		r := w.submit(text())
		w.refused(r, http.StatusTooManyRequests, relayapi.CodeRecipientQuota, "to")
		require.Equal(t, "50", r.header.Get(relayapi.HeaderRetryAfter), "rounded up")
		elapse(49*time.Second + 699*time.Millisecond)
		w.pulled(oldPhone)
		require.Equal(t, "1", w.submit(text()).header.Get(relayapi.HeaderRetryAfter), "at least one second")
		elapse(time.Millisecond)
		w.submitted(text())
	})
}

// TestSIMBudget: the refusal says when to come again, unless that is never.
func TestSIMBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t, func(c *gateway.Config) {
			c.Budgets = &gateway.Budgets{SIM: gateway.Budget{SegmentsPerMinute: 1}}
		})
		w.submitted(text())
		w.reported(oldPhone, w.pulledOne(oldPhone), relayapi.StateTaken)
		elapse(10*time.Second + 300*time.Millisecond)
		r := w.submit(text())
		w.refused(r, http.StatusTooManyRequests, relayapi.CodeSIMBudget, "lane")
		require.Equal(t, "50", r.header.Get(relayapi.HeaderRetryAfter), "rounded up")
		long := text()
		long.Text = relayapi.Text(strings.Repeat("码", 71))
		r = w.submit(long)
		w.refused(r, http.StatusTooManyRequests, relayapi.CodeSIMBudget, "lane")
		require.Empty(t, r.header.Get(relayapi.HeaderRetryAfter))
		elapse(49*time.Second + 700*time.Millisecond)
		w.pulled(oldPhone)
		w.submitted(text())
	})
}

// TestAJobNamesItsSIM of those that its phone has.
func TestAJobNamesItsSIM(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t, func(c *gateway.Config) { c.Budgets = nil })
		sims := []relayapi.SIM{{Slot: 1, Carrier: "CUCC"}, {Slot: 2, Carrier: "CMCC"}}
		as[relayapi.Pulled](w, w.pull(oldPhone, relayapi.Pull{Device: &relayapi.Device{SIMs: sims}}), http.StatusOK)
		w.submitted(text())
		require.Equal(t, 2, w.pulledOne(oldPhone).SIM, "the recipient's carrier")
	})
}

func TestWaitEndsWithTheJob(t *testing.T) {
	t.Parallel()
	for _, state := range []relayapi.State{relayapi.StateSent, relayapi.StateDelivered} {
		inBubble(t, string(state), func(t *testing.T) {
			t.Helper()
			w := newOnlineWorld(t)
			pending := w.waiting(t.Context())
			elapse(2 * time.Second)
			job := w.taken()
			synctest.Wait()
			require.Empty(t, pending, "taken is not the end")
			w.reported(oldPhone, job, state)
			m := w.created(pending)
			require.Equal(t, state, m.State)
			require.Equal(t, oldPhone, m.Phone)
		})
	}
}

func TestWaitEndsWithAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		pending := w.waiting(t.Context())
		job := w.taken()
		failed := stateReport(job, relayapi.StateFailed)
		failed.Error = &relayapi.Failure{
			Class: relayapi.FailureUnknown, Text: "could not send “Your code is 824913.” to +8613800138000", MayHaveSent: true,
		}
		as[relayapi.Recorded](w, w.report(oldPhone, failed), http.StatusOK)
		m := w.created(pending)
		require.Equal(t, relayapi.StateFailed, m.State)
		require.Equal(t, &relayapi.Failure{
			Class: relayapi.FailureUnknown, Text: "could not send “***” to ***", MayHaveSent: true,
		}, m.Failure)
	})
}

func TestWaitIsOverBeforeAPhoneTookTheJob(t *testing.T) {
	t.Parallel()
	for _, offered := range []bool{false, true} {
		inBubble(t, map[bool]string{false: "queued", true: "offered"}[offered], func(t *testing.T) {
			t.Helper()
			w := newOnlineWorld(t)
			start := time.Now()
			pending := w.waiting(t.Context())
			var job relayapi.Job
			if offered {
				job = w.pulledOne(oldPhone)
			}
			m := w.created(pending)
			require.Equal(t, 10*time.Second, time.Since(start))
			require.Equal(t, relayapi.StateCancelled, m.State)
			require.Contains(t, steps(m), "cancelled gateway")
			require.Empty(t, w.pulled(newPhone))
			if offered {
				r := w.report(oldPhone, stateReport(job, relayapi.StateTaken))
				require.Equal(t, relayapi.StateCancelled, w.refused(r, http.StatusGone, relayapi.CodeJobCancelled, "").State)
			}
		})
	}
}

func TestWaitIsOverAfterAPhoneTookTheJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		pending := w.waiting(t.Context())
		job := w.taken()
		m := w.created(pending)
		require.Equal(t, relayapi.StateTaken, m.State)
		w.reported(oldPhone, job, relayapi.StateSent)
		require.Equal(t, relayapi.StateSent, w.status(m.ID).State)
	})
}

func TestWaitEndsAtTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		body := text()
		body.WaitMS, body.TTLSeconds = 10*second, 3
		start := time.Now()
		m := w.submitted(body)
		require.Equal(t, 3*time.Second, time.Since(start))
		require.Equal(t, relayapi.StateExpired, m.State)
		require.Equal(t, []string{"queued site shop", "expired gateway"}, steps(m))
	})
}

func TestWaitGoesOnPastTheDeadlineOfATakenJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		body := text()
		body.WaitMS, body.TTLSeconds = 10*second, 3
		pending := w.later(func() reply { return w.submit(body) })
		synctest.Wait()
		job := w.taken()
		elapse(5 * time.Second)
		w.reported(oldPhone, job, relayapi.StateSent)
		require.Equal(t, relayapi.StateSent, w.created(pending).State)
	})
}

func TestCallerLeavesDuringTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		ctx, leave := context.WithCancel(t.Context())
		pending := w.waiting(ctx, relayapi.HeaderIdempotencyKey, "k")
		leave()
		<-pending
		require.Empty(t, w.pulled(oldPhone), "no site waits for it: it is not sent")
		again := as[relayapi.Submission](w, w.submit(text(), relayapi.HeaderIdempotencyKey, "k"), http.StatusOK)
		require.Equal(t, relayapi.StateCancelled, again.State)
	})
}

func TestCallerLeavesBeforeTheJobIsStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		ctx, leave := context.WithCancel(t.Context())
		leave()
		<-w.waiting(ctx)
		require.Empty(t, w.pulled(oldPhone))
	})
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

func TestCallerLeavesWhileTheJobIsStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t, func(c *gateway.Config) { c.Queue = lateQueue{c.Queue} })
		ctx, leave := context.WithCancel(t.Context())
		pending := w.waiting(ctx)
		leave()
		<-pending
		require.Empty(t, w.pulled(oldPhone), "no site waits for it: it is not sent")
	})
}

func TestARepeatedKeyWaitsForTheSameJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		first := w.waiting(t.Context(), relayapi.HeaderIdempotencyKey, "k")
		second := w.waiting(t.Context(), relayapi.HeaderIdempotencyKey, "k")
		job := w.taken()
		w.reported(oldPhone, job, relayapi.StateSent)
		require.Equal(t, relayapi.StateSent, w.created(first).State)
		require.Equal(t, relayapi.StateSent, as[relayapi.Submission](w, <-second, http.StatusOK).State)
	})
}

func TestCancel(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, who, step string
	}{
		{"by the site", shop, "cancelled site shop"},
		{"by the operator", operator, "cancelled operator eva"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newOnlineWorld(t)
			m := w.submitted(text())
			for range 2 {
				cancelled := as[relayapi.Submission](w, w.cancel(tt.who, m.ID), http.StatusOK)
				require.Equal(t, []string{"queued site shop", tt.step}, steps(cancelled))
			}
			require.Empty(t, w.pulled(oldPhone))
			require.Equal(t, relayapi.StateCancelled, w.status(m.ID).State)
		})
	}
}

func TestCancelTooLate(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	m := w.submitted(text(), relayapi.HeaderIdempotencyKey, "k")
	job := w.pulledOne(oldPhone)
	for _, state := range []relayapi.State{relayapi.StateTaken, relayapi.StateSent, relayapi.StateDelivered} {
		w.reported(oldPhone, job, state)
		for _, r := range []reply{w.cancel(shop, m.ID), w.cancelKey("k")} {
			require.Equal(t, state, w.refused(r, http.StatusConflict, relayapi.CodeNotCancellable, "").State)
		}
	}
}

func TestAStrangersJobIsUnknown(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	m := w.submitted(text())
	for _, id := range []string{m.ID, "nothing", "%20", "a.b"} {
		path := relayapi.PathSubmissions + "/" + id
		w.refused(w.call(forum, http.MethodGet, path, nil), http.StatusNotFound, relayapi.CodeUnknownJob, "id")
		w.refused(w.call(forum, http.MethodDelete, path, nil), http.StatusNotFound, relayapi.CodeUnknownJob, "id")
	}
	read := as[relayapi.Submission](w, w.call(operator, http.MethodGet, relayapi.PathSubmissions+"/"+m.ID, nil), http.StatusOK)
	require.Equal(t, m, read)
}

func TestCancelByKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		m := w.submitted(text(), relayapi.HeaderIdempotencyKey, "k")
		require.Equal(t, m.ID, as[relayapi.Submission](w, w.cancelKey("k"), http.StatusOK).ID)

		early := as[relayapi.Submission](w, w.cancelKey("early"), http.StatusOK)
		require.Equal(t, relayapi.StateCancelled, early.State)
		body := text()
		body.WaitMS = 10 * second
		late := as[relayapi.Submission](w, w.submit(body, relayapi.HeaderIdempotencyKey, "early"), http.StatusOK)
		require.Equal(t, early, late, "a submission that comes after its cancel is cancelled")
		require.Empty(t, w.pulled(oldPhone))

		w.refused(w.call(shop, http.MethodDelete, relayapi.PathSubmissions, nil),
			http.StatusBadRequest, relayapi.CodeInvalidField, relayapi.HeaderIdempotencyKey)
	})
}

func TestCancelEndsAWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		pending := w.waiting(t.Context(), relayapi.HeaderIdempotencyKey, "k")
		as[relayapi.Submission](w, w.cancelKey("k"), http.StatusOK)
		require.Equal(t, relayapi.StateCancelled, w.created(pending).State)
	})
}

func TestHealth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r := w.call("", method, relayapi.PathHealth, nil)
		require.Equal(t, "ok", as[relayapi.Health](w, r, http.StatusOK).Status)
	}
	require.NoError(t, w.queue.Close())
	w.refused(w.call("", http.MethodGet, relayapi.PathHealth, nil), http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable, "")
}
