package relaydoor_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// handed is the one job that oldPhone pulls without asking before it sends.
func (w *world) handed() relayapi.Job {
	w.Helper()
	jobs := as[relayapi.Pulled](w, w.pull(oldPhone, relayapi.Pull{Max: 10, Unasked: true}), http.StatusOK).Jobs
	require.Len(w, jobs, 1)
	return jobs[0]
}

func TestAPhoneThatDoesNotAsk(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	m := w.submitted(text())
	job := w.handed()
	require.Equal(t, []string{"queued site shop", "taken phone old-phone"}, steps(w.status(m.ID)))
	require.Equal(t, job.Lease, w.handed().Lease, "it gets the job again until it reports")
	require.Empty(t, w.pulled(newPhone))
	w.refused(w.report(oldPhone, stateReport(job, relayapi.StateCancelled)), http.StatusConflict, relayapi.CodeNotCancelling, "state")

	refused := w.refused(w.cancel(shop, m.ID), http.StatusConflict, relayapi.CodeNotCancellable, "")
	require.Equal(t, relayapi.StateCancelling, refused.State, "the phone is asked")
	asked := w.handed()
	require.True(t, asked.Cancelling)
	require.False(t, job.Cancelling)
	require.Equal(t, relayapi.StateCancelled, w.reported(oldPhone, asked, relayapi.StateCancelled).State)
	require.Equal(t, relayapi.StateCancelled, w.status(m.ID).State)
	require.Contains(t, w.log.String(), "phone asked to drop a job")
}

// TestAPhoneThatDoesNotAskNeedsNoLease: an app that knows no leases reports by the job's id.
func TestAPhoneThatDoesNotAskNeedsNoLease(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	m := w.submitted(text())
	w.handed()
	phone, err := w.gateway.Authenticate(t.Context(), oldPhone+"-token")
	require.NoError(t, err)
	report := gateway.ReportRequest{ID: m.ID, State: relayapi.StateSent}
	_, err = w.gateway.Report(t.Context(), phone, report)
	var field *gateway.FieldError
	require.ErrorAs(t, err, &field)
	report.Unasked = true
	job, err := w.gateway.Report(t.Context(), phone, report)
	require.NoError(t, err)
	require.Equal(t, relayapi.StateSent, job.State)
}

// TestAWaitThatEndsAsksThePhone: when the wait is over, a phone that does not ask may have
// sent the text.
func TestAWaitThatEndsAsksThePhone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		pending := w.waiting(t.Context())
		job := w.handed()
		m := w.created(pending)
		require.Equal(t, relayapi.StateCancelling, m.State)
		w.reported(oldPhone, job, relayapi.StateSent)
		require.Equal(t, relayapi.StateSent, w.status(m.ID).State)
	})
}

// TestAPhoneThatIsNeverHeardOfLeavesAJobUncertain: it is stored without a request, and logged.
func TestAPhoneThatIsNeverHeardOfLeavesAJobUncertain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t, func(c *gateway.Config) { c.TakenFor = 5 * time.Second })
		pending := w.waiting(t.Context())
		w.taken()
		m := w.created(pending)
		require.Equal(t, relayapi.StateUncertain, m.State, "a site need wait no longer")
		w.submitted(text())
		w.taken()
		before := time.Now()
		elapse(40 * time.Second)
		require.Contains(t, w.log.String(), "never said what became of it")
		page, err := w.queue.List(t.Context(), gateway.Filter{States: []relayapi.State{relayapi.StateUncertain}, Limit: 5, Now: before})
		require.NoError(t, err)
		require.Len(t, page.Jobs, 2, "a sweep has stored it")
	})
}

func TestALaneThatCannotSendInTimeRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		w.submitted(text())
		job := w.taken()
		elapse(4 * time.Second)
		w.reported(oldPhone, job, relayapi.StateSent)
		body := text()
		w.submitted(body)
		body.WaitMS, body.TTLSeconds = 3*second, 3
		r := w.submit(body)
		w.refused(r, http.StatusServiceUnavailable, relayapi.CodeLaneBusy, "lane")
		require.Equal(t, "2", r.header.Get(relayapi.HeaderRetryAfter))
	})
}

// TestAJobThatWasGivenBackWakesAnotherPhone, and not the one that cannot send.
func TestAJobThatWasGivenBackWakesAnotherPhone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		m := w.submitted(text())
		job := w.taken()
		cooled := w.longPoll(t.Context(), oldPhone)
		good := w.longPoll(t.Context(), newPhone)
		failed := stateReport(job, relayapi.StateFailed)
		failed.Error = &relayapi.Failure{Class: relayapi.FailureNoService}
		start := time.Now()
		require.Equal(t, relayapi.StateQueued, as[relayapi.Recorded](w, w.report(oldPhone, failed), http.StatusOK).State)
		again := jobs(w, good)
		requireJob(t, m, again)
		w.reported(newPhone, again[0], relayapi.StateTaken)
		require.Zero(t, time.Since(start), "at once")
		require.Empty(t, jobs(w, cooled))
	})
}

func TestOperatorsSeeJobsAndPhones(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	m := w.submitted(text())
	eva := gateway.Principal{Name: operator, Role: gateway.RoleOperator}
	page, err := w.gateway.List(t.Context(), eva, gateway.Filter{Site: shop})
	require.NoError(t, err)
	require.Len(t, page.Jobs, 1)
	require.Equal(t, m.ID, page.Jobs[0].ID)
	require.Empty(t, string(page.Jobs[0].Text), "an operator has no use for it")
	counts, err := w.gateway.Counts(t.Context(), eva)
	require.NoError(t, err)
	require.Equal(t, []gateway.Count{{Lane: relayapi.DefaultLane, State: relayapi.StateQueued, Jobs: 1}}, counts)
	phones, err := w.gateway.Phones(t.Context(), eva)
	require.NoError(t, err)
	require.Len(t, phones, 1)
	require.Equal(t, oldPhone, phones[0].Phone)

	var field *gateway.FieldError
	for _, bad := range []gateway.Filter{{Limit: -1}, {Limit: gateway.MaxPage + 1}, {States: []relayapi.State{"bored"}}} {
		_, err = w.gateway.List(t.Context(), eva, bad)
		require.ErrorAs(t, err, &field)
	}
	for _, other := range []gateway.Principal{{Name: shop, Role: gateway.RoleSite}, {Name: oldPhone, Role: gateway.RolePhone}, {}} {
		var forbidden *gateway.ForbiddenError
		_, err = w.gateway.List(t.Context(), other, gateway.Filter{})
		require.ErrorAs(t, err, &forbidden)
		_, err = w.gateway.Counts(t.Context(), other)
		require.ErrorAs(t, err, &forbidden)
		_, err = w.gateway.Phones(t.Context(), other)
		require.ErrorAs(t, err, &forbidden)
	}
}

// TestAReceiptSentForAJobThatWasOnlyOffered is G4: what the page says is what happens.
func TestAReceiptSentForAJobThatWasOnlyOffered(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	m := w.submitted(text()) // without Idempotency-Key, which is accepted
	job := w.pulledOne(oldPhone)
	require.Equal(t, relayapi.StateSent, w.reported(oldPhone, job, relayapi.StateSent).State)
	require.Equal(t, []string{"queued site shop", "offered phone old-phone", "sent phone old-phone"}, steps(w.status(m.ID)))
}
