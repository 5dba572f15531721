package gateway_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// watch begins a watch whose first entry has been read, as by a phone that has pulled.
func (w *world) watch(phone gateway.Principal, lanes ...string) (<-chan struct{}, func()) {
	w.Helper()
	changed, stop, err := w.Watch(phone, lanes)
	require.NoError(w, err)
	w.Cleanup(stop)
	require.True(w, told(changed), "there may be work from before")
	return changed, stop
}

// told reports whether a watch has an entry, and reads it.
func told(changed <-chan struct{}) bool {
	synctest.Wait()
	select {
	case <-changed:
		return true
	default:
		return false
	}
}

func TestAWatchTellsOfANewJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		changed, _ := w.watch(oldPhone)
		require.False(t, told(changed))
		for range 3 {
			job := w.submitted(text())
			require.True(t, told(changed))
			require.False(t, told(changed), "told once")
			pulled := w.pulledOne(oldPhone)
			require.Equal(t, job.ID, pulled.ID)
			w.reported(oldPhone, pulled, relayapi.StateTaken)
		}
	})
}

func TestAWatchKeepsToItsLanes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		lanes := []string{"mob", "market"}
		changed, stop := w.watch(oldPhone, lanes...)
		lanes[0], lanes[1] = relayapi.DefaultLane, relayapi.DefaultLane // the caller's own
		w.submitted(text())
		require.False(t, told(changed))

		market := text()
		market.Lane = "market"
		for range 3 {
			_, err := w.Pull(t.Context(), oldPhone, gateway.PullRequest{Lanes: []string{"market"}})
			require.NoError(t, err)
			w.submitted(market)
			require.True(t, told(changed))
		}
		stop()
		w.submitted(market)
		require.False(t, told(changed))
	})
}

func TestAJobWakesOneWatchOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		var watches []<-chan struct{}
		for i := range 100 {
			changed, _ := w.watch(gateway.Principal{Name: fmt.Sprint("phone-", i), Role: gateway.RolePhone})
			watches = append(watches, changed)
		}
		for _, longest := range watches {
			w.submitted(text())
			for _, changed := range watches {
				require.Equal(t, changed == longest, told(changed))
			}
		}
	})
}

// A phone that was told and is not heard of again must not keep the work from others.
func TestAWakeThatNobodyReadsIsTheOnlyOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		w.watch(newPhone)
		w.submitted(text())
		require.Len(t, w.pulled(oldPhone), 1)
		pending := w.longPullFor(oldPhone)
		w.submitted(text())
		require.Zero(t, (<-pending).after, "the next job goes to the phone that is there")
	})
}

func (w *world) longPullFor(phone gateway.Principal) <-chan outcome[[]gateway.Job] {
	w.Helper()
	for _, job := range w.pulled(phone) {
		w.reported(phone, job, relayapi.StateTaken)
	}
	return w.longPull(w.Context(), phone)
}

func TestAWatchThatStopsPassesItsWakeOn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		before func(w *world, changed <-chan struct{})
		passed bool
	}{
		{"told and not read", func(*world, <-chan struct{}) {}, true},
		{"told, and the phone did not pull", func(_ *world, changed <-chan struct{}) { <-changed }, true},
		{"told, and the phone pulled another lane", func(w *world, changed <-chan struct{}) {
			<-changed
			_, err := w.Pull(w.Context(), newPhone, gateway.PullRequest{Lanes: []string{"mob"}})
			require.NoError(w, err)
		}, true},
		{"told, and the phone pulled one of the lanes", func(w *world, changed <-chan struct{}) {
			<-changed
			_, err := w.Pull(w.Context(), newPhone, gateway.PullRequest{Lanes: []string{"market"}})
			require.NoError(w, err)
		}, true},
		{"told, and the queue failed", func(w *world, changed <-chan struct{}) {
			<-changed
			w.queue.breakWith(gateway.ErrClosed)
			_, err := w.Pull(w.Context(), newPhone, gateway.PullRequest{})
			require.ErrorIs(w, err, gateway.ErrQueueFailed)
		}, true},
		{"told, and the phone pulled", func(w *world, changed <-chan struct{}) {
			<-changed
			_, err := w.Pull(w.Context(), newPhone, gateway.PullRequest{Lanes: []string{"mob", "market", relayapi.DefaultLane}})
			require.NoError(w, err)
		}, false},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			t.Helper()
			w := newOnlineWorld(t)
			first, stop := w.watch(newPhone, relayapi.DefaultLane, "market")
			second, _ := w.watch(oldPhone)
			w.submitted(text())
			require.False(t, told(second))
			tt.before(w, first)
			stop()
			require.Equal(t, tt.passed, told(second))
			stop() // a second time, it does nothing
			require.False(t, told(second))
		})
	}
}

// The phone that pulls waits again before the look at the queue, not after it.
func TestAJobThatComesRightAfterTheLookIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		changed, _ := w.watch(oldPhone)
		w.submitted(text())
		require.True(t, told(changed))
		w.queue.afterOffer = sync.OnceFunc(func() { w.submitted(text()) })
		require.Len(t, w.pulled(oldPhone), 1)
		require.True(t, told(changed))
		require.Len(t, w.pulled(oldPhone), 1)
	})
}

func TestAStoppedWatchIsToldNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		changed, stop := w.watch(oldPhone)
		stop()
		w.submitted(text())
		w.pulledOne(oldPhone)
		w.submitted(text())
		require.False(t, told(changed))
	})
}

// A phone whose connection was lost watches again; the gateway has not noticed the loss.
func TestThePhonesLatestWatchIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		lost, _ := w.watch(oldPhone)
		live, _ := w.watch(oldPhone)
		for range 3 {
			w.submitted(text())
			require.False(t, told(lost))
			require.True(t, told(live))
			w.pulled(oldPhone)
		}
	})
}

func TestShutdownDoesNotWaitForWatches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		changed, stop := w.watch(oldPhone)
		w.submitted(text())
		require.NoError(t, w.Shutdown(t.Context()))
		<-w.Ending()
		require.True(t, told(changed), "what it was told stays")
		stop()
		_, _, err := w.Watch(oldPhone, nil)
		require.ErrorIs(t, err, gateway.ErrShuttingDown)
	})
}

// TestWatchesAndPullsShareALane has phones of both kinds on one lane. The clock of the
// bubble stands still while any of them has work, so a wake that is lost shows as time.
func TestWatchesAndPullsShareALane(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const phones, texts = 20, 400
		w := newOnlineWorld(t)
		start, taken := time.Now(), make(chan string, texts)
		var running sync.WaitGroup
		for i := range phones {
			phone := gateway.Principal{Name: fmt.Sprint("phone-", i), Role: gateway.RolePhone}
			if i%2 == 0 {
				running.Go(func() { w.servesByWatch(phone, taken) })
			} else {
				running.Go(func() { w.servesByPull(phone, taken) })
			}
		}
		for range texts / 4 {
			for range 4 {
				running.Go(func() { _, _ = w.Submit(t.Context(), site, text()) })
			}
			synctest.Wait()
		}
		seen := map[string]bool{}
		for range texts {
			seen[<-taken] = true
		}
		require.Len(t, seen, texts, "each job is taken once")
		require.Zero(t, time.Since(start), "each at once")
		require.NoError(t, w.Close())
		running.Wait()
		require.Empty(t, taken)
	})
}

func (w *world) servesByWatch(phone gateway.Principal, taken chan<- string) {
	changed, stop, err := w.Watch(phone, nil)
	if err != nil {
		return
	}
	defer stop()
	for {
		select {
		case <-changed:
			for w.takesOne(phone, 0, taken) {
			}
		case <-w.Ending():
			return
		}
	}
}

func (w *world) servesByPull(phone gateway.Principal, taken chan<- string) {
	for {
		select {
		case <-w.Ending():
			return
		default:
			w.takesOne(phone, relayapi.MaxWait, taken)
		}
	}
}

// takesOne reports whether a pull has brought a job, which it takes.
func (w *world) takesOne(phone gateway.Principal, wait time.Duration, taken chan<- string) bool {
	jobs, err := w.Pull(w.Context(), phone, gateway.PullRequest{Wait: wait})
	if err != nil || len(jobs) == 0 {
		return false
	}
	if job, err := w.Report(w.Context(), phone, report(jobs[0], relayapi.StateTaken)); err == nil {
		taken <- job.ID
	}
	return true
}

// A job that another phone holds is offered to the phone of a watch when that lease ends, and
// the watch is told, as a pull that waits would look.
func TestAWatchIsToldWhenALeaseEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		job := w.submitted(text())
		require.Equal(t, job.ID, w.pulledOne(newPhone).ID)
		changed, stop := w.watch(oldPhone)
		require.Empty(t, w.pulled(oldPhone))
		elapse(9 * time.Second)
		require.False(t, told(changed))
		elapse(2 * time.Second)
		require.True(t, told(changed))
		again := w.pulledOne(oldPhone)
		require.Equal(t, job.ID, again.ID)
		w.reported(oldPhone, again, relayapi.StateTaken)
		elapse(time.Minute)
		require.False(t, told(changed), "there is nothing else")
		require.Empty(t, w.pulled(oldPhone))

		next := w.submitted(text())
		require.True(t, told(changed))
		require.Equal(t, next.ID, w.pulledOne(newPhone).ID)
		require.Empty(t, w.pulled(oldPhone))
		stop()
		elapse(time.Minute)
		require.False(t, told(changed))
	})
}
