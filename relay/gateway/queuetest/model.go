package queuetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// model runs random calls of sites and of phones that keep to the contract, and knows of
// each job who was allowed to send it and who has. It does not know the rules: it holds the
// queue to what they are for.
//
//   - No acknowledged job is lost, and its version never falls.
//   - None is in the hands of two phones: a second one may send it only after the first has
//     given it back.
//   - None that was read as cancelled or expired was sent, or is sent afterwards.
//   - A state goes back only where its phone gave the job back.
//   - What phones may send passes no budget in any window of time.
type model struct {
	*rapid.T
	queue  gateway.Queue
	now    time.Time
	issued int
	jobs   []*modelJob
	phones []*modelPhone

	budgets *gateway.Budgets
	uses    map[string]modelUse // by job
	clock   time.Time           // the latest time of a call that handed out a text
}

// modelJob is what the model knows of a job.
type modelJob struct {
	seen   gateway.Job // as it was last read
	holder string      // the phone that may send it, or has
	sentBy []string
	over   bool // somebody has read that it was cancelled or has expired
	back   bool // given back since it was last read
}

// modelPhone is a phone with what it has in hand.
type modelPhone struct {
	name    string
	unasked bool
	offered []gateway.Job
	inHand  map[string]gateway.Job
	sent    map[string]bool
	refused map[string]bool // it has answered that it will not send
}

// runModel runs the model on stores of an engine, and opens them anew now and then if they
// survive that.
func runModel(t *testing.T, engine Engine, survives bool) {
	t.Helper()
	t.Run("Model", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(rt *rapid.T) {
			open := engine(t)
			queue, closeQueue := open(t)
			defer func() { closeQueue() }()
			m := &model{T: rt, queue: queue, now: time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC), uses: map[string]modelUse{}}
			m.budgets = drawBudgets(rt)
			for i := range 4 {
				m.phones = append(m.phones, &modelPhone{
					name: fmt.Sprintf("phone-%d", i), unasked: i%2 == 1,
					inHand: map[string]gateway.Job{}, sent: map[string]bool{}, refused: map[string]bool{},
				})
			}
			steps := map[string]func(*rapid.T){
				"deal": m.step(m.deal), "submit": m.step(m.submit), "pull": m.step(m.pull), "take": m.step(m.take), "send": m.step(m.send),
				"fail": m.step(m.fail), "answer": m.step(m.answer), "cancel": m.step(m.cancel), "read": m.step(m.read),
				"repeat": m.step(m.repeat), "sweep": m.step(m.sweep), "time": m.step(m.pass),
			}
			if survives {
				steps["restart"] = m.step(func() {
					closeQueue()
					m.queue, closeQueue = open(t)
				})
			}
			m.Repeat(steps)
			for _, job := range m.jobs {
				m.check(job, m.now)
			}
		})
	})
}

// step runs one step of the model.
func (m *model) step(do func()) func(*rapid.T) {
	return func(t *rapid.T) {
		m.T = t
		do()
	}
}

// at is the time of a call: now, or a little earlier, because calls come in any order.
func (m *model) at() time.Time {
	return m.now.Add(-time.Duration(rapid.SampledFrom([]int{0, 0, 0, 1, 5000, int(mostLate.Milliseconds())}).Draw(m.T, "earlier")) * time.Millisecond)
}

// mostLate is how late a call arrives.
const mostLate = 20 * time.Second

// handedOut notes the time of a call that handed out a text. Texts are handed out in the order
// in which the engine answers, so none was earlier than the one before it.
func (m *model) handedOut(at time.Time) {
	if at.After(m.clock) {
		m.clock = at
	}
}

func (m *model) pass() {
	m.now = m.now.Add(time.Duration(rapid.SampledFrom([]int{1, 1000, 10_000, 31_000, 60_000, 600_000, 86_400_000}).Draw(m.T, "ms")) * time.Millisecond)
}

func (m *model) unique(prefix string) string {
	m.issued++
	return fmt.Sprintf("%s-%d", prefix, m.issued)
}

// phone draws a phone, which is then online.
func (m *model) phone() *modelPhone {
	p := rapid.SampledFrom(m.phones).Draw(m.T, "phone")
	m.must(m.queue.Seen(m.Context(), gateway.Presence{
		Phone: p.name, Lanes: []string{lane}, Interval: interval, Device: m.device(), At: m.now,
	}))
	return p
}

func (m *model) must(err error) {
	if err != nil {
		m.Fatalf("the engine failed: %v", err)
	}
}

// deal brings some jobs on their way: otherwise few would get far.
func (m *model) deal() {
	for range rapid.IntRange(1, 4).Draw(m.T, "jobs") {
		m.submit()
		m.pull()
		m.take()
	}
}

func (m *model) submit() {
	wait := time.Duration(rapid.SampledFrom([]int{0, 3, 30}).Draw(m.T, "wait")) * time.Second
	at := m.at()
	id := m.unique("job")
	submitted, err := m.queue.Submit(m.Context(), gateway.Submit{
		ID: id, Site: site, Key: id, Content: "digest", To: m.number(), Text: m.text(), Lane: lane,
		Now: at, Deadline: at.Add(time.Minute), Wait: wait, Pace: time.Second, TakenFor: takenFor, Budgets: m.budgets,
	})
	if errors.Is(err, gateway.ErrNoPhoneOnline) || errors.Is(err, gateway.ErrLaneBusy) || m.overBudget(err, at) {
		return
	}
	m.must(err)
	m.jobs = append(m.jobs, &modelJob{seen: submitted.Job})
}

func (m *model) sweep() {
	_, err := m.queue.Sweep(m.Context(), gateway.Sweep{Now: m.at(), ClearBefore: m.now.Add(-time.Hour), ForgetUsesBefore: m.now.Add(-gateway.BudgetMonth - time.Hour)})
	m.must(err)
}

func (m *model) read() {
	if job := m.any(); job != nil {
		m.check(job, m.at())
	}
}

func (m *model) any() *modelJob {
	if len(m.jobs) == 0 {
		return nil
	}
	return rapid.SampledFrom(m.jobs).Draw(m.T, "job")
}

func (m *model) find(id string) *modelJob {
	i := slices.IndexFunc(m.jobs, func(j *modelJob) bool { return j.seen.ID == id })
	if i < 0 {
		m.Fatalf("a job that nobody has submitted: %s", id)
	}
	return m.jobs[i]
}

// check reads a job.
func (m *model) check(job *modelJob, at time.Time) {
	read, err := m.queue.Job(m.Context(), job.seen.ID, at)
	if err != nil {
		m.Fatalf("an acknowledged job is lost: %v", err)
	}
	m.saw(job, read)
}

// progress orders the states as the documentation does.
var progress = []relayapi.State{
	relayapi.StateQueued, relayapi.StateOffered, relayapi.StateTaken, relayapi.StateCancelling, relayapi.StateUncertain, relayapi.StateSent,
}

// saw compares a job with what was known of it.
func (m *model) saw(job *modelJob, read gateway.Job) {
	before, after := slices.Index(progress, job.seen.State), slices.Index(progress, read.State)
	switch {
	case read.Version < job.seen.Version:
		m.Fatalf("%s: version %d after %d", read.ID, read.Version, job.seen.Version)
	case read.State != job.seen.State && read.Version == job.seen.Version:
		m.Fatalf("%s: version %d is both %s and %s", read.ID, read.Version, job.seen.State, read.State)
	case before < 0 && read.State != job.seen.State:
		m.Fatalf("%s: %s after the final state %s", read.ID, read.State, job.seen.State)
	case after >= 0 && after < before && !job.back:
		m.Fatalf("%s: back from %s to %s", read.ID, job.seen.State, read.State)
	}
	if read.AnswerBy.Before(job.seen.AnswerBy) {
		m.Fatalf("%s: its site waited until %v, and then until %v only", read.ID, job.seen.AnswerBy, read.AnswerBy)
	}
	job.seen, job.back = read, false
	if read.State == relayapi.StateCancelled || read.State == relayapi.StateExpired {
		job.over = true
		if len(job.sentBy) > 0 {
			m.Fatalf("%s is %s and was sent by %v", read.ID, read.State, job.sentBy)
		}
	}
}
