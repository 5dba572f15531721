package queuetest

import (
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// takenUntil submits a job and has the phone take it, so that it has to report.
func (b *bench) takenUntil(change ...func(*gateway.Submit)) gateway.Job {
	b.Helper()
	b.submit(change...)
	r := b.report(b.offerOne(phone), relayapi.StateTaken)
	r.TakenFor = takenFor
	job, err := b.queue.Record(b.Context(), r)
	b.noError(err, "record")
	return job
}

var uncertainCases = []testCase{
	{"a phone that says nothing more leaves a job uncertain", func(b *bench) {
		job := b.takenUntil()
		b.pass(takenFor - time.Millisecond)
		b.wantState(job.ID, relayapi.StateTaken, "a phone has its time")
		b.pass(time.Millisecond)
		stored := b.wantState(job.ID, relayapi.StateUncertain, "its time is over")
		if stored.Text != "" || !stored.Counts() || stored.Final() {
			b.Fatalf("it may have been sent, and nobody sends it any more: got %+v", stored)
		}
		b.wantHistory(stored, "queued by site shop", "offered by phone old-phone", "taken by phone old-phone", "uncertain by gateway")
		if !stored.History[3].At.Equal(job.TakenEnd) {
			b.Fatalf("it is uncertain from then on: got %v", stored.History[3].At)
		}
		b.pass(-takenFor)
		b.wantState(job.ID, relayapi.StateUncertain, "what a caller has read stays, whatever the clock does")
		b.offerNone("it may have been sent", "other")
	}},
	{"a sweep stores it and subscribers hear of it", func(b *bench) {
		var heard changes
		defer b.queue.Subscribe(heard.add)()
		taken, asked := b.takenUntil(), b.cancelling()
		b.pass(takenFor)
		b.sweep(gateway.Sweep{})
		for _, id := range []string{taken.ID, asked.ID} {
			heard.wait(b, gateway.Change{Job: id, State: relayapi.StateUncertain})
			b.wantState(id, relayapi.StateUncertain, "a sweep stores it")
		}
		if jobs := b.handed(); len(jobs) != 0 {
			b.Fatalf("its phone does not get it any more: got %+v", jobs)
		}
	}},
	{"a later report still counts", func(b *bench) {
		for _, state := range []relayapi.State{relayapi.StateSent, relayapi.StateDelivered, relayapi.StateFailed} {
			b.seen(phone, lane)
			job := b.takenUntil()
			b.pass(takenFor)
			b.wantState(job.ID, relayapi.StateUncertain, "its time is over")
			b.record(job, relayapi.StateTaken)
			b.wantState(job.ID, relayapi.StateUncertain, "taken says nothing new")
			b.record(job, state)
			b.wantState(job.ID, state, "more is known")
		}
		b.seen(phone, lane)
		asked := b.cancelling()
		b.pass(takenFor)
		b.record(asked, relayapi.StateCancelled)
		b.wantState(asked.ID, relayapi.StateCancelled, "a late answer is an answer")
	}},
	{"it cannot be cancelled", func(b *bench) {
		job := b.takenUntil()
		b.pass(takenFor)
		_, err := b.queue.Cancel(b.Context(), b.cancellation(job.ID))
		b.wantError(err, gateway.ErrNotCancellable, "it may have been sent")
		b.wantState(job.ID, relayapi.StateUncertain, "it may have been sent")
	}},
	{"it counts towards the quota", func(b *bench) {
		hour := limited(gateway.Quota{Limit: 1, Window: time.Hour})
		b.takenUntil(hour)
		b.pass(takenFor)
		b.seen(phone, lane)
		b.wantQuota(time.Hour-takenFor, hour)
	}},
}
