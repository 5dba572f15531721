package queuetest

import (
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// refuseReport sends a report and wants an error.
func (b *bench) refuseReport(r gateway.StateReport, want error, rule string) gateway.Job {
	b.Helper()
	job, err := b.queue.Record(b.Context(), r)
	b.wantError(err, want, rule)
	return job
}

var stateReportCases = []testCase{
	{"the whole way", func(b *bench) {
		job := b.taken()
		b.pass(time.Second)
		sent := b.report(job, relayapi.StateSent)
		sent.At = b.now.Add(-time.Hour)
		_, err := b.queue.Record(b.Context(), sent)
		b.noError(err, "record")
		b.pass(time.Second)
		b.record(job, relayapi.StateDelivered)
		stored := b.wantState(job.ID, relayapi.StateDelivered, "reports move the job on")
		b.wantHistory(stored, "queued by site shop", "offered by phone old-phone", "taken by phone old-phone",
			"sent by phone old-phone", "delivered by phone old-phone")
		if step := stored.History[3]; !step.At.Equal(b.now.Add(-time.Second)) || !step.ReportedAt.Equal(sent.At) {
			b.Fatalf("the gateway's time and the phone's are both kept: got %+v", step)
		}
		if stored.Text != "" {
			b.Fatal("the text is dropped once the job has ended")
		}
	}},
	{"a failure is kept with its reason", func(b *bench) {
		job := b.record(b.taken(), relayapi.StateFailed)
		stored := b.wantState(job.ID, relayapi.StateFailed, "a failure ends the job")
		failure := stored.Failure()
		if failure == nil || failure.Class != relayapi.FailureNoService || failure.Text != "radio off" {
			b.Fatalf("a failure is kept with class and text: got %+v", failure)
		}
		if stored.Text != "" {
			b.Fatal("the text is dropped once the job has ended")
		}
	}},
	{"a repeated report gets the same result and changes nothing", func(b *bench) {
		for _, state := range []relayapi.State{relayapi.StateTaken, relayapi.StateSent, relayapi.StateDelivered} {
			job := b.job(b.submit().ID)
			offered := b.offerOne(phone)
			first, second := b.record(offered, state), b.record(offered, state)
			if first.State != state || second.State != state || len(second.History) != len(first.History) {
				b.Fatalf("a report is idempotent: got %+v, then %+v", first, second)
			}
			b.record(offered, relayapi.StateDelivered)
			if b.job(job.ID).State != relayapi.StateDelivered {
				b.Fatal("a repeated report does not stop the job")
			}
		}
	}},
	{"a repeated taken succeeds after the lease and the deadline", func(b *bench) {
		job := b.taken()
		b.pass(ttl)
		if again := b.record(job, relayapi.StateTaken); again.State != relayapi.StateTaken {
			b.Fatalf("after a lost response a phone can take its job again: got %s", again.State)
		}
	}},
	{"reports out of order never move a job back", func(b *bench) {
		job := b.record(b.taken(), relayapi.StateDelivered)
		late := b.record(job, relayapi.StateSent)
		if late.State != relayapi.StateDelivered {
			b.Fatalf("states are monotone: got %s", late.State)
		}
		b.wantHistory(b.job(job.ID), "queued by site shop", "offered by phone old-phone", "taken by phone old-phone",
			"delivered by phone old-phone", "sent by phone old-phone, late")
		b.record(job, relayapi.StateSent)
		if n := len(b.job(job.ID).History); n != 5 {
			b.Fatalf("a late report is kept once: got %d steps", n)
		}
	}},
	{"of two final reports the first counts", func(b *bench) {
		job := b.record(b.taken(), relayapi.StateFailed)
		b.record(job, relayapi.StateDelivered)
		stored := b.wantState(job.ID, relayapi.StateFailed, "a final state is final")
		if last := stored.History[len(stored.History)-1]; last.State != relayapi.StateDelivered || !last.Late {
			b.Fatalf("but the other one is kept: got %+v", last)
		}
	}},
	{"a sent text can still fail to be delivered", func(b *bench) {
		job := b.record(b.taken(), relayapi.StateSent)
		b.record(job, relayapi.StateFailed)
		b.wantState(job.ID, relayapi.StateFailed, "failed comes after sent")
	}},
	{"a late sent of a taken job is recorded", func(b *bench) {
		job := b.taken()
		b.pass(24 * time.Hour)
		b.wantState(job.ID, relayapi.StateTaken, "a taken job does not expire: its phone may have sent it")
		b.record(job, relayapi.StateSent)
		b.wantState(job.ID, relayapi.StateSent, "a late sent is never lost")
	}},
	{"sent without taken counts while no other phone has the job", func(b *bench) {
		b.submit()
		job := b.offerOne(phone)
		b.pass(lease)
		b.record(job, relayapi.StateSent)
		b.offerNone("a sent job", "other")
	}},
	{"a phone can decline a job", func(b *bench) {
		b.submit()
		job := b.record(b.offerOne(phone), relayapi.StateFailed)
		b.wantState(job.ID, relayapi.StateFailed, "a declined job has failed")
	}},
	{"an unknown job", func(b *bench) {
		b.refuseReport(gateway.StateReport{ID: "nothing", Phone: phone, Lease: "l", State: relayapi.StateTaken, Now: b.now},
			gateway.ErrUnknownJob, "an unknown id")
	}},
	{"a phone that was never offered the job", func(b *bench) {
		b.submit()
		job := b.offerOne(phone)
		for _, state := range []relayapi.State{relayapi.StateTaken, relayapi.StateSent} {
			r := b.report(job, state)
			r.Phone = "stranger"
			b.refuseReport(r, gateway.ErrForeignJob, "a foreign phone, even with the lease")
		}
		b.wantHistory(b.wantState(job.ID, relayapi.StateOffered, "a stranger changes nothing"),
			"queued by site shop", "offered by phone old-phone")
	}},
	{"another lease than the one that took the job", func(b *bench) {
		job := b.taken()
		r := b.report(job, relayapi.StateTaken)
		r.Lease = "made up"
		b.refuseReport(r, gateway.ErrForeignLease, "one lease takes a job")
	}},
	{"taken after the lease is over", func(b *bench) {
		b.submit()
		job := b.offerOne(phone)
		b.pass(lease)
		b.refuseReport(b.report(job, relayapi.StateTaken), gateway.ErrLeaseLost, "a lease has an end")
		b.wantState(job.ID, relayapi.StateOffered, "a refused take changes nothing")
	}},
	{"taken after another phone was offered the job", func(b *bench) {
		b.submit()
		first := b.offerOne(phone)
		b.pass(lease)
		second := b.offerOne("other")
		b.refuseReport(b.report(first, relayapi.StateTaken), gateway.ErrLeaseLost, "the job has moved on")
		b.record(second, relayapi.StateTaken)
		b.refuseReport(b.report(first, relayapi.StateTaken), gateway.ErrLeaseLost, "the job is taken")
	}},
	{"taken after a cancel", func(b *bench) {
		b.submit()
		job := b.offerOne(phone)
		b.cancel(job.ID)
		b.refuseReport(b.report(job, relayapi.StateTaken), gateway.ErrJobCancelled, "a cancel is certain")
	}},
	{"taken after the deadline", func(b *bench) {
		b.submit(func(s *gateway.Submit) { s.Deadline = b.now.Add(lease / 2) })
		job := b.offerOne(phone)
		b.pass(lease / 2)
		b.refuseReport(b.report(job, relayapi.StateTaken), gateway.ErrJobExpired, "a deadline is a deadline")
		b.wantState(job.ID, relayapi.StateExpired, "the expiry is stored")
	}},
	{"a text sent against the rules leaves a trace", func(b *bench) {
		b.submit()
		job := b.offerOne(phone)
		b.cancel(job.ID)
		b.refuseReport(b.report(job, relayapi.StateSent), gateway.ErrJobCancelled, "a cancelled job")
		b.wantHistory(b.wantState(job.ID, relayapi.StateCancelled, "the state stays"),
			"queued by site shop", "offered by phone old-phone", "cancelled by site shop", "sent by phone old-phone, late")
	}},
}
