package phone

import (
	"context"
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

const (
	// mostAnswers is how often an outcome is reported to a gateway that answers, and neither
	// accepts it nor refuses it for good, before the agent goes on and leaves it for later.
	mostAnswers = 5
	// retryLeftOverAfter is the least time between a failed report of an outcome that was left
	// over and the next one.
	retryLeftOverAfter = longestBackoff
	// stopTimeout bounds the last reports of an agent that was stopped.
	stopTimeout = 2 * time.Second
)

// leftOver are the outcomes that the gateway did not accept when they came about, the latest
// maxOutbox of them. Only the Run that is running uses it.
type leftOver struct {
	reports []relayapi.StateReport
	// failedAt is when one was reported in vain.
	failedAt time.Time
}

// put adds an outcome at the end, in the place of an earlier one of its job.
func (l *leftOver) put(report relayapi.StateReport, now time.Time) {
	l.remove(report.ID)
	l.reports = append(l.reports, report)
	l.reports = l.reports[max(0, len(l.reports)-maxOutbox):]
	l.failedAt = now
}

// due reports whether to try again. A clock that was set back puts nothing off.
func (l *leftOver) due(now time.Time) bool {
	elapsed := now.Sub(l.failedAt)
	return len(l.reports) > 0 && (elapsed >= retryLeftOverAfter || elapsed < 0)
}

func (l *leftOver) remove(id string) {
	l.reports = slices.DeleteFunc(l.reports, func(r relayapi.StateReport) bool { return r.ID == id })
}

func (l *leftOver) has(id string) bool {
	return slices.ContainsFunc(l.reports, func(r relayapi.StateReport) bool { return r.ID == id })
}

// reportLeftOver reports the outcomes that an earlier run and the outbox have left. Once one
// had to be left again, each of the others is reported once.
func (a *Agent) reportLeftOver(ctx context.Context) {
	for _, u := range a.outbox.all() {
		if !a.left.has(u.ID) {
			a.left.put(u.report(), a.cfg.Now())
		}
	}
	answers := mostAnswers
	for _, report := range slices.Clone(a.left.reports) {
		if ctx.Err() != nil {
			return
		}
		if !a.repeat(ctx, a.logger.With("job", report.ID), report, answers) {
			answers = 1
		}
	}
}

// retryLeftOver reports the outcomes that were left over, in turn, until one fails again; and
// that not too often.
func (a *Agent) retryLeftOver(ctx context.Context) {
	for ctx.Err() == nil && a.left.due(a.cfg.Now()) {
		oldest := a.left.reports[0]
		if a.deliver(ctx, a.logger.With("job", oldest.ID), oldest) != nil {
			a.left.put(oldest, a.cfg.Now())
			return
		}
	}
}

// reportAtTheEnd reports once more what is left over when the run has ended, the latest first.
func (a *Agent) reportAtTheEnd(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	for _, report := range slices.Backward(slices.Clone(a.left.reports)) {
		if ctx.Err() != nil {
			return
		}
		_ = a.deliver(ctx, a.logger.With("job", report.ID), report)
	}
}
