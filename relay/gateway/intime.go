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
//
// A job that was handed to a phone that does not ask is taken already; what came to that
// after the job's deadline has failed.
func (g *Gateway) stillGood(ctx context.Context, o Offered, asked time.Time) Offered {
	if len(o.Jobs) == 0 {
		return o
	}
	now := g.Now()
	o.Jobs = slices.DeleteFunc(slices.Clone(o.Jobs), func(j Job) bool {
		if j.Unasked {
			return g.takenTooLate(ctx, j, asked, now)
		}
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

// takenTooLate reports whether a call that took a job was answered after the job's deadline
// only. Its phone does not hear that it has taken the job, so the job has failed, and
// nobody has sent it.
func (g *Gateway) takenTooLate(ctx context.Context, j Job, asked, answered time.Time) bool {
	n := len(j.History)
	byThisCall := n > 0 && j.History[n-1].State == relayapi.StateTaken && j.History[n-1].At.Equal(asked)
	if !byThisCall || answered.Before(j.Deadline) {
		return false
	}
	_, err := g.queue.Record(context.WithoutCancel(ctx), StateReport{
		ID: j.ID, Phone: j.Phone, Lease: j.Lease, State: relayapi.StateFailed, Failure: answeredTooLate, Now: answered,
		Budgets: g.cfg.Budgets.orNil(),
	})
	if err != nil {
		g.logger.Error("relay: a job was taken too late, and that could not be stored", "job", j.ID, "error", err)
	}
	return true
}

var answeredTooLate = &relayapi.Failure{
	Class: relayapi.FailureTooLate, Text: "the deadline passed before the gateway could answer that the job was taken",
}

// recordInTime records a phone's report. A job is not taken once its deadline has passed,
// even if the queue was asked before it: the phone hears that the job has expired, and does
// not send.
func (g *Gateway) recordInTime(ctx context.Context, phone string, r ReportRequest) (Job, error) {
	asked := g.Now()
	job, err := g.record(ctx, phone, r, asked)
	answered := g.Now()
	if err != nil || r.State != relayapi.StateTaken || job.State != relayapi.StateTaken || answered.Before(job.Deadline) {
		return job, err
	}
	if g.takenTooLate(ctx, job, asked, answered) {
		job.State = relayapi.StateFailed
	}
	return job, ErrJobExpired
}
