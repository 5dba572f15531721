package gateway_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestAPullOffersUnderALease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		require.Empty(t, w.pulled(oldPhone))
		submitted := w.submitted(text())
		w.submitted(text())
		jobs, err := w.Pull(t.Context(), oldPhone, gateway.PullRequest{})
		require.NoError(t, err)
		require.Len(t, jobs, 1, "one, unless the phone asks for more")
		require.Equal(t, submitted.ID, jobs[0].ID)
		require.Equal(t, submitted.Text, jobs[0].Text)
		require.NotEmpty(t, jobs[0].Lease)
		require.Equal(t, w.Now().Add(10*time.Second), jobs[0].LeaseEnd)
		require.Len(t, w.pulled(newPhone), 1, "the other job only")
	})
}

func TestALongPull(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		do    func(w *world, leave func())
		after time.Duration
		jobs  int
		err   error
	}{
		{"a job comes", func(w *world, _ func()) { w.submitted(text()) }, 0, 1, nil},
		{"the wait is over", func(*world, func()) {}, 30 * time.Second, 0, nil},
		{"the phone leaves", func(_ *world, leave func()) { leave() }, 0, 0, context.Canceled},
		{"the gateway shuts down", func(w *world, _ func()) { _ = w.Shutdown(w.Context()) }, 0, 0, nil},
		{"a job of another lane comes", func(w *world, _ func()) {
			_, _ = w.Pull(w.Context(), newPhone, gateway.PullRequest{Lanes: []string{"mob"}})
			s := text()
			s.Lane = "mob"
			w.submitted(s)
		}, 30 * time.Second, 0, nil},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			t.Helper()
			w := newOnlineWorld(t)
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			pending := w.longPull(ctx, oldPhone)
			tt.do(w, leave)
			got := <-pending
			require.ErrorIs(t, got.err, tt.err)
			require.Len(t, got.value, tt.jobs)
			require.Equal(t, tt.after, got.after)
		})
	}
}

func TestALongPullGetsAJobWhoseLeaseEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t, func(c *gateway.Config) { c.Lease = 4 * time.Second })
		w.submitted(text())
		lost := w.pulledOne(oldPhone)
		got := <-w.longPull(t.Context(), newPhone)
		require.Len(t, got.value, 1)
		require.Equal(t, 4*time.Second, got.after)
		_, err := w.Report(t.Context(), oldPhone, report(lost, relayapi.StateTaken))
		require.ErrorIs(t, err, gateway.ErrLeaseLost)
	})
}

func TestAPhoneIsOnlineAllThroughItsPull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		pending := later(func() ([]gateway.Job, error) {
			return w.Pull(t.Context(), oldPhone, gateway.PullRequest{Wait: relayapi.MaxWait, Interval: time.Second})
		})
		elapse(59 * time.Second)
		w.submitted(text())
		require.Len(t, (<-pending).value, 1)
		elapse(2 * time.Second)
		_, err := w.Submit(t.Context(), site, text())
		require.ErrorIs(t, err, gateway.ErrNoPhoneOnline, "until two of its intervals are over")
	})
}

func TestAReportIsASignOfLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		_, err := w.Pull(t.Context(), oldPhone, gateway.PullRequest{Interval: 2 * time.Second})
		require.NoError(t, err)
		elapse(3 * time.Second)
		_, err = w.Report(t.Context(), oldPhone, gateway.ReportRequest{ID: "nothing", Lease: "l", State: relayapi.StateTaken})
		require.ErrorIs(t, err, gateway.ErrUnknownJob)
		elapse(3 * time.Second)
		w.submitted(text())
	})
}

func TestReports(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		submitted := w.submitted(text())
		job := w.pulledOne(oldPhone)
		for _, state := range []relayapi.State{relayapi.StateTaken, relayapi.StateSent, relayapi.StateDelivered} {
			require.Equal(t, state, w.reported(oldPhone, job, state).State)
		}
		require.Equal(t, relayapi.StateDelivered, w.reported(oldPhone, job, relayapi.StateSent).State, "a state never goes back")
		require.Equal(t, []string{
			"queued site shop", "offered phone old-phone", "taken phone old-phone", "sent phone old-phone", "delivered phone old-phone",
		}, steps(w.read(submitted.ID)))
		require.Contains(t, w.log.String(), "phone=old-phone")
	})
}

func TestReportsThatMeanDoNotSend(t *testing.T) {
	t.Parallel()
	failed := func(job gateway.Job) gateway.ReportRequest {
		r := report(job, relayapi.StateFailed)
		r.Failure = &relayapi.Failure{Class: relayapi.FailureUnknown, Text: "why"}
		return r
	}
	tests := []struct {
		name   string
		report func(w *world, job gateway.Job) (gateway.Job, error)
		want   error
		state  relayapi.State
	}{
		{"unknown job", func(w *world, _ gateway.Job) (gateway.Job, error) {
			return w.Report(w.Context(), oldPhone, failed(gateway.Job{ID: "nothing", Lease: "l"}))
		}, gateway.ErrUnknownJob, ""},
		{"another phone", func(w *world, job gateway.Job) (gateway.Job, error) {
			return w.Report(w.Context(), newPhone, report(job, relayapi.StateTaken))
		}, gateway.ErrForeignJob, relayapi.StateOffered},
		{"another lease", func(w *world, job gateway.Job) (gateway.Job, error) {
			w.reported(oldPhone, job, relayapi.StateTaken)
			job.Lease = "other"
			return w.Report(w.Context(), oldPhone, report(job, relayapi.StateSent))
		}, gateway.ErrForeignLease, relayapi.StateTaken},
		{"the lease is over", func(w *world, job gateway.Job) (gateway.Job, error) {
			elapse(10 * time.Second)
			return w.Report(w.Context(), oldPhone, report(job, relayapi.StateTaken))
		}, gateway.ErrLeaseLost, relayapi.StateOffered},
		{"cancelled", func(w *world, job gateway.Job) (gateway.Job, error) {
			_, err := w.Cancel(w.Context(), site, job.ID)
			require.NoError(w, err)
			return w.Report(w.Context(), oldPhone, report(job, relayapi.StateTaken))
		}, gateway.ErrJobCancelled, relayapi.StateCancelled},
		{"expired", func(w *world, job gateway.Job) (gateway.Job, error) {
			elapse(relayapi.DefaultTTL)
			return w.Report(w.Context(), oldPhone, report(job, relayapi.StateTaken))
		}, gateway.ErrJobExpired, relayapi.StateExpired},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			t.Helper()
			w := newOnlineWorld(t)
			w.submitted(text())
			job, err := tt.report(w, w.pulledOne(oldPhone))
			require.ErrorIs(t, err, tt.want)
			require.Equal(t, tt.state, job.State, "the job says why")
		})
	}
}
