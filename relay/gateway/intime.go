package gateway

import (
	"context"
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Between a queue's decision and its answer time can pass, for example on a slow disk. What
// is too late by then is not handed out, and not acknowledged.

// stillGood returns what of an offer can be handed out: jobs whose lease has not ended, and
// whose site has not left. The others come back, for the phone has not heard of them: with
// the end of their lease, or, to the same phone, a little later.
func (g *Gateway) stillGood(o Offered) Offered {
	if len(o.Jobs) == 0 {
		return o
	}
	now := g.Now()
	o.Jobs = slices.DeleteFunc(slices.Clone(o.Jobs), func(j Job) bool {
		late, left := !now.Before(j.LeaseEnd), g.waiters.left(j.ID)
		if left && !late {
			o.NextAt = now.Add(returnTime)
		}
		return late || left
	})
	switch {
	case len(o.Jobs) > 0:
		o.NextAt = time.Time{}
	case o.NextAt.IsZero():
		o.NextAt = now
	}
	return o
}

// recordInTime records a phone's report. A job is not taken once its deadline has passed,
// even if the queue was asked before it: the phone hears that the job has expired, and does
// not send. If it was this report that took the job, the job has failed then, and nobody
// has sent it.
func (g *Gateway) recordInTime(ctx context.Context, phone string, r ReportRequest) (Job, error) {
	asked := g.Now()
	job, err := g.record(ctx, phone, r, asked)
	answered := g.Now()
	if err != nil || r.State != relayapi.StateTaken || job.State != relayapi.StateTaken || answered.Before(job.Deadline) {
		return job, err
	}
	if n := len(job.History); n > 0 && job.History[n-1].At.Equal(asked) {
		failed, err := g.queue.Record(context.WithoutCancel(ctx), StateReport{
			ID: r.ID, Phone: phone, Lease: r.Lease, State: relayapi.StateFailed, Failure: takenTooLate, Now: answered,
		})
		if err == nil {
			job = failed
		}
	}
	return job, ErrJobExpired
}

var takenTooLate = &relayapi.Failure{
	Class: relayapi.FailureTooLate, Text: "the deadline passed before the gateway could answer that the job was taken",
}
