package phone

import (
	"context"
	"log/slog"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// report reports the outcome of a job, and keeps it in the outbox until the gateway
// has accepted it or refused it for good.
func (a *Agent) report(ctx context.Context, log *slog.Logger, job received, failure *relayapi.Failure) {
	if err := a.outbox.put(outcome(job, failure, a.cfg.Now())); err != nil {
		log.Error("phone: keeping the outcome failed", "error", err)
	}
	state := relayapi.StateSent
	if failure != nil {
		state = relayapi.StateFailed
	}
	a.repeat(ctx, log, a.stateReport(job, state, failure), mostAnswers)
}

// repeat reports an outcome again and again until the gateway accepts it or refuses it for
// good, and returns true. After so many other answers of the gateway, or when ctx ends, it
// leaves the outcome for later.
func (a *Agent) repeat(ctx context.Context, log *slog.Logger, report relayapi.StateReport, answers int) bool {
	slow := a.newBackoff()
	for ctx.Err() == nil {
		err := a.deliver(ctx, log, report)
		if err == nil {
			return true
		}
		if wasAnswered(err) {
			if answers--; answers <= 0 {
				break
			}
		}
		slow.wait(ctx)
	}
	a.left.put(report, a.cfg.Now())
	return false
}

// deliver reports an outcome once. It returns an error unless the gateway has accepted it or
// refused it for good.
func (a *Agent) deliver(ctx context.Context, log *slog.Logger, report relayapi.StateReport) error {
	log = log.With("state", report.State)
	if failure := report.Error; failure != nil {
		log = log.With("class", failure.Class, "reason", failure.Text)
	}
	_, err := a.record(ctx, report)
	if err != nil && !isRefusedForGood(err) {
		log.Warn("phone: reporting the outcome failed", "error", err)
		return err
	}
	log.Info("phone: outcome reported", "error", err)
	a.left.remove(report.ID)
	if err := a.outbox.remove(report.ID); err != nil {
		log.Error("phone: clearing the outbox failed; the outcome will be reported again", "error", err)
	}
	return nil
}

func (a *Agent) stateReport(job received, state relayapi.State, failure *relayapi.Failure) relayapi.StateReport {
	return relayapi.StateReport{
		ID: job.ID, Lease: job.Lease, State: state, At: relayapi.Time{Time: a.cfg.Now()}, Error: failure,
	}
}
