package inmemory

import (
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// PullBudget is what budgets say of one pull.
type PullBudget struct {
	ledger *Ledger
	pull   gateway.Pull
	server Server
	now    time.Time // as of which budgets are asked
	spent  []string
	until  time.Time
}

// Begin begins a pull: it finds the lanes on which the phone may send nothing.
func (l *Ledger) Begin(p gateway.Pull, s Server) *PullBudget {
	b := &PullBudget{ledger: l, pull: p, server: s, now: l.asOf(p.Now)}
	b.spent, b.until = l.Spent(p.Budgets, s, p.Lanes, b.now)
	return b
}

// Choose returns the pull with the SIM for a job, or false when the phone has no budget for
// it. What the phone has in hand already, or holds a lease on, needs no more budget: unless the
// lease has ended for budgets already.
func (b *PullBudget) Choose(j gateway.Job) (gateway.Pull, bool) {
	p := b.pull
	if j.Held(p) && (p.Budgets == nil || j.InHand() || b.ledger.counts(j, b.now)) {
		return p, true
	}
	var freeAt time.Time
	p.SIM, freeAt = b.ledger.Choose(p.Budgets, b.server, j, b.now)
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
	b.ledger.handedOut(b.now)
	b.ledger.Count(j)
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
	if use, counts := l.uses[j.ID]; r.State == relayapi.StateTaken && (!counts || use.Held) {
		l.handedOut(l.asOf(r.Now))
	}
	l.Count(j)
	l.Learn(r.Budgets, j, r)
}
