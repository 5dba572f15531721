package inmemory

import (
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// PullBudget is what budgets say of one pull.
type PullBudget struct {
	ledger *Ledger
	pull   gateway.Pull
	server Server
	spent  []string
	until  time.Time
}

// Begin begins a pull: it finds the lanes on which the phone may send nothing.
func (l *Ledger) Begin(p gateway.Pull, s Server) *PullBudget {
	b := &PullBudget{ledger: l, pull: p, server: s}
	b.spent, b.until = l.Spent(p.Budgets, s, p.Lanes, p.Now)
	return b
}

// Choose returns the pull with the SIM for a job, or false when the phone has no budget for
// it. What the phone has in hand already, or holds a lease on, needs no more budget.
func (b *PullBudget) Choose(j gateway.Job) (gateway.Pull, bool) {
	p := b.pull
	if j.Held(p) {
		return p, true
	}
	var freeAt time.Time
	p.SIM, freeAt = b.ledger.Choose(p.Budgets, b.server, j, p.Now)
	if freeAt.IsZero() {
		return p, true
	}
	if !slices.Contains(b.spent, j.Lane) {
		b.spent = append(b.spent, j.Lane)
	}
	b.until = soonest(b.until, freeAt)
	return p, false
}

// Count counts a job that was offered, and returns it.
func (b *PullBudget) Count(j gateway.Job) gateway.Job {
	if b.pull.Budgets == nil {
		return j
	}
	l := b.ledger
	if l.given == nil {
		l.given = map[string]time.Time{}
	}
	l.given[j.ID] = latest(l.given[j.ID], b.pull.Now)
	l.Count(j)
	return j
}

// Cooled returns the lanes of which the phone has no use now, given those on which it is cooled.
func (b *PullBudget) Cooled(cooled []string) []string {
	for _, lane := range b.spent {
		if !slices.Contains(cooled, lane) {
			cooled = append(cooled, lane)
		}
	}
	return cooled
}

// Until returns when the first of those lanes is of use again, given the end of the cooling.
func (b *PullBudget) Until(until time.Time) time.Time { return soonest(until, b.until) }

// Reported counts a job that a phone's report has changed, and learns from the report.
func (l *Ledger) Reported(r gateway.StateReport, j gateway.Job) {
	if r.Budgets == nil {
		return
	}
	l.Count(j)
	l.Learn(r.Budgets, j, r)
}
