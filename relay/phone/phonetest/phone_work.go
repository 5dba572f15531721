package phonetest

import (
	"context"
	"errors"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// pullAll pulls until ctx ends.
func (p *Phone) pullAll(ctx context.Context) {
	pull := relayapi.Pull{
		Max: p.cfg.Max, WaitMS: int(p.cfg.Wait.Milliseconds()), Lanes: p.cfg.Lanes, Unasked: p.cfg.Unasked, Device: p.cfg.Device,
	}
	for failures := 0; ctx.Err() == nil; {
		began := time.Now()
		var got relayapi.Pulled
		err := p.call(ctx, relayapi.PathPull, pull, &got)
		switch {
		case errors.Is(err, errAsleep):
			continue
		case err != nil:
			failures++
			pause(ctx, p.retryAfter(failures))
			continue
		}
		failures = 0
		fresh := false
		for _, job := range got.Jobs {
			fresh = p.handle(ctx, job) || fresh
		}
		if !fresh {
			pause(ctx, p.cfg.Every-time.Since(began))
		}
	}
}

// retryAfter is the pause after the nth failure in a row.
func (p *Phone) retryAfter(failures int) time.Duration {
	return min(time.Second<<min(failures-1, 5), 30*time.Second)
}

// handle brings one job to its end, and tells whether it was new. A job that the phone knows is reported
// again.
func (p *Phone) handle(ctx context.Context, job relayapi.Job) (fresh bool) {
	p.mu.Lock()
	before, known := p.known[job.ID]
	p.mu.Unlock()
	switch {
	case known:
		if before.State != "" {
			before.Lease = job.Lease
			p.report(before)
		}
		return false
	case job.Cancelling:
		p.mu.Lock()
		p.remember(p.outcome(job, relayapi.StateCancelled, nil))
		p.mu.Unlock()
		return true
	case !p.cfg.Unasked && !p.take(ctx, job):
		return false
	}
	p.mu.Lock()
	p.known[job.ID] = relayapi.StateReport{}
	p.mu.Unlock()
	text := Text{Job: job.ID, To: dialled(string(job.To)), Body: job.Text, SIM: 1, At: p.now()}
	p.follow(job, p.air.hand(p.cfg.Radio, text))
	return true
}

// take asks for a job until the gateway answers, and tells whether the phone may send.
func (p *Phone) take(ctx context.Context, job relayapi.Job) bool {
	ask := p.outcome(job, relayapi.StateTaken, nil)
	for failures := 0; ctx.Err() == nil; {
		var got relayapi.Recorded
		err := p.call(ctx, relayapi.PathStateReports, ask, &got)
		var refusal *refusedError
		switch {
		case err == nil:
			return got.State == relayapi.StateTaken && ctx.Err() == nil
		case errors.As(err, &refusal):
			return false // whatever the code, the job is dropped
		case errors.Is(err, errAsleep):
			continue
		}
		failures++
		pause(ctx, p.retryAfter(failures))
	}
	return false
}

func (p *Phone) outcome(job relayapi.Job, state relayapi.State, failure *relayapi.Failure) relayapi.StateReport {
	return relayapi.StateReport{ID: job.ID, Lease: job.Lease, State: state, At: relayapi.Time{Time: p.now()}, Error: failure}
}

// follow lets the radio's answers come, each in its time.
func (p *Phone) follow(job relayapi.Job, o Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if o.Silent {
		return
	}
	p.later(o.After, func() {
		if o.Fails != "" {
			failure := &relayapi.Failure{Class: o.Fails, Text: o.Error, MayHaveSent: o.leaves()}
			p.remember(p.outcome(job, relayapi.StateFailed, failure))
			return
		}
		p.remember(p.outcome(job, relayapi.StateSent, nil))
		if o.Delivered {
			p.later(o.DeliveredAfter, func() { p.remember(p.outcome(job, relayapi.StateDelivered, nil)) })
		}
	})
}

// later runs f with p.mu, which it needs.
func (p *Phone) later(d time.Duration, f func()) {
	if d <= 0 {
		f()
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(d, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if _, waits := p.timers[timer]; waits {
			delete(p.timers, timer)
			f()
		}
	})
	p.timers[timer] = struct{}{}
}

// remember keeps what became of a job and queues the report. It needs p.mu.
func (p *Phone) remember(r relayapi.StateReport) {
	p.known[r.ID] = r
	p.queue(r)
}

func (p *Phone) report(r relayapi.StateReport) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue(r)
}

// queue queues a report that does not wait already. It needs p.mu.
func (p *Phone) queue(r relayapi.StateReport) {
	for _, other := range p.reports {
		if other.ID == r.ID && other.State == r.State {
			return
		}
	}
	p.reports = append(p.reports, r)
	nudge(p.news)
}

// reportAll makes the reports in order, each until the gateway has answered.
func (p *Phone) reportAll(ctx context.Context) {
	for failures := 0; ctx.Err() == nil; {
		p.mu.Lock()
		waiting := p.reports
		p.mu.Unlock()
		if len(waiting) == 0 {
			next(ctx, p.news)
			continue
		}
		err := p.call(ctx, relayapi.PathStateReports, waiting[0], &relayapi.Recorded{})
		var refusal *refusedError
		if err != nil && (!errors.As(err, &refusal) || refusal.again()) {
			if !errors.Is(err, errAsleep) {
				failures++
				pause(ctx, p.retryAfter(failures))
			}
			continue
		}
		failures = 0
		p.mu.Lock()
		p.reports = p.reports[1:]
		p.mu.Unlock()
	}
}
