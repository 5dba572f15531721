package queuetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

const (
	site     = "shop"
	phone    = "old-phone"
	lane     = relayapi.DefaultLane
	lease    = 10 * time.Second
	ttl      = 5 * time.Minute
	interval = 30 * time.Second
	number   = "+8613800138000"
)

// bench runs one case: it has a queue, a clock that the case sets, and short forms of
// the calls. A call that must not fail ends the case when it does.
type bench struct {
	*testing.T
	queue  gateway.Queue
	open   Open
	close  func()
	now    time.Time
	issued int
	// budgets are those of every call.
	budgets *gateway.Budgets
}

func newBench(t *testing.T, engine Engine) *bench {
	t.Helper()
	b := &bench{T: t, open: engine(t), now: time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC)}
	b.queue, b.close = b.open(t)
	t.Cleanup(func() { b.close() })
	b.seen(phone, lane)
	return b
}

// restart closes the queue and opens it again.
func (b *bench) restart() {
	b.Helper()
	b.close()
	b.queue, b.close = b.open(b.T)
}

func (b *bench) pass(d time.Duration) { b.now = b.now.Add(d) }

// unique returns a name that was not used before in this case.
func (b *bench) unique(prefix string) string {
	b.issued++
	return fmt.Sprintf("%s-%04d", prefix, b.issued)
}

// submission returns a submission that is accepted, with changes; each is for
// another number.
func (b *bench) submission(change ...func(*gateway.Submit)) gateway.Submit {
	id := b.unique("job")
	s := gateway.Submit{
		ID: id, Site: site, Content: "digest of " + id,
		To: relayapi.Number(fmt.Sprintf("+86138%08d", b.issued)), Text: "code 824913", Ref: "ref", Lane: lane,
		Now: b.now, Deadline: b.now.Add(ttl), Budgets: b.budgets,
	}
	for _, apply := range change {
		apply(&s)
	}
	return s
}

func (b *bench) submit(change ...func(*gateway.Submit)) gateway.Job {
	b.Helper()
	submitted, err := b.queue.Submit(b.Context(), b.submission(change...))
	b.noError(err, "submit")
	return submitted.Job
}

// refused submits and wants an error.
func (b *bench) refused(want error, rule string, change ...func(*gateway.Submit)) {
	b.Helper()
	s := b.submission(change...)
	_, err := b.queue.Submit(b.Context(), s)
	b.wantError(err, want, rule)
	if _, err := b.queue.Job(b.Context(), s.ID, b.now); !errors.Is(err, gateway.ErrUnknownJob) {
		b.Fatalf("%s: a refused job was stored (%v)", rule, err)
	}
}

func (b *bench) seen(name string, lanes ...string) {
	b.Helper()
	b.noError(b.queue.Seen(b.Context(), gateway.Presence{Phone: name, Lanes: lanes, Interval: interval, At: b.now}), "seen")
}

func (b *bench) pull(name string, lanes ...string) gateway.Pull {
	if len(lanes) == 0 {
		lanes = []string{lane}
	}
	return gateway.Pull{Phone: name, Lanes: lanes, Max: 1, Lease: b.unique("lease"), LeaseFor: lease, Now: b.now, Budgets: b.budgets}
}

// offer pulls up to ten jobs.
func (b *bench) offer(name string, lanes ...string) gateway.Offered {
	b.Helper()
	pull := b.pull(name, lanes...)
	pull.Max = 10
	offered, err := b.queue.Offer(b.Context(), pull)
	b.noError(err, "offer")
	return offered
}

// offerOne pulls and wants exactly one job.
func (b *bench) offerOne(name string) gateway.Job {
	b.Helper()
	offered := b.offer(name)
	if len(offered.Jobs) != 1 {
		b.Fatalf("a phone that pulls gets the one free job: got %d", len(offered.Jobs))
	}
	return offered.Jobs[0]
}

// offerNone pulls and wants nothing.
func (b *bench) offerNone(rule, name string) gateway.Offered {
	b.Helper()
	offered := b.offer(name)
	if len(offered.Jobs) != 0 {
		b.Fatalf("%s: %s was offered %v in state %s", rule, name, offered.Jobs[0].ID, offered.Jobs[0].State)
	}
	return offered
}

func (b *bench) report(job gateway.Job, state relayapi.State) gateway.StateReport {
	r := gateway.StateReport{ID: job.ID, Phone: job.Phone, Lease: job.Lease, State: state, Now: b.now, Budgets: b.budgets}
	if state == relayapi.StateFailed {
		r.Failure = &relayapi.Failure{Class: relayapi.FailureNoService, Text: "radio off"}
	}
	return r
}

// record reports a state and wants it accepted.
func (b *bench) record(job gateway.Job, state relayapi.State) gateway.Job {
	b.Helper()
	recorded, err := b.queue.Record(b.Context(), b.report(job, state))
	b.noError(err, "record "+string(state))
	return recorded
}

// taken submits a job and has it taken by the phone.
func (b *bench) taken(change ...func(*gateway.Submit)) gateway.Job {
	b.Helper()
	b.submit(change...)
	return b.record(b.offerOne(phone), relayapi.StateTaken)
}

func (b *bench) cancellation(id string) gateway.Cancellation {
	return gateway.Cancellation{ID: id, Site: site, By: gateway.Actor{Kind: relayapi.SourceSite, Name: site}, Now: b.now}
}

func (b *bench) cancel(id string) gateway.Job {
	b.Helper()
	job, err := b.queue.Cancel(b.Context(), b.cancellation(id))
	b.noError(err, "cancel")
	return job
}

func (b *bench) job(id string) gateway.Job {
	b.Helper()
	job, err := b.queue.Job(b.Context(), id, b.now)
	b.noError(err, "job")
	return job
}

// wantState wants a job in a state, when it is read.
func (b *bench) wantState(id string, want relayapi.State, rule string) gateway.Job {
	b.Helper()
	job := b.job(id)
	if job.State != want {
		b.Fatalf("%s: the job is %s, want %s", rule, job.State, want)
	}
	return job
}

// wantHistory wants exactly these steps, written as "state by name".
func (b *bench) wantHistory(job gateway.Job, want ...string) {
	b.Helper()
	var got []string
	for _, step := range job.History {
		line := string(step.State) + " by " + string(step.Source)
		if step.Name != "" {
			line += " " + step.Name
		}
		if step.Late {
			line += ", late"
		}
		got = append(got, line)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		b.Fatalf("every transition is recorded with its source:\n got %q\nwant %q", got, want)
	}
}

func (b *bench) wantError(err, want error, rule string) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Fatalf("%s: got error %v, want %v", rule, err, want)
	}
}

func (b *bench) noError(err error, what string) {
	b.Helper()
	if err != nil {
		b.Fatalf("%s: %v", what, err)
	}
}

// ended returns a context that is over.
func (b *bench) ended() context.Context {
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	return ctx
}
