package queuetest

import (
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Calls carry the time at which they began, and reach the queue in any order: one
// that began before a deadline can come after one that began at it. And clocks are
// set back. Who was told that a job has expired goes on to another provider, so from
// then on nobody may get the job.
var expiryCases = []testCase{
	{"a job that was read as expired is not taken by a call that began earlier", func(b *bench) {
		b.submit()
		job := b.offerOne(phone)
		taken := b.beforeDeadline(job)
		b.wantState(job.ID, relayapi.StateExpired, "a deadline ends by the clock")
		b.refuseReport(taken, gateway.ErrJobExpired, "somebody was told that the job has expired")
	}},
	{"a job that a repeated key found expired is not taken by a call that began earlier", func(b *bench) {
		b.submit(withKey("k"))
		job := b.offerOne(phone)
		taken := b.beforeDeadline(job)
		if again := b.submit(withKey("k")); again.State != relayapi.StateExpired {
			b.Fatalf("a deadline ends by the clock: the job is %s", again.State)
		}
		b.refuseReport(taken, gateway.ErrJobExpired, "somebody was told that the job has expired")
	}},
	{"a job that was read as expired is not handed out when the clock is set back", func(b *bench) {
		job := b.submit()
		b.pass(ttl)
		b.wantState(job.ID, relayapi.StateExpired, "a deadline ends by the clock")
		b.pass(-ttl)
		b.offerNone("an expired job", phone)
		b.wantState(job.ID, relayapi.StateExpired, "a final state")
	}},
	{"waiting sites hear of an expiry that somebody has read", func(b *bench) {
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
