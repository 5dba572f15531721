package gateway_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestStateReports(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.pulled(oldPhone)
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
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.pulled(oldPhone)
				w.submitted(text())
				w.refused(tt.report(w, w.pulledOne(oldPhone)), tt.status, tt.code, tt.field)
			})
		})
	}
}

func TestALateSentIsNeverLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.pulled(oldPhone)
		m := w.submitted(text())
		job := w.pulledOne(oldPhone)
		w.reported(oldPhone, job, relayapi.StateTaken)
		elapse(2 * time.Hour)
		require.Equal(t, relayapi.StateTaken, w.status(m.ID).State)
		w.reported(oldPhone, job, relayapi.StateSent)
		require.Equal(t, relayapi.StateSent, w.status(m.ID).State)
	})
}

func TestTextsAreDeletedAndHistoryStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *gateway.Config) { c.ClearAfter, c.ForgetAfter = 10*time.Minute, time.Hour })
		w.pulled(oldPhone)
		expired := w.submitted(text())
		elapse(relayapi.DefaultTTL)
		w.pulled(oldPhone)
		sent := w.submitted(text())
		job := w.pulledOne(oldPhone)
		w.reported(oldPhone, job, relayapi.StateTaken)
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

func (w *world) storedText(id string) string {
	w.Helper()
	job, err := w.queue.Job(w.Context(), id, time.Now())
	require.NoError(w, err)
	return string(job.Text)
}

func TestStateReportTimesThatCannotBeKept(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"9999-12-31T23:59:59-12:00", "0000-01-01T00:00:00+12:00"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.pulled(oldPhone)
			m := w.submitted(text())
			job := w.pulledOne(oldPhone)
			body := `{"id":"` + job.ID + `","lease":"` + job.Lease + `","state":"taken","at":"` + at + `"}`
			r := w.call(oldPhone, http.MethodPost, relayapi.PathStateReports, body)
			w.refused(r, bad, relayapi.CodeInvalidField, "at")
			require.Equal(t, relayapi.StateOffered, w.status(m.ID).State, "the job can still be read")
		})
	}
}
