package queuetest

import (
	"errors"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// aheadBy is how far a clock was ahead that was set right afterwards.
const aheadBy = 90 * 24 * time.Hour

// manyAhead is more than one step of a sweep looks at in any engine.
const manyAhead = 260

// sentJobs has n jobs sent.
func (b *bench) sentJobs(n int) (jobs []gateway.Job) {
	b.Helper()
	b.seen(phone, lane)
	for range n {
		jobs = append(jobs, b.record(b.taken(), relayapi.StateSent))
	}
	return jobs
}

// ahead has n jobs sent by a clock that is ahead.
func (b *bench) ahead(n int) []gateway.Job {
	b.Helper()
	b.pass(aheadBy)
	defer b.pass(-aheadBy)
	return b.sentJobs(n)
}

// sweeps sweeps as a gateway does all day: an engine may look at old rows by and by.
func (b *bench) sweeps(s gateway.Sweep) {
	b.Helper()
	for range manyAhead {
		b.sweep(s)
	}
}

// wantForgotten wants exactly so many of the jobs to be gone.
func (b *bench) wantForgotten(rule string, jobs []gateway.Job, want int) {
	b.Helper()
	gone := 0
	for _, job := range jobs {
		if _, err := b.queue.Job(b.Context(), job.ID, b.now); errors.Is(err, gateway.ErrUnknownJob) {
			gone++
		}
	}
	if gone != want {
		b.Fatalf("%s: %d of %d jobs are gone, want %d", rule, gone, len(jobs), want)
	}
}

var aheadCases = []testCase{
	{"jobs of a clock that was ahead do not hold up forgetting, and are forgotten in their time", func(b *bench) {
		strange := b.ahead(manyAhead)
		right := b.sentJobs(30)
		b.pass(time.Hour)
		b.sweeps(gateway.Sweep{ForgetBefore: b.now})
		b.wantForgotten("old jobs are forgotten", right, len(right))
		b.wantForgotten("the time of others has not come", strange, 0)
		later := b.sentJobs(1)
		b.pass(aheadBy)
		b.sweeps(gateway.Sweep{ForgetBefore: b.now.Add(-time.Hour)})
		b.wantForgotten("later jobs are forgotten too", later, 1)
		b.wantForgotten("a job is not forgotten before its time", strange, 0)
		b.sweeps(gateway.Sweep{ForgetBefore: b.now})
		b.wantForgotten("its time has come", strange, len(strange))
	}},
	{"jobs of a clock that is less than a day ahead are no strangers", func(b *bench) {
		b.pass(20 * time.Hour)
		young := b.sentJobs(1)
		b.pass(-20 * time.Hour)
		b.sweeps(gateway.Sweep{HideBefore: b.now, ForgetBefore: b.now})
		if b.job(young[0].ID).To == "" {
			b.Fatal("calls in a wrong order hide no number")
		}
	}},
	{"jobs of a clock that was ahead do not hold up hiding, and lose their own number", func(b *bench) {
		strange := b.ahead(manyAhead)
		right := b.sentJobs(30)
		b.pass(time.Hour)
		b.sweeps(gateway.Sweep{})
		for _, job := range append(right, strange...) {
			if b.job(job.ID).To == "" {
				b.Fatal("no number is hidden while the clock is doubted")
			}
		}
		b.sweep(gateway.Sweep{HideBefore: b.now})
		for _, job := range append(right, strange...) {
			if b.job(job.ID).To != "" {
				b.Fatalf("the number of a job of %v is hidden at %v", job.Created, b.now)
			}
		}
	}},
	{"an open job of a clock that was ahead keeps its number until it has ended", func(b *bench) {
		b.pass(aheadBy)
		b.seen(phone, lane)
		open := b.submit()
		b.pass(-aheadBy)
		b.seen(phone, lane)
		right := b.submit(func(s *gateway.Submit) { s.Deadline = b.now.Add(time.Second) })
		b.pass(time.Hour)
		b.sweeps(gateway.Sweep{HideBefore: b.now, ForgetBefore: b.now.Add(-2 * time.Hour)})
		if b.job(open.ID).To == "" || b.job(right.ID).To != "" {
			b.Fatal("a job that can still be sent keeps its number, and holds up no other")
		}
		b.cancel(open.ID)
		b.sweeps(gateway.Sweep{HideBefore: b.now, ForgetBefore: b.now})
		if b.job(open.ID).To != "" {
			b.Fatal("the number goes once the job has ended")
		}
	}},
	{"numbers are hidden after everything was forgotten", func(b *bench) {
		for range 3 {
			jobs := append(b.ahead(1), b.sentJobs(5)...)
			b.pass(time.Hour)
			b.sweeps(gateway.Sweep{HideBefore: b.now, ForgetBefore: b.now.Add(-2 * time.Hour)})
			for _, job := range jobs {
				if b.job(job.ID).To != "" {
					b.Fatal("an empty queue begins anew")
				}
			}
			b.pass(aheadBy)
			b.sweeps(gateway.Sweep{HideBefore: b.now, ForgetBefore: b.now})
			b.wantForgotten("everything is old", jobs, len(jobs))
		}
	}},
}
