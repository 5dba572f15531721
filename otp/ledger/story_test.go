package ledger_test

import (
	"flag"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp/ledger"
)

// story is how many verifications the story has; `make story` plays 10,000.
var story = flag.Int("story", 1000, "how many verifications TestStory plays")

// worldSize is how many of them one site has.
const worldSize = 500

// figures are what came of the stories.
type figures struct {
	mu                                   sync.Mutex
	users, reachable, inTime, verified   int
	challenges                           int
	sends, free, paid                    int
	cost, unknown, bills, instead, saved failover.Money
	latest                               time.Duration
}

// TestStory plays verifications through the real adapters to simulators, and through the
// relay, its gateway and phones, in virtual time: with loss, delays, refusals, reports that come
// late, twice or never, spells without the old phones, and users who resend, mistype, click
// twice and give up. 99.9 of 100 whose phone is there are verified within a minute, nobody is
// approved twice or gets a second code, no paid text begins after a report of delivery, the books
// are the services' bills, and nothing stays in the store.
func TestStory(t *testing.T) { //nolint:tparallel // The group ends when all worlds have.
	t.Parallel()
	var f figures
	t.Run("worlds", func(t *testing.T) {
		for seed := range uint64(max(1, *story/worldSize)) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, seed+1)
					w.play(worldSize)
					w.judge(&f)
				})
			})
		}
	})
	require.Zero(t, f.users%worldSize)
	require.LessOrEqual(t, f.reachable-f.inTime, max(3, f.reachable/1000), "not verified within a minute") // few are chance
	t.Logf("%d verifications, %d by somebody who waits at a phone that is there, %d of them within a minute (%.2f %%), the last after %v",
		f.users, f.reachable, f.inTime, 100*float64(f.inTime)/float64(f.reachable), f.latest.Round(time.Second))
	t.Logf("%d challenges", f.challenges)
	t.Logf("%d texts asked for, %d free (%.1f %%); cost %v yuan and at most %v more, billed %v; alone %v; saved %v", f.sends, f.free,
		100*float64(f.free)/float64(f.sends), f.cost, f.unknown, f.bills, f.instead, f.saved)
}

// play lets users come, and the old phones lose their network now and then.
func (w *world) play(n int) {
	for i := range n {
		u := w.newUser(i)
		w.users[u.number] = u
	}
	stop := make(chan struct{})
	w.serving.Go(func() {
		for random := w.luck("spells", 0); ; w.radio.turn(!w.radio.isOff()) {
			spell := between(random, time.Minute, 3*time.Minute)
			if !w.radio.isOff() {
				spell *= 4
			}
			select {
			case <-time.After(spell):
			case <-stop:
				return
			}
		}
	})
	var users sync.WaitGroup
	for _, u := range w.users {
		users.Go(func() {
			pause(time.Duration(u.n) * 2500 * time.Millisecond)
			u.live()
		})
	}
	users.Wait()
	close(stop)
	w.running.Wait()
	w.tellAll()
}

// judge looks at what came of it.
func (w *world) judge(f *figures) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, u := range w.users {
		require.NoError(w, u.failure, "seed %d: user %d", w.seed, u.n)
		f.users++
		f.challenges += u.challenged
		if !u.verified.IsZero() {
			f.verified++
		}
		counts, inTime := u.inTime()
		if !counts {
			continue
		}
		f.reachable++
		if inTime {
			f.inTime++
		} else {
			w.Logf("seed %d: user %d, %s: began %v, verified %v", w.seed, u.n, u.purpose, u.began, u.verified.Sub(u.began))
		}
		f.latest = max(f.latest, u.verified.Sub(u.began))
	}
	for id, fate := range w.fates {
		require.LessOrEqual(w, fate.approvals, 1, "seed %d: %s", w.seed, id)
		require.Len(w, fate.codes, 1, "seed %d: a second code in %s", w.seed, id)
	}
	w.audit(f)
	pause(time.Hour)
	_, _ = w.codes.ErasePhone(w.ctx(), "13000000000") // the store drops what has ended when it is used
	require.Zero(w, w.store.Len(), "seed %d: nothing is without an end", w.seed)
}

// audit compares the books with the services' bills.
func (w *world) audit(f *figures) {
	s := w.books.Snapshot(0)
	require.Zero(w, s.Total.Unpriced)
	for _, p := range s.Providers {
		service := w.paid[p.Provider]
		if service == nil {
			require.Zero(w, p.Cost.Most, "the relay is free")
			continue
		}
		bill := service.bill()
		require.LessOrEqual(w, p.Cost.Least, bill, "seed %d: %s", w.seed, p.Provider)
		require.GreaterOrEqual(w, p.Cost.Most, bill, "seed %d: %s", w.seed, p.Provider)
		if service.report != nil { // what is in doubt has never come there
			require.Equal(w, bill, p.Cost.Least, "seed %d: %s", w.seed, p.Provider)
		}
		f.bills += bill
		f.cost += p.Cost.Least
		f.unknown += p.Cost.Most - p.Cost.Least
		f.paid += p.Texts
	}
	for _, v := range w.books.Snapshot(1 << 20).Recent {
		for _, text := range v.Texts {
			require.True(w, text.Cost.Exact() || text.Outcome == ledger.Unsure, "seed %d: %s: %+v", w.seed, v.ID, text)
		}
	}
	f.sends, f.free = f.sends+s.Total.Sends, f.free+s.Total.Free
	f.instead, f.saved = f.instead+s.Total.Instead.Least, f.saved+s.Total.Saved.Least
}
