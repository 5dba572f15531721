package phone

import (
	"context"
	"log/slog"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// stopTimeout bounds the last report of an agent that was stopped.
const stopTimeout = 2 * time.Second

// report reports the outcome of a job, and keeps it in the outbox until the gateway responds.
func (a *Agent) report(ctx context.Context, log *slog.Logger, job received, failure *relayapi.Failure) {
	if err := a.outbox.put(outcome(job, failure, a.cfg.Now())); err != nil {
		log.Error("phone: keeping the outcome failed", "error", err)
	}
	state := relayapi.StateSent
	if failure != nil {
		state = relayapi.StateFailed
	}
	a.repeat(ctx, log, a.stateReport(job, state, failure))
}

// repeat reports an outcome again and again until the gateway responds. A stopped agent tries
// once more.
func (a *Agent) repeat(ctx context.Context, log *slog.Logger, report relayapi.StateReport) {
	log = log.With("state", report.State)
	if failure := report.Error; failure != nil {
		log = log.With("class", failure.Class, "reason", failure.Text)
	}
	slow := a.newBackoff()
	for ctx.Err() == nil {
		if a.deliver(ctx, log, report) {
			return
		}
		if ctx.Err() == nil {
			slow.wait(ctx)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	a.deliver(ctx, log, report)
}

// deliver reports an outcome once, and returns whether the gateway has answered.
func (a *Agent) deliver(ctx context.Context, log *slog.Logger, report relayapi.StateReport) bool {
	_, err := a.record(ctx, report)
	if err != nil && !isRefusedForGood(err) {
		log.Warn("phone: reporting the outcome failed", "error", err)
		return false
	}
	log.Info("phone: outcome reported", "error", err)
	if err := a.outbox.remove(report.ID); err != nil {
		log.Error("phone: clearing the outbox failed; the outcome will be reported again", "error", err)
	}
	return true
}

func (a *Agent) stateReport(job received, state relayapi.State, failure *relayapi.Failure) relayapi.StateReport {
	return relayapi.StateReport{
		ID: job.ID, Lease: job.Lease, State: state, At: relayapi.Time{Time: a.cfg.Now()}, Error: failure,
	}
}

// reportLeftOver reports the outcomes in the outbox.
func (a *Agent) reportLeftOver(ctx context.Context) {
	for _, u := range a.outbox.all() {
		if ctx.Err() != nil {
			return
		}
		a.repeat(ctx, a.logger.With("job", u.ID), u.report())
	}
}
