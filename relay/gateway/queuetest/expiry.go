package queuetest

import (
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Calls have the time at which they began, and reach the queue in any order: one that
// began before a deadline can come after one that began at it. And clocks are set back. A
// site that has read that its job expired uses another provider, so from then on no phone
// may get the job.
var expiryCases = []testCase{
	{"a job that was read as expired is not taken by a call that began earlier", func(b *bench) {
		b.submit()
		job := b.offerOne(phone)
		taken := b.beforeDeadline(job)
		b.wantState(job.ID, relayapi.StateExpired, "a deadline ends by the clock")
		b.refuseReport(taken, gateway.ErrJobExpired, "a caller has read that the job expired")
	}},
	{"a job that a repeated key found expired is not taken by a call that began earlier", func(b *bench) {
		b.submit(withKey("k"))
		job := b.offerOne(phone)
		taken := b.beforeDeadline(job)
		if again := b.submit(withKey("k")); again.State != relayapi.StateExpired {
			b.Fatalf("a deadline ends by the clock: the job is %s", again.State)
		}
		b.refuseReport(taken, gateway.ErrJobExpired, "a caller has read that the job expired")
	}},
	{"a job that was read as expired is not offered when the clock is set back", func(b *bench) {
		job := b.submit()
		b.pass(ttl)
		b.wantState(job.ID, relayapi.StateExpired, "a deadline ends by the clock")
		b.pass(-ttl)
		b.offerNone("an expired job", phone)
		b.wantState(job.ID, relayapi.StateExpired, "a final state")
	}},
	{"subscribers hear of an expiry that a caller has read", func(b *bench) {
		var heard changes
		defer b.queue.Subscribe(heard.add)()
		job := b.submit()
		b.pass(ttl)
		b.wantState(job.ID, relayapi.StateExpired, "a deadline ends by the clock")
		heard.wait(b, gateway.Change{Job: job.ID})
	}},
}

// beforeDeadline makes a job's lease last to its deadline, and returns the report
// of a phone that takes it in the last millisecond. After that it is the deadline.
func (b *bench) beforeDeadline(job gateway.Job) gateway.StateReport {
	b.Helper()
	b.now = job.Deadline.Add(-time.Millisecond)
	job = b.offerOne(phone)
	taken := b.report(job, relayapi.StateTaken)
	b.now = job.Deadline
	return taken
}
