package queuetest

import (
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

const takenFor = 10 * time.Minute

// app is a phone that sends without asking.
const app = "app"

// handed pulls up to ten jobs for the app.
func (b *bench) handed() []gateway.Job {
	b.Helper()
	pull := b.pull(app)
	pull.Max, pull.Unasked, pull.TakenFor = 10, true, takenFor
	offered, err := b.queue.Offer(b.Context(), pull)
	b.noError(err, "offer")
	return offered.Jobs
}

// handedOne submits a job and hands it to the app.
func (b *bench) handedOne(change ...func(*gateway.Submit)) gateway.Job {
	b.Helper()
	b.submit(change...)
	jobs := b.handed()
	if len(jobs) != 1 {
		b.Fatalf("a phone that pulls gets the one free job: got %d", len(jobs))
	}
	return jobs[0]
}

// cancelling hands a job to the app and cancels it.
func (b *bench) cancelling() gateway.Job {
	b.Helper()
	job := b.handedOne()
	asked, err := b.queue.Cancel(b.Context(), b.cancellation(job.ID))
	b.wantError(err, gateway.ErrNotCancellable, "the phone may have sent it already")
	if asked.ID != job.ID || asked.State != relayapi.StateCancelling {
		b.Fatalf("the phone is asked to drop the job: got %s", asked.State)
	}
	return asked
}

var unaskedCases = []testCase{
	{"a job is taken when it is handed out", func(b *bench) {
		job := b.handedOne()
		if job.State != relayapi.StateTaken || !job.Unasked || job.Text == "" || !job.TakenEnd.Equal(b.now.Add(takenFor)) {
			b.Fatalf("what is handed out may be sent at once: got %+v", job)
		}
		b.wantHistory(b.wantState(job.ID, relayapi.StateTaken, "it is stored"), "queued by site shop", "taken by phone app")
	}},
	{"the same phone gets it again until it reports, no other ever", func(b *bench) {
		job := b.handedOne()
		b.submit()
		second := b.offerOne(phone)
		for range 3 {
			b.pass(lease + time.Minute)
			b.seen(phone, lane)
			again := b.handed()
			if len(again) != 2 || again[0].ID != job.ID || again[0].Lease != job.Lease || again[0].Text != job.Text {
				b.Fatalf("a phone gets its job again, under the same lease: got %+v", again)
			}
			b.record(again[1], relayapi.StateSent)
			b.offerNone("a job that was handed out stays with its phone", phone)
			b.submit()
		}
		b.record(job, relayapi.StateSent)
		if left := b.handed(); len(left) != 1 || left[0].ID == job.ID || left[0].ID == second.ID {
			b.Fatalf("what was reported does not come again: got %+v", left)
		}
	}},
	{"after its deadline too", func(b *bench) {
		job := b.handedOne(func(s *gateway.Submit) { s.Deadline = b.now.Add(time.Second) })
		b.pass(time.Minute)
		b.sweep(gateway.Sweep{ClearBefore: b.now})
		if again := b.handed(); len(again) != 1 || again[0].ID != job.ID || again[0].Text == "" {
			b.Fatalf("a job that was handed out does not expire, and keeps its text: got %+v", again)
		}
	}},
	{"not on lanes that it does not ask for, nor by a pull that asks before it sends", func(b *bench) {
		job := b.handedOne()
		b.offerNone("an asking program of the same name", app)
		pull := b.pull(app, "mob")
		pull.Unasked = true
		offered, err := b.queue.Offer(b.Context(), pull)
		b.noError(err, "offer")
		if len(offered.Jobs) != 0 {
			b.Fatalf("lanes are kept apart: got %s", job.ID)
		}
	}},
	{"a report needs no lease", func(b *bench) {
		job := b.handedOne()
		r := b.report(job, relayapi.StateSent)
		r.Lease = ""
		_, err := b.queue.Record(b.Context(), r)
		b.noError(err, "record")
		b.submit()
		asking := b.offerOne(phone)
		r = b.report(asking, relayapi.StateTaken)
		r.Lease = ""
		b.refuseReport(r, gateway.ErrLeaseLost, "a phone that asks needs one")
	}},
	{"a lease that was offered before is taken by a pull that does not ask", func(b *bench) {
		b.submit()
		job := b.offerOne(app)
		b.pass(lease / 10)
		if handed := b.handed(); len(handed) != 1 || handed[0].ID != job.ID || handed[0].State != relayapi.StateTaken {
			b.Fatalf("what is handed out is taken: got %+v", handed)
		}
	}},
	{"to cancel is to ask", func(b *bench) {
		var heard changes
		defer b.queue.Subscribe(heard.add)()
		job := b.cancelling()
		heard.wait(b, gateway.Change{Job: job.ID, State: relayapi.StateCancelling, Phone: app})
		again := b.handed()
		if len(again) != 1 || again[0].State != relayapi.StateCancelling || again[0].Lease != job.Lease {
			b.Fatalf("the phone hears of it with its next pull: got %+v", again)
		}
		_, err := b.queue.Cancel(b.Context(), b.cancellation(job.ID))
		b.wantError(err, gateway.ErrNotCancellable, "asking again changes nothing")
		b.wantHistory(b.job(job.ID), "queued by site shop", "taken by phone app", "cancelling by site shop")
	}},
	{"the phone answers that it will not send", func(b *bench) {
		job := b.cancelling()
		b.record(job, relayapi.StateCancelled)
		b.record(job, relayapi.StateCancelled)
		stored := b.wantState(job.ID, relayapi.StateCancelled, "an answer")
		b.wantHistory(stored, "queued by site shop", "taken by phone app", "cancelling by site shop", "cancelled by phone app")
		if stored.Text != "" || stored.Counts() || len(b.handed()) != 0 {
			b.Fatalf("nothing was sent, and nothing will be: got %+v", stored)
		}
		b.cancel(job.ID)
		b.refuseReport(b.report(job, relayapi.StateSent), gateway.ErrJobCancelled, "it had said that it would not")
		if last := b.job(job.ID).History[4]; !last.Late || last.State != relayapi.StateSent {
			b.Fatalf("but what it sent leaves a trace: got %+v", last)
		}
	}},
	{"the phone answers what became of it", func(b *bench) {
		for _, state := range []relayapi.State{relayapi.StateSent, relayapi.StateDelivered, relayapi.StateFailed} {
			job := b.cancelling()
			b.record(job, relayapi.StateTaken)
			b.wantState(job.ID, relayapi.StateCancelling, "taken says nothing new")
			b.record(job, state)
			b.wantState(job.ID, state, "an answer")
			b.record(job, relayapi.StateCancelled)
			b.wantState(job.ID, state, "of two answers the first counts")
		}
	}},
	{"cancelled is an answer only", func(b *bench) {
		job := b.handedOne()
		b.refuseReport(b.report(job, relayapi.StateCancelled), gateway.ErrNotCancelling, "nobody has asked")
		b.record(b.wantState(job.ID, relayapi.StateTaken, "nobody has asked"), relayapi.StateSent)
		asked := b.cancelling()
		other := b.report(asked, relayapi.StateCancelled)
		other.Phone = phone
		b.refuseReport(other, gateway.ErrForeignJob, "another phone was not asked")
		b.submit()
		asking := b.offerOne(phone)
		b.cancel(asking.ID)
		b.refuseReport(b.report(asking, relayapi.StateCancelled), gateway.ErrNotCancelling, "a phone that asks need not answer")
	}},
}
