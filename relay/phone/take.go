package phone

import (
	"context"
	"log/slog"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// mustNotSend returns why a job that was taken must not be sent after all, or nil.
func (a *Agent) mustNotSend(ctx context.Context, job received) *relayapi.Failure {
	switch {
	case ctx.Err() != nil:
		return &relayapi.Failure{Class: relayapi.FailureUnknown, Text: "the agent was stopped before it sent"}
	case job.over(a.cfg.Now()):
		return tooLate
	default:
		return nil
	}
}

var notRecorded = &relayapi.Failure{Class: relayapi.FailureUnknown, Text: "the gateway did not record that the phone takes the job"}

var tooLate = &relayapi.Failure{Class: relayapi.FailureTooLate, Text: "the job's time was over when the gateway responded"}

// take reports to the gateway that the phone takes the job, and returns whether the
// gateway has accepted that. It repeats the report while there is no response and the
// job's time is not over, but not after so many other answers. When it gives up, or hears that the job has expired after a report
// whose answer it did not get, the gateway may have accepted it, so it reports that nothing
// was sent.
func (a *Agent) take(ctx context.Context, log *slog.Logger, job received) bool {
	slow := a.newBackoff()
	failure := tooLate
	for again, answers := false, 0; ctx.Err() == nil && !job.over(a.cfg.Now()); again = true {
		recorded, err := a.record(ctx, a.stateReport(job, relayapi.StateTaken, nil))
		switch {
		case err == nil && recorded.State == relayapi.StateTaken:
			return true
		case err == nil:
			log.Warn("phone: the job is past taken; not sending", "state", recorded.State)
			return false
		case again && hasExpired(err):
			a.report(ctx, log, job, tooLate)
			return false
		case isRefusedForGood(err):
			log.Info("phone: the gateway refused the job; not sending", "error", err)
			return false
		case ctx.Err() == nil:
			log.Warn("phone: taking the job failed", "error", err)
			if wasAnswered(err) {
				answers++
			}
			if answers >= mostAnswers {
				a.report(ctx, log, job, notRecorded)
				return false
			}
			slow.wait(ctx)
		}
	}
	if failed := a.mustNotSend(ctx, job); failed != nil { // nil when the clock was set back meanwhile
		failure = failed
	}
	a.report(ctx, log, job, failure)
	return false
}
