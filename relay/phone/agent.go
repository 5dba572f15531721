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
	counts  counts
	running sync.Mutex

	described description
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
// ctx ends; it returns the context's error. A send that is running then may go on for
// Config.Finish; then its context is cancelled. Run still reports the outcome if the gateway
// responds within two seconds.
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
		if !a.ready(ctx) {
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
			a.noteUnreachable(ctx, err)
		}
		return false
	}
	if a.counts.reached(true) {
		a.logger.Info("phone: the gateway answers again")
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

// noteUnreachable says once that a pull was in vain, and with the level of details from then on.
func (a *Agent) noteUnreachable(ctx context.Context, err error) {
	a.untold(err)
	level := slog.LevelDebug
	if a.counts.reached(false) {
		level = slog.LevelWarn
	}
	a.logger.Log(ctx, level, "phone: pulling jobs failed; trying again", "error", err)
}

// ready reports whether the sender is, and says when that has changed.
func (a *Agent) ready(ctx context.Context) bool {
	checker, ok := a.cfg.Sender.(Checker)
	if !ok {
		return true
	}
	err := checker.Ready(ctx)
	if ctx.Err() != nil {
		return err == nil
	}
	switch changed := a.counts.ready(err == nil); {
	case changed && err != nil:
		a.logger.Warn("phone: the sender is not ready; asking for no jobs until it is", "error", err)
	case changed:
		a.logger.Info("phone: the sender is ready again")
	}
	return err == nil
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
	err := a.send(ctx, job)
	a.counts.tried(err, a.cfg.Now())
	if isUnconfirmed(err) {
		a.leaveTaken(log, job)
		return true
	}
	failure := failureOf(err, job.text())
	a.tried.remember(job.ID, failure)
	a.report(ctx, log, job, failure)
	return true
}

// interrupted is the outcome of a send that has begun and not ended.
var interrupted = &relayapi.Failure{Class: relayapi.FailureUnknown, Text: "interrupted", MayHaveSent: true}

// send sends the text. When ctx ends the send may go on for Config.Finish.
func (a *Agent) send(ctx context.Context, job received) error {
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.cfg.SendTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		wait(sending, a.cfg.Finish)
		cancel()
	})
	defer stop()
	return a.cfg.Sender.Send(sending, job.text())
}

// leaveTaken leaves a job whose text was handed over, as taken.
func (a *Agent) leaveTaken(log *slog.Logger, job received) {
	log.Info("phone: handed over; nothing tells whether it was sent, so the job stays taken")
	if err := a.outbox.remove(job.ID); err != nil {
		log.Error("phone: clearing the outbox failed; the text will be reported as one that may have been sent", "error", err)
	}
}
