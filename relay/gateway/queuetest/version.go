package queuetest

import (
	"errors"
	"sync"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

var versionCases = []testCase{
	{"each stored change is a new version", func(b *bench) {
		job := b.submit()
		if job.Version != 1 {
			b.Fatalf("a job begins with version 1: got %d", job.Version)
		}
		offered := b.offerOne(phone)
		taken := b.record(offered, relayapi.StateTaken)
		again := b.record(offered, relayapi.StateTaken)
		sent := b.record(offered, relayapi.StateSent)
		late := b.record(offered, relayapi.StateFailed)
		for i, one := range []gateway.Job{offered, taken, again, sent, late} {
			if want := []int64{2, 3, 3, 4, 5}[i]; one.Version != want {
				b.Fatalf("step %d: got version %d, want %d", i, one.Version, want)
			}
		}
		if stored := b.job(job.ID); stored.Version != late.Version {
			b.Fatalf("the version is stored: got %d", stored.Version)
		}
	}},
	{"a cleared text and an expiry are new versions", func(b *bench) {
		sent := b.record(b.taken(), relayapi.StateSent)
		queued := b.submit()
		b.pass(2 * ttl)
		b.sweep(gateway.Sweep{ClearBefore: b.now})
		for _, job := range []gateway.Job{sent, queued} {
			if stored := b.job(job.ID); stored.Version != job.Version+1 || stored.Text != "" {
				b.Fatalf("a sweep stores changes: got %+v after version %d", stored, job.Version)
			}
		}
	}},
	{"of many writers each version has one", func(b *bench) {
		b.submit()
		offered := b.offerOne(phone)
		states := []relayapi.State{relayapi.StateTaken, relayapi.StateSent, relayapi.StateDelivered, relayapi.StateFailed}
		var mu sync.Mutex
		seen := map[int64]relayapi.State{}
		cancellation := b.cancellation(offered.ID)
		together(32, func(i int) {
			job, err := b.queue.Cancel(b.Context(), cancellation)
			if i%8 != 7 {
				job, err = b.queue.Record(b.Context(), b.report(offered, states[i%len(states)]))
			}
			if err != nil && !errors.Is(err, gateway.ErrNotCancellable) && !errors.Is(err, gateway.ErrJobCancelled) {
				b.Errorf("write: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			if known, ok := seen[job.Version]; ok && known != job.State {
				b.Errorf("version %d is both %s and %s", job.Version, known, job.State)
			}
			seen[job.Version] = job.State
		})
		if stored := b.job(offered.ID); stored.Version < int64(len(seen)) {
			b.Fatalf("versions grow: got %d after %d", stored.Version, len(seen))
		}
	}},
}
