package phone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/cnsms/cnsms/internal/baseurl"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Agent pulls jobs for one phone and has them sent. Make it with [New] and call Run.
type Agent struct {
	cfg     *Config
	client  *client
	logger  *slog.Logger
	tried   outcomes
	outbox  *outbox
	left    leftOver
	running sync.Mutex
	// giveUp ends the running Run with an error.
	giveUp context.CancelCauseFunc
}

// New returns an agent, or an error that names every faulty field.
func New(cfg Config) (*Agent, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	base, err := baseurl.ParseWithout(root, cfg.BaseURL, cfg.PlainHTTP)
	if err != nil {
		return nil, fmt.Errorf("phone: config: %w", err)
	}
	a := &Agent{cfg: &cfg, client: newClient(cfg, base), logger: cfg.Logger}
	if a.outbox, err = openOutbox(cfg.Outbox); errors.Is(err, errDamaged) {
		a.logger.Error("phone: " + err.Error())
	} else if err != nil {
		return nil, fmt.Errorf("phone: config: Outbox: %w", err)
	}
	for _, u := range a.outbox.all() {
		a.tried.remember(u.ID, u.failure())
	}
	return a, nil
}

// Format prints nothing of what the agent holds, whatever the verb.
func (a *Agent) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("phone.Agent")) }

// quickResponse is how soon an empty response to a pull is suspicious: the gateway, or a
// proxy before it, does not wait for jobs.
const quickResponse = time.Second

// Run reports what is left over, in the outbox too, and then pulls jobs and sends their texts until
// ctx ends; it returns the context's error. It cancels the context of a send that is running
// then, and still reports the outcome if the gateway responds within two seconds.
//
// When the gateway refuses the token, Run ends with an error that says so. A second Run at
// the same time fails.
func (a *Agent) Run(ctx context.Context) error {
	if !a.running.TryLock() {
		return errors.New("phone: the agent is running already")
	}
	defer a.running.Unlock()
	running, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	a.giveUp = giveUp
	a.reportLeftOver(running)
	a.work(running)
	a.reportAtTheEnd(running)
	if err := ctx.Err(); err != nil {
		return err
	}
	return context.Cause(running)
}

// work pulls jobs and sends their texts until ctx ends.
func (a *Agent) work(ctx context.Context) {
	slow := a.newBackoff()
	for ctx.Err() == nil {
		if err := a.ready(ctx); err != nil {
			a.logger.Warn("phone: the sender is not ready", "error", err)
			wait(ctx, a.cfg.Interval)
			continue
		}
		a.retryLeftOver(ctx)
		if a.pullAndSend(ctx) {
			slow.reset()
		} else {
			slow.wait(ctx)
		}
	}
}

// pullAndSend pulls once and handles the jobs. It returns whether Run may pull again at
// once.
func (a *Agent) pullAndSend(ctx context.Context) bool {
	pulledAt := a.cfg.Now()
	jobs, err := a.pull(ctx)
	if err != nil {
		if ctx.Err() == nil {
			a.logger.Warn("phone: pulling jobs failed", "error", err)
		}
		return false
	}
	if len(jobs) == 0 {
		return a.cfg.Now().Sub(pulledAt) >= quickResponse
	}
	tried := false
	for _, job := range jobs {
		if a.handle(ctx, job) {
			tried = true
			wait(ctx, a.cfg.Pace) // before the next pull, so that another phone can get the next job
		}
	}
	return tried
}

func (a *Agent) ready(ctx context.Context) error {
	if checker, ok := a.cfg.Sender.(Checker); ok {
		return checker.Ready(ctx)
	}
	return nil
}

// handle handles one job: take, send, report. It returns whether it tried to send.
func (a *Agent) handle(ctx context.Context, job received) bool {
	log := a.logger.With("job", job.ID, "lane", job.Lane, "to", job.To)
	if known, ok := a.tried.recall(job.ID); ok {
		log.Warn("phone: the job was tried before; its outcome is reported again")
		a.report(ctx, log, job, known)
		return false
	}
	if !a.take(ctx, log, job) {
		return false
	}
	if failure := a.mustNotSend(ctx, job); failure != nil {
		a.report(ctx, log, job, failure)
		return false
	}
	// Remember it before sending: from here on the phone may have sent the text.
	if err := a.outbox.put(outcome(job, interrupted, a.cfg.Now())); err != nil {
		a.report(ctx, log, job, &relayapi.Failure{Class: relayapi.FailureConfig, Text: err.Error()})
		return false
	}
	a.tried.remember(job.ID, interrupted)
	failure := a.send(ctx, job)
	a.tried.remember(job.ID, failure)
	a.report(ctx, log, job, failure)
	return true
}

// interrupted is the outcome of a send that has begun and not ended.
var interrupted = &relayapi.Failure{Class: relayapi.FailureUnknown, Text: "interrupted", MayHaveSent: true}

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

var tooLate = &relayapi.Failure{Class: relayapi.FailureTooLate, Text: "the job's time was over when the gateway responded"}

// take reports to the gateway that the phone takes the job, and returns whether the
// gateway has accepted that. It repeats the report while there is no response and the
// job's time is not over. When it gives up, or hears that the job has expired after a report
// whose answer it did not get, the gateway may have accepted it, so it reports that nothing
// was sent.
func (a *Agent) take(ctx context.Context, log *slog.Logger, job received) bool {
	slow := a.newBackoff()
	for again := false; ctx.Err() == nil && !job.over(a.cfg.Now()); again = true {
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
			slow.wait(ctx)
		}
	}
	failure := a.mustNotSend(ctx, job)
	if failure == nil { // the clock was set back meanwhile
		failure = tooLate
	}
	a.report(ctx, log, job, failure)
	return false
}

// send sends the text and returns why that failed, or nil.
func (a *Agent) send(ctx context.Context, job received) *relayapi.Failure {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.SendTimeout)
	defer cancel()
	if err := a.cfg.Sender.Send(ctx, job.text()); err != nil {
		return failureOf(err, job.text())
	}
	return nil
}
