package queuetest

import (
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

const coolFor = 30 * time.Second

// fail has a phone report that it failed.
func (b *bench) fail(job gateway.Job, class relayapi.FailureClass, change ...func(*relayapi.Failure)) gateway.Job {
	b.Helper()
	r := b.report(job, relayapi.StateFailed)
	r.CoolFor, r.Failure = coolFor, &relayapi.Failure{Class: class}
	for _, apply := range change {
		apply(r.Failure)
	}
	recorded, err := b.queue.Record(b.Context(), r)
	b.noError(err, "record")
	return recorded
}

func mayHaveSent(f *relayapi.Failure) { f.MayHaveSent = true }

// failed submits a job that the phone takes and fails at.
func (b *bench) failed(class relayapi.FailureClass, change ...func(*relayapi.Failure)) gateway.Job {
	b.Helper()
	return b.fail(b.taken(), class, change...)
}

// wantCooled wants the phone to be offered nothing for a time.
func (b *bench) wantCooled(d time.Duration) {
	b.Helper()
	offered := b.offerNone("a phone that cannot send", phone)
	if until := offered.NextAt.Sub(b.now); until != d || len(offered.Cooled) != 1 || offered.Cooled[0] != lane {
		b.Fatalf("a cooled phone hears when to come again: got %v on %v, want %v", until, offered.Cooled, d)
	}
}

var failureCases = []testCase{
	{"another phone gets a job that a phone cannot send", func(b *bench) {
		for _, class := range []relayapi.FailureClass{relayapi.FailureLimit, relayapi.FailureNoService, relayapi.FailureConfig} {
			b.seen("other", lane)
			b.seen("third", lane)
			job := b.failed(class)
			if job.State != relayapi.StateQueued || job.Text == "" {
				b.Fatalf("%s is the phone's own: the job is %s", class, job.State)
			}
			b.wantHistory(job, "queued by site shop", "offered by phone old-phone", "taken by phone old-phone",
				"failed by phone old-phone", "queued by gateway")
			second := b.offerOne("other")
			if second.ID != job.ID {
				b.Fatalf("the job goes to the other phone: got %s", second.ID)
			}
			b.record(b.record(second, relayapi.StateTaken), relayapi.StateSent)
			b.pass(time.Hour)
		}
	}},
	{"waiting phones hear of it", func(b *bench) {
		b.seen("other", lane)
		var heard changes
		job := b.taken()
		defer b.queue.Subscribe(heard.add)()
		b.fail(job, relayapi.FailureLimit)
		heard.wait(b, gateway.Change{Lane: lane, Job: job.ID, State: relayapi.StateQueued})
	}},
	{"any other failure is final", func(b *bench) {
		b.seen("other", lane)
		for _, class := range []relayapi.FailureClass{
			relayapi.FailureInvalidNumber, relayapi.FailureRejected, relayapi.FailureTooLate, relayapi.FailureUnknown,
		} {
			job := b.failed(class)
			b.wantState(job.ID, relayapi.StateFailed, string(class))
		}
		b.submit()
		b.offerOne(phone) // it is not cooled
	}},
	{"a job that may have been sent is final, and its phone cools", func(b *bench) {
		b.seen("other", lane)
		job := b.failed(relayapi.FailureLimit, mayHaveSent)
		b.wantState(job.ID, relayapi.StateFailed, "no two phones send one job")
		b.wantCooled(coolFor)
	}},
	{"a sent job that fails is final", func(b *bench) {
		b.seen("other", lane)
		job := b.fail(b.record(b.taken(), relayapi.StateSent), relayapi.FailureNoService)
		b.wantState(job.ID, relayapi.StateFailed, "no two phones send one job")
	}},
	{"without another phone the job fails at once", func(b *bench) {
		job := b.failed(relayapi.FailureNoService)
		b.wantState(job.ID, relayapi.StateFailed, "the site goes on")
		b.refused(gateway.ErrNoPhoneOnline, "a cooled phone serves nobody")
		b.seen("other", "mob")
		b.refused(gateway.ErrNoPhoneOnline, "a phone of another lane serves nobody here")
	}},
	{"two phones that cannot send do not play ball", func(b *bench) {
		b.seen("other", lane)
		b.failed(relayapi.FailureNoService)
		job := b.fail(b.offerOne("other"), relayapi.FailureNoService)
		b.wantState(job.ID, relayapi.StateFailed, "no phone is left")
		if job.Counts() {
			b.Fatal("a job that its last phone declined does not count: nothing was sent")
		}
	}},
	{"past its deadline a job does not go back", func(b *bench) {
		b.seen("other", lane)
		job := b.taken(func(s *gateway.Submit) { s.Deadline = b.now.Add(time.Second) })
		b.pass(time.Second)
		b.fail(job, relayapi.FailureLimit)
		b.wantState(job.ID, relayapi.StateFailed, "a deadline is a deadline")
	}},
	{"a repeated report gets the same result and changes nothing", func(b *bench) {
		b.seen("other", lane)
		taken := b.taken()
		first := b.fail(taken, relayapi.FailureLimit)
		again := b.fail(taken, relayapi.FailureLimit)
		if again.State != relayapi.StateQueued || again.Version != first.Version {
			b.Fatalf("a report is idempotent: got %+v after %+v", again, first)
		}
		b.refuseReport(b.report(taken, relayapi.StateTaken), gateway.ErrLeaseLost, "it has given the job back")
		b.offerOne("other")
		r := b.report(taken, relayapi.StateFailed)
		if job := b.refuseReport(r, gateway.ErrLeaseLost, "another phone has it"); job.State != relayapi.StateOffered || len(job.History) != 6 {
			b.Fatalf("a late repetition changes nothing: got %+v", job)
		}
	}},
	{"a phone that has sent a job that it gave back says so in time", func(b *bench) {
		b.seen("other", lane)
		taken := b.taken()
		b.fail(taken, relayapi.FailureLimit)
		b.record(taken, relayapi.StateSent)
		b.offerNone("a sent job", "other")
	}},
	{"a phone that cannot send cools, longer each time, until it sends", func(b *bench) {
		b.seen("other", lane)
		for _, want := range []time.Duration{coolFor, 2 * coolFor, 4 * coolFor, 8 * coolFor, 16 * coolFor, 10 * time.Minute, 10 * time.Minute} {
			b.seen(phone, lane)
			b.seen("other", lane)
			job := b.failed(relayapi.FailureLimit)
			b.wantCooled(want)
			b.cancel(job.ID)
			b.pass(want)
		}
		b.seen(phone, lane)
		b.record(b.taken(), relayapi.StateSent)
		b.fail(b.taken(), relayapi.FailureLimit)
		b.wantCooled(coolFor)
	}},
	{"failures of jobs that it had before count once", func(b *bench) {
		first, second := b.taken(), b.taken()
		b.fail(first, relayapi.FailureLimit)
		b.pass(time.Second)
		b.fail(second, relayapi.FailureLimit)
		b.wantCooled(coolFor - time.Second)
	}},
	{"it cools on the job's lane only", func(b *bench) {
		b.seen(phone, lane, "mob")
		b.failed(relayapi.FailureConfig)
		mob := b.submit(func(s *gateway.Submit) { s.Lane = "mob" })
		if jobs := b.offer(phone, lane, "mob").Jobs; len(jobs) != 1 || jobs[0].ID != mob.ID {
			b.Fatalf("lanes are kept apart: got %+v", jobs)
		}
	}},
	{"a cooled phone keeps what it was handed, and gets back no lease", func(b *bench) {
		b.seen("other", lane)
		b.seen(app, lane)
		b.submit()
		b.submit()
		both := b.handed()
		handed, second := both[0], both[1]
		b.cancel(b.fail(handed, relayapi.FailureLimit).ID)
		if jobs := b.handed(); len(jobs) != 1 || jobs[0].ID != second.ID {
			b.Fatalf("what was handed out stays with its phone: got %+v", jobs)
		}
		b.submit()
		b.submit()
		leased := b.offer(phone).Jobs
		b.fail(leased[0], relayapi.FailureLimit)
		b.offerNone("it cannot send", phone)
	}},
}
