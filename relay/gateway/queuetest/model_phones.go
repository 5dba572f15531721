package queuetest

import (
	"errors"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// pull offers jobs to a phone. One that does not ask has them in hand.
func (m *model) pull() {
	p, at := m.phone(), m.at()
	offered, err := m.queue.Offer(m.Context(), gateway.Pull{
		Phone: p.name, Lanes: []string{lane}, Max: rapid.IntRange(1, 3).Draw(m.T, "max"), Lease: m.unique("lease"),
		LeaseFor: lease, Now: at, Unasked: p.unasked, TakenFor: takenFor, Budgets: m.budgets,
	})
	m.must(err)
	for _, job := range offered.Jobs {
		m.handedOut(at)
		known := m.find(job.ID)
		m.saw(known, job)
		switch {
		case known.over:
			m.Fatalf("%s was read as ended and is offered to %s", job.ID, p.name)
		case known.holder != "" && known.holder != p.name:
			m.Fatalf("%s is with %s and is offered to %s", job.ID, known.holder, p.name)
		case p.unasked:
			known.holder, p.inHand[job.ID] = p.name, job
			m.spend(job, at)
		default:
			p.offered = append(p.offered, job)
		}
	}
}

// report sends a report of a phone, and reads the job that comes back.
func (m *model) report(p *modelPhone, job gateway.Job, state relayapi.State, failure *relayapi.Failure, at time.Time) (gateway.Job, error) {
	recorded, err := m.queue.Record(m.Context(), gateway.StateReport{
		ID: job.ID, Phone: p.name, Lease: job.Lease, State: state, Failure: failure, Now: at, TakenFor: takenFor, CoolFor: coolFor, Budgets: m.budgets,
	})
	known := m.find(job.ID)
	if recorded.ID == "" {
		m.Fatalf("%s: a report without a job: %v", job.ID, err)
	}
	if err == nil && state == relayapi.StateFailed && recorded.State == relayapi.StateQueued && known.holder == p.name {
		known.back, known.holder = true, ""
	}
	m.saw(known, recorded)
	return recorded, err
}

// take has a phone that asks take a job that it was offered at some time.
func (m *model) take() {
	p := m.phone()
	if len(p.offered) == 0 {
		return
	}
	i := rapid.IntRange(0, len(p.offered)-1).Draw(m.T, "offer")
	job := p.offered[i]
	at := m.at()
	taken, err := m.report(p, job, relayapi.StateTaken, nil, at)
	if err != nil || taken.State != relayapi.StateTaken {
		p.offered = slices.Delete(p.offered, i, i+1)
		return
	}
	known := m.find(job.ID)
	if known.holder != "" && known.holder != p.name {
		m.Fatalf("%s is with %s and is taken by %s", job.ID, known.holder, p.name)
	}
	known.holder, p.inHand[job.ID] = p.name, job
	m.spend(taken, at)
}

// held draws a job that a phone has in hand.
func (m *model) held(p *modelPhone) (gateway.Job, bool) {
	ids := slices.Sorted(maps.Keys(p.inHand))
	if len(ids) == 0 {
		return gateway.Job{}, false
	}
	return p.inHand[rapid.SampledFrom(ids).Draw(m.T, "in hand")], true
}

// send has a phone send what it has in hand, and report it, now or never.
func (m *model) send() {
	p := m.phone()
	job, ok := m.held(p)
	if !ok || p.refused[job.ID] {
		return
	}
	known := m.find(job.ID)
	if !p.sent[job.ID] {
		p.sent[job.ID], known.sentBy = true, append(known.sentBy, p.name)
	}
	if known.over || len(known.sentBy) > 1 {
		m.Fatalf("%s was sent by %v, though it is %s", job.ID, known.sentBy, known.seen.State)
	}
	if rapid.Bool().Draw(m.T, "the report arrives") {
		state := rapid.SampledFrom([]relayapi.State{relayapi.StateSent, relayapi.StateDelivered}).Draw(m.T, "state")
		_, err := m.report(p, job, state, nil, m.at())
		m.must(err)
	}
}

// fail has a phone report that it cannot send.
func (m *model) fail() {
	p := m.phone()
	job, ok := m.held(p)
	if !ok || p.refused[job.ID] {
		return
	}
	class := rapid.SampledFrom([]relayapi.FailureClass{
		relayapi.FailureLimit, relayapi.FailureNoService, relayapi.FailureConfig, relayapi.FailureInvalidNumber, relayapi.FailureUnknown, relayapi.FailureRejected,
	}).Draw(m.T, "class")
	_, err := m.report(p, job, relayapi.StateFailed, &relayapi.Failure{Class: class, MayHaveSent: p.sent[job.ID]}, m.at())
	m.must(err)
	delete(p.inHand, job.ID)
	m.unspend(p, job)
}

// answer has a phone that does not ask answer that it will not send.
func (m *model) answer() {
	p := m.phone()
	job, ok := m.held(p)
	if !ok || !p.unasked || p.sent[job.ID] {
		return
	}
	if _, err := m.report(p, job, relayapi.StateCancelled, nil, m.at()); err == nil {
		p.refused[job.ID] = true
		m.unspend(p, job)
	} else if !errors.Is(err, gateway.ErrNotCancelling) {
		m.Fatalf("an answer: %v", err)
	}
}

func (m *model) cancel() {
	job := m.any()
	if job == nil {
		return
	}
	var read gateway.Job
	var err error
	if rapid.Bool().Draw(m.T, "by key") {
		read, err = m.queue.CancelKey(m.Context(), gateway.KeyCancellation{Site: site, Key: job.seen.Key, ID: m.unique("job"), Now: m.at()})
	} else {
		read, err = m.queue.Cancel(m.Context(), gateway.Cancellation{
			ID: job.seen.ID, By: gateway.Actor{Kind: relayapi.SourceSite, Name: site}, Now: m.at(),
		})
	}
	if (err == nil) != (read.State == relayapi.StateCancelled) || err != nil && !errors.Is(err, gateway.ErrNotCancellable) {
		m.Fatalf("a cancel that leaves a job %s: %v", read.State, err)
	}
	m.saw(job, read)
}

// repeat submits a job once more, by its key.
func (m *model) repeat() {
	job := m.any()
	if job == nil {
		return
	}
	at := m.at()
	submitted, err := m.queue.Submit(m.Context(), gateway.Submit{
		ID: m.unique("job"), Site: site, Key: job.seen.Key, Content: "digest", To: number, Text: "code 824913", Lane: lane,
		Now: at, Deadline: at.Add(ttl), Wait: time.Duration(rapid.SampledFrom([]int{0, 3, 30}).Draw(m.T, "wait")) * time.Second,
	})
	m.must(err)
	if submitted.New || submitted.Job.ID != job.seen.ID {
		m.Fatalf("one key is one job: %s and %s", job.seen.ID, submitted.Job.ID)
	}
	m.saw(job, submitted.Job)
}
