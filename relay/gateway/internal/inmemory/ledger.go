package inmemory

import (
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Ledger knows which texts count towards budgets, and what the failures of SIMs have taught.
// One call at a time uses it. The zero value is empty and ready for use.
//
// An engine that stores uses writes what Keep hears, and fills a new Ledger with Put and
// PutState.
type Ledger struct {
	// Digest returns what stands for a number; nil means the number itself.
	Digest func(number string) string
	// Keep hears of every change; nil means nobody.
	Keep Keeper

	uses   map[string]gateway.Use // by job
	scopes map[scope]*history
	states map[gateway.SIM]gateway.SIMState
	clock  time.Time // see asOf
}

// Keeper stores what a [Ledger] has.
type Keeper interface {
	KeepUse(u gateway.Use)
	DropUse(job string)
	KeepState(sim gateway.SIM, s gateway.SIMState)
	KeepClock(at time.Time)
}

// scope is whose history it is: a phone's, a slot's or a lane's.
type scope struct {
	kind gateway.BudgetKind
	sim  gateway.SIM
	lane string
}

func scopesOf(u gateway.Use) [3]scope {
	return [3]scope{
		{kind: gateway.BudgetOfPhone, sim: gateway.SIM{Phone: u.SIM.Phone}},
		{kind: gateway.BudgetOfSIM, sim: u.SIM},
		{kind: gateway.BudgetOfLane, lane: u.Lane},
	}
}

// Put adds a use as it was kept.
func (l *Ledger) Put(u gateway.Use) {
	if l.uses == nil {
		l.uses, l.scopes = map[string]gateway.Use{}, map[scope]*history{}
	}
	l.remove(u.Job)
	l.uses[u.Job] = u
	for _, s := range scopesOf(u) {
		if l.scopes[s] == nil {
			l.scopes[s] = &history{}
		}
		l.scopes[s].add(u)
	}
}

func (l *Ledger) remove(job string) bool {
	u, ok := l.uses[job]
	if !ok {
		return false
	}
	delete(l.uses, job)
	for _, s := range scopesOf(u) {
		l.scopes[s].remove(u)
		if len(l.scopes[s].uses) == 0 {
			delete(l.scopes, s)
		}
	}
	return true
}

// Drop removes a job's use, and keeps that.
func (l *Ledger) Drop(job string) {
	if l.remove(job) && l.Keep != nil {
		l.Keep.DropUse(job)
	}
}

// PutState sets a SIM's state as it was kept.
func (l *Ledger) PutState(sim gateway.SIM, s gateway.SIMState) {
	if l.states == nil {
		l.states = map[gateway.SIM]gateway.SIMState{}
	}
	l.states[sim] = s
}

func (l *Ledger) setState(sim gateway.SIM, s gateway.SIMState) {
	if l.states[sim] == s {
		return
	}
	l.PutState(sim, s)
	if l.Keep != nil {
		l.Keep.KeepState(sim, s)
	}
}

// Count notes whether and from when on a job counts, as a rule has just made it.
func (l *Ledger) Count(j gateway.Job) {
	use, counts := j.Uses()
	if !counts {
		l.Drop(j.ID)
		return
	}
	old, known := l.uses[j.ID]
	if known && old.SIM == use.SIM && old.Held == use.Held && (old.At.Equal(use.At) || !use.Held) {
		return
	}
	use.Recipient = l.digest(j.To)
	if !use.Held {
		use.At = l.asOf(use.At)
	}
	if known { // the text may be gone
		use.Segments = max(use.Segments, old.Segments)
	}
	l.Put(use)
	if l.Keep != nil {
		l.Keep.KeepUse(use)
	}
}

// Release notes that a job has changed: its use goes when it counts no longer.
func (l *Ledger) Release(j gateway.Job) {
	if _, known := l.uses[j.ID]; known {
		l.Count(j)
	}
}

func (l *Ledger) digest(number relayapi.Number) string {
	if l.Digest == nil {
		return string(number)
	}
	return l.Digest(string(number))
}

// Want returns what budgets are asked about a job.
func (l *Ledger) want(j gateway.Job) gateway.Want {
	return gateway.Want{Recipient: l.digest(j.To), Segments: j.Segments()}
}

// lapse drops the uses of a history whose lease has ended.
func (l *Ledger) lapse(s scope, now time.Time) {
	h := l.scopes[s]
	if h == nil {
		return
	}
	for job, use := range h.held {
		if !use.At.After(now) {
			l.Drop(job)
		}
	}
}

// Learn takes from a phone's new report what it says of the SIM.
func (l *Ledger) Learn(b *gateway.Budgets, j gateway.Job, r gateway.StateReport) {
	if b == nil || r.Phone != j.Phone {
		return
	}
	sim := gateway.SIM{Phone: j.Phone, Slot: j.SIM}
	r.Now = l.asOf(r.Now)
	l.setState(sim, l.states[sim].Learned(b, r))
}

// Resume forgets what the failures of a SIM have taught.
func (l *Ledger) Resume(sim gateway.SIM) { l.setState(sim, gateway.SIMState{}) }

// Forget drops uses older than a time, at most room, and returns how many. An engine that
// stores them deletes the same.
func (l *Ledger) Forget(before time.Time, room int) int {
	dropped := 0
	for job, use := range l.uses {
		if dropped == room {
			break
		}
		if use.At.Before(before) {
			l.Drop(job)
			dropped++
		}
	}
	return dropped
}
