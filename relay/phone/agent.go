package phone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Agent is a phone at work. Make it with [New] and let it Run.
type Agent struct {
	cfg             *Config
	client          *httpx.Client
	header          http.Header
	pullURL         *url.URL
	stateReportsURL *url.URL
	logger          *slog.Logger
	tried           outcomes
	running         sync.Mutex
}

// New returns an agent, or an error that names every faulty field.
func New(cfg Config) (*Agent, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	client, err := httpx.New(cfg.http())
	if err != nil {
		return nil, fmt.Errorf("phone: config: %w", err)
	}
	return &Agent{
		cfg: &cfg, client: client, logger: cfg.Logger,
		header: http.Header{
			"Authorization": {"Bearer " + string(cfg.Token)},
			"Content-Type":  {"application/json"},
			"Accept":        {"application/json"},
		},
		pullURL:         client.URL(relayapi.PathPull, ""),
		stateReportsURL: client.URL(relayapi.PathStateReports, ""),
	}, nil
}

// Format prints nothing of what the agent holds, whatever the verb.
func (a *Agent) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("phone.Agent")) }

// quickAnswer is how soon an empty answer to a pull is suspicious: the gateway, or
// something before it, does not keep calls open.
const quickAnswer = time.Second

// Run asks for work and does it until ctx ends, and returns the context's error.
// A text that is being sent then is given up as far as its Sender can, and its
// outcome is still reported if the gateway answers within two seconds. An agent
// runs once at a time.
func (a *Agent) Run(ctx context.Context) error {
	if !a.running.TryLock() {
		return errors.New("phone: the agent is running already")
	}
	defer a.running.Unlock()
	slow := a.newBackoff()
	for ctx.Err() == nil {
		if err := a.ready(ctx); err != nil {
			a.logger.Warn("phone: cannot send", "error", err)
			wait(ctx, a.cfg.Interval)
			continue
		}
		if a.work(ctx) {
			slow.reset()
		} else {
			slow.wait(ctx)
		}
	}
	return ctx.Err()
}

// work asks for work once, and does it. It reports whether all is well, so that
// there is no need to slow down.
func (a *Agent) work(ctx context.Context) bool {
	asked := a.cfg.Now()
	jobs, err := a.pull(ctx)
	if err != nil {
		if ctx.Err() == nil {
			a.logger.Warn("phone: no work to be had", "error", err)
		}
		return false
	}
	if len(jobs) == 0 {
		return a.cfg.Now().Sub(asked) >= quickAnswer
	}
	tried := false
	for _, job := range jobs {
		if a.handle(ctx, job) {
			tried = true
			wait(ctx, a.cfg.Pace) // before the next pull, so that no job waits here
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

// handle does one job: take, send, report. It reports whether it tried to send.
func (a *Agent) handle(ctx context.Context, job received) bool {
	log := a.logger.With("job", job.ID, "lane", job.Lane, "to", job.To)
	if known, ok := a.tried.recall(job.ID); ok {
		log.Warn("phone: this job was tried before; reporting it again")
		a.report(ctx, log, job, known)
		return false
	}
	if !a.take(ctx, log, job) {
		return false
	}
	if failure := a.notNow(ctx, job); failure != nil {
		a.report(ctx, log, job, failure)
		return false
	}
	// Remembered before it is sent: from here on the text may have left.
	a.tried.remember(job.ID, interrupted)
	failure := a.send(ctx, job)
	a.tried.remember(job.ID, failure)
	a.report(ctx, log, job, failure)
	return true
}

// interrupted is what is known of a text whose sending has begun and not ended.
var interrupted = &relayapi.Failure{Class: relayapi.FailureUnknown, Text: "interrupted", MayHaveSent: true}

// notNow says why a job that was taken must not be sent after all.
func (a *Agent) notNow(ctx context.Context, job received) *relayapi.Failure {
	switch {
	case ctx.Err() != nil:
		return &relayapi.Failure{Class: relayapi.FailureUnknown, Text: "the agent was stopped before it sent"}
	case job.over(a.cfg.Now()):
		return tooLate
	default:
		return nil
	}
}

var tooLate = &relayapi.Failure{Class: relayapi.FailureTooLate, Text: "the time was over when the gateway had answered"}

// take tells the gateway that the job will be sent, and reports whether the gateway
// agrees. It repeats itself while the answer is lost and the job's time lasts. When
// it gives up, the gateway may have heard it; it is told that nothing was sent.
func (a *Agent) take(ctx context.Context, log *slog.Logger, job received) bool {
	slow := a.newBackoff()
	for ctx.Err() == nil && !job.over(a.cfg.Now()) {
		recorded, err := a.record(ctx, a.stateReport(job, relayapi.StateTaken, nil))
		switch {
		case err == nil && recorded.State == relayapi.StateTaken:
			return true
		case err == nil:
			log.Warn("phone: the job is further on than taken; not sending", "state", recorded.State)
			return false
		case final(err):
			log.Info("phone: not sending", "error", err)
			return false
		case ctx.Err() == nil:
			log.Warn("phone: no answer to taken", "error", err)
			slow.wait(ctx)
		}
	}
	failure := a.notNow(ctx, job)
	if failure == nil { // the clock was set back just now
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

// lastWord is how long a stopped agent goes on trying to report an outcome.
const lastWord = 2 * time.Second

// report tells the gateway what became of a job, again and again until it has
// heard. A stopped agent tries once more.
func (a *Agent) report(ctx context.Context, log *slog.Logger, job received, failure *relayapi.Failure) {
	state := relayapi.StateSent
	if failure != nil {
		state = relayapi.StateFailed
		log = log.With("class", failure.Class, "reason", failure.Text)
	}
	report := a.stateReport(job, state, failure)
	slow := a.newBackoff()
	for ctx.Err() == nil {
		_, err := a.record(ctx, report)
		if err == nil || final(err) {
			log.Info("phone: reported", "state", state, "error", err)
			return
		}
		if ctx.Err() == nil {
			log.Warn("phone: not reported yet", "state", state, "error", err)
			slow.wait(ctx)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	_, err := a.record(ctx, report)
	log.Info("phone: reported while stopping", "state", state, "error", err)
}

func (a *Agent) stateReport(job received, state relayapi.State, failure *relayapi.Failure) relayapi.StateReport {
	return relayapi.StateReport{
		ID: job.ID, Lease: job.Lease, State: state, At: relayapi.Time{Time: a.cfg.Now()}, Error: failure,
	}
}
