package gateway_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// The tests of this file stand where two parts of the gateway meet.

// waitsFor submits with a key and waits in the background.
func (w *world) waitsFor(ctx context.Context, wait time.Duration) (gateway.Job, <-chan gateway.Job) {
	w.Helper()
	s := keyed()
	s.Wait = wait
	submitted, err := w.Submit(ctx, site, s)
	require.NoError(w, err)
	answer := make(chan gateway.Job, 1)
	go func() {
		job, _ := w.Await(ctx, submitted.Job.ID, wait)
		answer <- job
	}()
	synctest.Wait()
	return submitted.Job, answer
}

// Nobody waits for a job that was acknowledged without a wait, so the end of the gateway is
// no reason to cancel it.
func TestShutdownKeepsWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		job, first := w.waitsFor(w.Context(), 20*time.Second)
		kept, err := w.Submit(w.Context(), site, keyed())
		require.NoError(t, err)
		require.Equal(t, job.ID, kept.Job.ID)
		require.NoError(t, w.Close())
		require.Equal(t, relayapi.StateQueued, (<-first).State)
	})
}

// The first submission was acknowledged without a wait. A repetition that waits in vain does
// not take that back.
func TestALaterWaitDoesNotTakeAnAcknowledgementBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		job := w.submitted(keyed())
		again, waiting := w.waitsFor(w.Context(), time.Second)
		require.Equal(t, job.ID, again.ID)
		require.Equal(t, relayapi.StateQueued, (<-waiting).State)
		require.Equal(t, job.ID, w.pulledOne(oldPhone).ID)
	})
}

// A wake on two lanes is passed on for the lane of which the look may have left a job.
func TestAFullPullPassesTheOtherLanesWakeOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		_, err := w.Pull(w.Context(), oldPhone, gateway.PullRequest{Lanes: []string{"a", "b"}})
		require.NoError(t, err)
		pull := func(phone gateway.Principal, lanes ...string) <-chan []gateway.Job {
			got := make(chan []gateway.Job, 1)
			go func() {
				jobs, _ := w.Pull(w.Context(), phone, gateway.PullRequest{Lanes: lanes, Wait: time.Minute})
				got <- jobs
			}()
			synctest.Wait()
			return got
		}
		both, onlyB := pull(oldPhone, "a", "b"), pull(newPhone, "b")
		w.queue.hold = make(chan struct{})
		for _, lane := range []string{"b", "a"} { // the pull of both is woken for b, and finds a
			s := text()
			s.Lane = lane
			w.submitted(s)
		}
		start := time.Now()
		close(w.queue.hold)
		require.Equal(t, "a", (<-both)[0].Lane)
		require.Equal(t, "b", (<-onlyB)[0].Lane)
		require.Zero(t, time.Since(start))
	})
}

// A phone that does not ask would send at once; so it does not get the job of a site that has
// left and may come back.
func TestAPhoneThatDoesNotAskGetsNoJobWhoseSiteHasLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		ctx, drop := context.WithCancel(w.Context())
		job, left := w.waitsFor(ctx, 20*time.Second)
		drop()
		<-left
		unasked := gateway.PullRequest{Unasked: true}
		jobs, err := w.Pull(w.Context(), oldPhone, unasked)
		require.NoError(t, err)
		require.Empty(t, jobs)
		elapse(2 * time.Second)
		read, err := w.Job(w.Context(), site, job.ID)
		require.NoError(t, err)
		require.Equal(t, relayapi.StateCancelled, read.State)
	})
}

// Texts that are stored count towards a site's limit, whether or not it has waited to hear so.
func TestADroppedConnectionIsNoWayAroundALimit(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t, func(c *gateway.Config) {
		c.Tokens[0].Limits.SubmitsPerMinute = 1
	})
	site, err := w.Authenticate(w.Context(), "shop-token")
	require.NoError(t, err)
	stored := 0
	for i := range 4 {
		ctx, drop := context.WithCancel(w.Context())
		s := text()
		s.Key = string(rune('a' + i))
		w.queue.afterSubmit = drop
		_, _ = w.Submit(ctx, site, s)
		w.queue.afterSubmit = nil
		if again, err := w.Submit(w.Context(), site, s); err == nil && !again.New {
			stored++
		}
	}
	require.Equal(t, 1, stored)
}

// A token of the configuration cannot be revoked; its watches go on.
func TestARevokeThatFailsEndsNoWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t, func(c *gateway.Config) { c.Principals = memqueue.NewPrincipals() })
		phone, err := w.Authenticate(w.Context(), "new-phone-token")
		require.NoError(t, err)
		changed, _ := w.watch(phone)
		require.Error(t, w.Revoke(w.Context(), operator, phone.Token))
		require.False(t, told(changed))
		w.pulled(phone)
		w.submitted(text())
		require.True(t, told(changed))
	})
}

// A text that was sent ends the cooling of its phone, and the phone's pull hears of the next
// job at once.
func TestTheEndOfACoolingWakes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		w.submitted(text())
		w.submitted(text())
		jobs := w.pulled(oldPhone)
		require.Len(t, jobs, 2)
		for _, job := range jobs {
			w.reported(oldPhone, job, relayapi.StateTaken)
		}
		failed := report(jobs[0], relayapi.StateFailed)
		failed.Failure = &relayapi.Failure{Class: relayapi.FailureLimit}
		_, err := w.Report(w.Context(), oldPhone, failed)
		require.NoError(t, err)
		pending := w.longPull(w.Context(), oldPhone)
		w.reported(oldPhone, jobs[1], relayapi.StateSent)
		synctest.Wait()
		start := time.Now()
		job := w.submitted(text())
		require.Equal(t, job.ID, (<-pending).value[0].ID)
		require.Zero(t, time.Since(start))
	})
}

// The end of a cooling tells the watches of its phone.
func TestAWatchIsToldWhenACoolingEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		changed, _ := w.watch(oldPhone)
		w.submitted(text())
		job := w.pulledOne(oldPhone)
		w.reported(oldPhone, job, relayapi.StateTaken)
		failed := report(job, relayapi.StateFailed)
		failed.Failure = &relayapi.Failure{Class: relayapi.FailureLimit}
		_, err := w.Report(w.Context(), oldPhone, failed)
		require.NoError(t, err)
		for range 3 {
			w.pulled(oldPhone) // nothing, while it is cooled
		}
		told(changed)
		elapse(29 * time.Second)
		require.False(t, told(changed))
		elapse(2 * time.Second)
		require.True(t, told(changed))
	})
}
