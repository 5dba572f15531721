package relaydoor_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestPull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		r := w.pull(oldPhone, relayapi.Pull{})
		require.JSONEq(t, `{"jobs":[]}`, string(r.body))
		m := w.submitted(text())
		elapse(time.Second)
		job := w.pulledOne(oldPhone)
		require.Equal(t, relayapi.Job{
			ID: m.ID, To: "+8613800138000", Text: "Your code is 824913.", Lane: relayapi.DefaultLane,
			Deadline: m.Deadline, RemainingMS: 299_000,
			Lease: job.Lease, LeaseDeadline: relayapi.Time{Time: m.Created.Add(11 * time.Second)}, LeaseRemainingMS: 10_000,
		}, job)
		require.NotEmpty(t, job.Lease)

		elapse(time.Second)
		again := w.pulledOne(oldPhone)
		require.Equal(t, job.ID, again.ID)
		require.NotEqual(t, job.Lease, again.Lease)
		require.Equal(t, int64(9000), again.LeaseRemainingMS)
		r = w.report(oldPhone, stateReport(job, relayapi.StateTaken))
		w.refused(r, http.StatusConflict, relayapi.CodeLeaseLost, "lease")
		w.reported(oldPhone, again, relayapi.StateTaken)
		require.Empty(t, w.pulled(oldPhone))
	})
}

func TestLongPollGetsANewJobAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		pending := w.longPoll(t.Context(), oldPhone)
		elapse(7 * time.Second)
		start := time.Now()
		m := w.submitted(text())
		got := jobs(w, pending)
		requireJob(t, m, got)
		require.Zero(t, time.Since(start))
	})
}

func TestLongPollEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		start := time.Now()
		require.Empty(t, jobs(w, w.longPoll(t.Context(), oldPhone)))
		require.Equal(t, 30*time.Second, time.Since(start))
	})
}

func TestLongPollGetsAJobWhoseLeaseEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t, func(c *gateway.Config) { c.Lease = 4 * time.Second })
		w.submitted(text())
		lost := w.pulledOne(oldPhone)
		start := time.Now()
		got := jobs(w, w.longPoll(t.Context(), newPhone))
		require.Len(t, got, 1)
		require.Equal(t, 4*time.Second, time.Since(start))
		r := w.report(oldPhone, stateReport(lost, relayapi.StateTaken))
		w.refused(r, http.StatusConflict, relayapi.CodeLeaseLost, "lease")
	})
}

func TestPhonesServeInTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		first := w.longPoll(t.Context(), oldPhone)
		second := w.longPoll(t.Context(), newPhone)
		w.submitted(text())
		require.Len(t, jobs(w, first), 1, "who has waited for longest")
		require.Empty(t, second)
		w.submitted(text())
		require.Len(t, jobs(w, second), 1)
	})
}

func TestAJobIsNotLostWhenItsPhoneHangsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ctx, hangUp := context.WithCancel(t.Context())
		first := w.longPoll(ctx, oldPhone)
		second := w.longPoll(t.Context(), newPhone)
		hangUp()
		w.submitted(text())
		<-first
		require.Len(t, jobs(w, second), 1, "at once, or when the lease of the first has ended")
	})
}

func TestPresence(t *testing.T) {
	t.Parallel()
	online := func(w *world) bool {
		r := w.submit(text())
		if r.status == http.StatusCreated {
			return true
		}
		w.refused(r, http.StatusServiceUnavailable, relayapi.CodeNoPhoneOnline, "lane")
		return false
	}
	tests := []struct {
		name  string
		calls func(w *world)
		lasts time.Duration
	}{
		{"default interval", func(w *world) { w.pulled(oldPhone) }, time.Minute},
		{"own interval", func(w *world) { w.pull(oldPhone, relayapi.Pull{IntervalMS: 2 * second}) }, 4 * time.Second},
		{"a report is a sign of life", func(w *world) {
			w.pull(oldPhone, relayapi.Pull{IntervalMS: 2 * second})
			elapse(3 * time.Second)
			w.report(oldPhone, relayapi.StateReport{ID: "nothing", Lease: "l", State: relayapi.StateTaken})
		}, 4 * time.Second},
		{"a call in progress counts", func(w *world) {
			w.pull(oldPhone, relayapi.Pull{IntervalMS: second, WaitMS: 20 * second})
		}, 2 * time.Second},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			t.Helper()
			w := newWorld(t)
			require.False(t, online(w))
			tt.calls(w)
			elapse(tt.lasts - time.Millisecond)
			require.True(t, online(w))
			elapse(time.Millisecond)
			require.False(t, online(w))
		})
	}
}

func TestAPhoneIsPresentAllThroughItsPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		body := relayapi.Pull{WaitMS: 30 * second, IntervalMS: second, Lanes: []string{"mob", "text"}}
		pending := w.later(func() reply { return w.pull(oldPhone, body) })
		elapse(29 * time.Second)
		submit := text()
		submit.Lane = "mob"
		w.submitted(submit)
		require.Len(t, jobs(w, pending), 1)
	})
}

// When a phone changes its network, the gateway does not hear of it and keeps the old
// call open.
func TestAPhoneGetsWorkOnItsLatestCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		lost := w.longPoll(t.Context(), oldPhone)
		live := w.longPoll(t.Context(), oldPhone)
		other := w.longPoll(t.Context(), newPhone)
		m := w.submitted(text())
		got := jobs(w, live)
		requireJob(t, m, got)
		w.reported(oldPhone, got[0], relayapi.StateTaken)
		require.Empty(t, jobs(w, lost))
		require.Empty(t, jobs(w, other))
	})
}

func TestAPhoneThatWaitsGetsAJobSoonAfterTheLeaseOfAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *gateway.Config) { c.Lease = 5 * time.Second })
		lost := w.longPoll(t.Context(), oldPhone)
		live := w.longPoll(t.Context(), newPhone)
		m := w.submitted(text())
		start := time.Now()
		require.Len(t, jobs(w, lost), 1)
		got := jobs(w, live)
		requireJob(t, m, got)
		require.LessOrEqual(t, time.Since(start), 10*time.Second)
	})
}

func TestStateReports(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		m := w.submitted(text())
		job := w.pulledOne(oldPhone)
		for _, state := range []relayapi.State{relayapi.StateTaken, relayapi.StateSent, relayapi.StateDelivered} {
			elapse(time.Second)
			r := stateReport(job, state)
			r.At = relayapi.Time{Time: time.Now().Add(-time.Hour)}
			for range 2 {
				got := as[relayapi.Recorded](w, w.report(oldPhone, r), http.StatusOK)
				require.Equal(t, relayapi.Recorded{ID: job.ID, State: state}, got)
			}
		}
		late := w.reported(oldPhone, job, relayapi.StateSent)
		require.Equal(t, relayapi.StateDelivered, late.State, "a state never goes back")

		read := w.status(m.ID)
		require.Equal(t, []string{
			"queued site shop", "offered phone old-phone", "taken phone old-phone", "sent phone old-phone", "delivered phone old-phone",
		}, steps(read))
		require.Equal(t, time.Hour, read.History[3].At.Sub(read.History[3].ReportedAt.Time))
	})
}

func TestStateReportRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		report func(w *world, job relayapi.Job) reply
		status int
		code   relayapi.ErrorCode
		field  string
	}{
		{"unknown job", func(w *world, job relayapi.Job) reply {
			job.ID = "nothing"
			return w.report(oldPhone, stateReport(job, relayapi.StateTaken))
		}, http.StatusNotFound, relayapi.CodeUnknownJob, "id"},
		{"unknown job, with a reason", func(w *world, job relayapi.Job) reply {
			job.ID = "nothing"
			r := stateReport(job, relayapi.StateFailed)
			r.Error = &relayapi.Failure{Class: relayapi.FailureUnknown, Text: "why"}
			return w.report(oldPhone, r)
		}, http.StatusNotFound, relayapi.CodeUnknownJob, "id"},
		{"foreign phone", func(w *world, job relayapi.Job) reply {
			return w.report(newPhone, stateReport(job, relayapi.StateTaken))
		}, http.StatusForbidden, relayapi.CodeForeignJob, "id"},
		{"foreign lease", func(w *world, job relayapi.Job) reply {
			w.reported(oldPhone, job, relayapi.StateTaken)
			job.Lease = "made up"
			return w.report(oldPhone, stateReport(job, relayapi.StateSent))
		}, http.StatusForbidden, relayapi.CodeForeignLease, "lease"},
		{"lease over", func(w *world, job relayapi.Job) reply {
			elapse(10 * time.Second)
			return w.report(oldPhone, stateReport(job, relayapi.StateTaken))
		}, http.StatusConflict, relayapi.CodeLeaseLost, "lease"},
		{"job with another phone", func(w *world, job relayapi.Job) reply {
			elapse(10 * time.Second)
			w.reported(newPhone, w.pulledOne(newPhone), relayapi.StateTaken)
			return w.report(oldPhone, stateReport(job, relayapi.StateTaken))
		}, http.StatusConflict, relayapi.CodeLeaseLost, "lease"},
		{"cancelled", func(w *world, job relayapi.Job) reply {
			w.cancel(shop, job.ID)
			return w.report(oldPhone, stateReport(job, relayapi.StateTaken))
		}, http.StatusGone, relayapi.CodeJobCancelled, ""},
		{"expired", func(w *world, job relayapi.Job) reply {
			elapse(relayapi.DefaultTTL)
			return w.report(oldPhone, stateReport(job, relayapi.StateTaken))
		}, http.StatusGone, relayapi.CodeJobExpired, ""},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			t.Helper()
			w := newOnlineWorld(t)
			w.submitted(text())
			w.refused(tt.report(w, w.pulledOne(oldPhone)), tt.status, tt.code, tt.field)
		})
	}
}

func TestALateSentIsNeverLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		m := w.submitted(text())
		job := w.taken()
		elapse(2 * time.Hour)
		require.Equal(t, relayapi.StateUncertain, w.status(m.ID).State)
		w.reported(oldPhone, job, relayapi.StateSent)
		require.Equal(t, relayapi.StateSent, w.status(m.ID).State)
	})
}

func TestTextsAreDeletedAndHistoryStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t, func(c *gateway.Config) { c.ClearAfter, c.ForgetAfter = 10*time.Minute, 70*time.Minute })
		expired := w.submitted(text())
		elapse(relayapi.DefaultTTL)
		w.pulled(oldPhone)
		sent := w.submitted(text())
		job := w.taken()
		w.reported(oldPhone, job, relayapi.StateSent)

		elapse(30 * time.Second)
		require.Equal(t, []string{"queued site shop", "expired gateway"}, steps(w.status(expired.ID)))
		require.NotEmpty(t, w.storedText(sent.ID))
		elapse(16 * time.Minute)
		require.Empty(t, w.storedText(sent.ID))
		require.Len(t, w.status(sent.ID).History, 4)
		elapse(time.Hour)
		r := w.call(shop, http.MethodGet, relayapi.PathSubmissions+"/"+sent.ID, nil)
		w.refused(r, http.StatusNotFound, relayapi.CodeUnknownJob, "id")
	})
}

func TestStateReportTimesThatCannotBeKept(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"9999-12-31T23:59:59-12:00", "0000-01-01T00:00:00+12:00"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			w := newOnlineWorld(t)
			m := w.submitted(text())
			job := w.pulledOne(oldPhone)
			body := `{"id":"` + job.ID + `","lease":"` + job.Lease + `","state":"taken","at":"` + at + `"}`
			r := w.call(oldPhone, http.MethodPost, relayapi.PathStateReports, body)
			w.refused(r, bad, relayapi.CodeInvalidField, "at")
			require.Equal(t, relayapi.StateOffered, w.status(m.ID).State, "the job can still be read")
		})
	}
}
