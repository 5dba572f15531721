package gateway_test

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

// longPoll pulls for thirty seconds in the background.
func (w *world) longPoll(ctx context.Context, who string) <-chan reply {
	body := relayapi.Pull{WaitMS: 30 * second}
	pending := w.later(func() reply { return w.callWith(ctx, who, http.MethodPost, relayapi.PathPull, body) })
	synctest.Wait()
	return pending
}

func jobs(w *world, pending <-chan reply) []relayapi.Job {
	w.Helper()
	return as[relayapi.Pulled](w, <-pending, http.StatusOK).Jobs
}

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
		require.Len(t, got, 1)
		require.Equal(t, m.ID, got[0].ID)
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
		w := newWorld(t, func(c *gateway.Config) { c.Lease = 4 * time.Second })
		w.pulled(oldPhone)
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
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				require.False(t, online(w))
				tt.calls(w)
				elapse(tt.lasts - time.Millisecond)
				require.True(t, online(w))
				elapse(time.Millisecond)
				require.False(t, online(w))
			})
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
		require.Len(t, got, 1)
		require.Equal(t, m.ID, got[0].ID)
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
		require.Len(t, got, 1)
		require.Equal(t, m.ID, got[0].ID)
		require.LessOrEqual(t, time.Since(start), 10*time.Second)
	})
}
