package inmemory

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Server is a phone that serves a lane, with its SIMs.
type Server struct {
	Phone string
	SIMs  []relayapi.SIM
}

// slots returns the slots among which the gateway chooses: 0 alone when the phone has said
// nothing of two SIMs that are in a network.
func (s Server) slots() []relayapi.SIM {
	ready := slices.DeleteFunc(slices.Clone(s.SIMs), func(sim relayapi.SIM) bool { return sim.Ready != nil && !*sim.Ready })
	switch {
	case len(ready) == 0 || len(s.SIMs) == 1:
		return []relayapi.SIM{{}}
	default:
		return ready
	}
}

// books are the budgets that a text of one SIM on a lane needs room in.
type books struct {
	all              *gateway.Budgets
	phone, sim, lane gateway.Budget
	ofPhone, ofSIM   usage
	ofLane           usage
	states           []gateway.SIMState
}

func (l *Ledger) history(s scope, now time.Time) []*history {
	l.lapse(s, now)
	if h := l.scopes[s]; h != nil {
		return []*history{h}
	}
	return nil
}

func (l *Ledger) phoneUsage(phone string, now time.Time) usage {
	return usage{histories: l.history(scope{kind: gateway.BudgetOfPhone, sim: gateway.SIM{Phone: phone}}, now)}
}

// simUsage is what a slot may have sent: what was sent through slot 0 may have been through
// any, and slot 0 may be any.
func (l *Ledger) simUsage(sim gateway.SIM, now time.Time) usage {
	if sim.Slot == 0 {
		return l.phoneUsage(sim.Phone, now)
	}
	unknown := l.history(scope{kind: gateway.BudgetOfSIM, sim: gateway.SIM{Phone: sim.Phone}}, now)
	return usage{histories: append(unknown, l.history(scope{kind: gateway.BudgetOfSIM, sim: sim}, now)...)}
}

func (l *Ledger) laneUsage(lane string, now time.Time) usage {
	return usage{histories: l.history(scope{kind: gateway.BudgetOfLane, lane: lane}, now)}
}

// statesOf are the states that count for a SIM: that of slot 0 for every slot.
func (l *Ledger) statesOf(sim gateway.SIM) []gateway.SIMState {
	states := []gateway.SIMState{l.states[sim]}
	if sim.Slot != 0 {
		states = append(states, l.states[gateway.SIM{Phone: sim.Phone}])
	}
	return states
}

func (l *Ledger) books(b *gateway.Budgets, sim gateway.SIM, lane string, now time.Time) books {
	return books{
		all: b, phone: b.OfPhone(sim.Phone), sim: b.OfSIM(sim), lane: b.OfLane(lane),
		ofPhone: l.phoneUsage(sim.Phone, now), ofSIM: l.simUsage(sim, now), ofLane: l.laneUsage(lane, now),
		states: l.statesOf(sim),
	}
}

// mostSteps bounds the search for the time at which all budgets have room.
const mostSteps = 1000

// freeAt returns the first time from at on at which the text may be sent.
func (k books) freeAt(w gateway.Want, at time.Time) time.Time {
	for range mostSteps {
		next := at
		for _, free := range []time.Time{k.phone.NotBefore(k.ofPhone, w, at), k.lane.NotBefore(k.ofLane, w, at)} {
			next = latest(next, free)
		}
		for _, state := range k.states {
			next = latest(next, state.NotBefore(k.all, k.sim, k.ofSIM, w, at))
		}
		if !next.After(at) {
			break
		}
		at = next
	}
	return at
}

// room returns for how many such texts there is room in the phone's and the SIM's budgets.
func (k books) room(w gateway.Want, at time.Time, enough int) int {
	room := k.phone.Room(k.ofPhone, w, at, enough)
	for _, state := range k.states {
		if !state.DrainedUntil(k.all, at).IsZero() {
			return 0
		}
		room = min(room, state.Effective(k.sim, at).Room(k.ofSIM, w, at, enough))
	}
	return room
}

// expecting returns the books as if so many such texts were sent at a time.
func (k books) expecting(n int, w gateway.Want, at time.Time) books {
	for _, u := range []*usage{&k.ofPhone, &k.ofSIM, &k.ofLane} {
		u.ahead, u.size, u.at = n, w.Segments, at
	}
	return k
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Choose returns through which slot of a phone a job may be sent now, or when one is free.
// Of several slots it takes one of the recipient's carrier, if any is known to be, and then
// the one with the most room.
func (l *Ledger) Choose(b *gateway.Budgets, s Server, j gateway.Job, now time.Time) (slot int, freeAt time.Time) {
	if b == nil {
		return firstSlot(s.slots(), j.To), time.Time{}
	}
	want := l.want(j)
	best, bestRoom, bestMatch := -1, 0, false
	for _, sim := range s.slots() {
		k := l.books(b, gateway.SIM{Phone: s.Phone, Slot: sim.Slot}, j.Lane, now)
		if free := k.freeAt(want, now); free.After(now) {
			freeAt = soonest(freeAt, free)
			continue
		}
		match, room := gateway.SameCarrier(j.To, sim.Carrier), -len(k.ofSIM.Uses(now.Add(-gateway.BudgetMonth), mostCompared))
		if best < 0 || match && !bestMatch || match == bestMatch && room > bestRoom {
			best, bestRoom, bestMatch = sim.Slot, room, match
		}
	}
	if best < 0 {
		return 0, freeAt
	}
	return best, time.Time{}
}

// mostCompared is how many texts of each SIM are looked at to find the one that has sent the
// fewest.
const mostCompared = 10_000

func firstSlot(sims []relayapi.SIM, to relayapi.Number) int {
	for _, sim := range sims {
		if gateway.SameCarrier(to, sim.Carrier) {
			return sim.Slot
		}
	}
	return 0
}

func soonest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Spent returns on which of the lanes a phone may send nothing now, not even a segment to
// somebody who has had a text, and when that ends first.
func (l *Ledger) Spent(b *gateway.Budgets, s Server, lanes []string, now time.Time) (spent []string, until time.Time) {
	if b == nil {
		return nil, time.Time{}
	}
	for _, lane := range lanes {
		free := time.Time{}
		for _, sim := range s.slots() {
			k := l.books(b, gateway.SIM{Phone: s.Phone, Slot: sim.Slot}, lane, now)
			k.phone.RecipientsPerMonth, k.sim.RecipientsPerMonth, k.lane.RecipientsPerMonth = 0, 0, 0
			free = soonest(free, k.freeAt(gateway.Want{Segments: 1}, now))
		}
		if free.After(now) {
			spent, until = append(spent, lane), soonest(until, free)
		}
	}
	return spent, until
}

// MayTake reports whether a phone may take a job that it was offered: its use is held, or
// there still is room.
func (l *Ledger) MayTake(b *gateway.Budgets, j gateway.Job, now time.Time) bool {
	sim := gateway.SIM{Phone: j.Phone, Slot: j.SIM}
	if use, ok := l.uses[j.ID]; b == nil || ok && use.SIM == sim && (!use.Held || use.At.After(now)) {
		return true
	}
	free := l.books(b, sim, j.Lane, now).freeAt(l.want(j), now)
	return !free.After(now)
}

// Admission finds out whether the phones of a lane have room for a submission.
type Admission struct {
	ledger *Ledger
	submit gateway.Submit
	want   gateway.Want
	room   int
	freeAt time.Time
}

// Admit begins an admission.
func (l *Ledger) Admit(s gateway.Submit) *Admission {
	return &Admission{ledger: l, submit: s, want: l.want(s.Job())}
}

// Add adds the room of a phone of the lane, and reports whether there is enough for the
// submission after those that are ahead.
func (a *Admission) Add(s Server, ahead int) (enough bool) {
	now := a.submit.Now
	phoneRoom := 0
	for _, sim := range s.slots() {
		k := a.ledger.books(a.submit.Budgets, gateway.SIM{Phone: s.Phone, Slot: sim.Slot}, a.submit.Lane, now)
		laneRoom := k.lane.Room(k.ofLane, a.want, now, ahead+1)
		room := min(k.room(a.want, now, ahead+1), k.phone.Room(k.ofPhone, a.want, now, ahead+1)-phoneRoom, laneRoom-a.room-phoneRoom)
		phoneRoom += max(0, room)
		if a.room+phoneRoom > ahead {
			a.room += phoneRoom
			return true
		}
		a.freeAt = soonest(a.freeAt, k.expecting(max(0, room), a.want, now).freeAt(a.want, now))
	}
	a.room += phoneRoom
	return false
}

// Refusal is the error when there was not enough.
func (a *Admission) Refusal() error { return gateway.NewBudgetError(a.freeAt) }

// Used returns how much of each budget is used.
func (l *Ledger) Used(b *gateway.Budgets, servers []Server, now time.Time) []gateway.BudgetUse {
	if b == nil {
		return nil
	}
	carriers, phones, lanes := l.known(b, servers)
	var all []gateway.BudgetUse
	for _, phone := range slices.Sorted(maps.Keys(phones)) {
		all = append(all, l.used(b, gateway.BudgetUse{Kind: gateway.BudgetOfPhone, SIM: gateway.SIM{Phone: phone}}, now))
	}
	for _, sim := range slices.SortedFunc(maps.Keys(carriers), bySIM) {
		all = append(all, l.used(b, gateway.BudgetUse{Kind: gateway.BudgetOfSIM, SIM: sim, Carrier: carriers[sim]}, now))
	}
	for _, lane := range slices.Sorted(maps.Keys(lanes)) {
		all = append(all, l.used(b, gateway.BudgetUse{Kind: gateway.BudgetOfLane, Lane: lane}, now))
	}
	return all
}

func bySIM(a, b gateway.SIM) int {
	return cmp.Or(strings.Compare(a.Phone, b.Phone), cmp.Compare(a.Slot, b.Slot))
}

// known returns the SIMs, phones and lanes that have something to tell.
func (l *Ledger) known(b *gateway.Budgets, servers []Server) (carriers map[gateway.SIM]string, phones, lanes map[string]bool) {
	carriers, phones, lanes = map[gateway.SIM]string{}, map[string]bool{}, map[string]bool{}
	for _, s := range servers {
		phones[s.Phone] = true
		for _, sim := range s.slots() {
			carriers[gateway.SIM{Phone: s.Phone, Slot: sim.Slot}] = sim.Carrier
		}
	}
	for s := range l.scopes {
		switch s.kind {
		case gateway.BudgetOfPhone:
			phones[s.sim.Phone] = true
		case gateway.BudgetOfSIM:
			if _, ok := carriers[s.sim]; !ok {
				carriers[s.sim] = ""
			}
		case gateway.BudgetOfLane:
			lanes[s.lane] = b.OfLane(s.lane) != gateway.Budget{}
		}
	}
	for lane := range b.Lanes {
		lanes[lane] = true
	}
	maps.DeleteFunc(lanes, func(_ string, has bool) bool { return !has })
	for sim, state := range l.states {
		if _, ok := carriers[sim]; !ok && state != (gateway.SIMState{}) {
			carriers[sim] = ""
		}
	}
	return carriers, phones, lanes
}

// used fills in how much of one budget is used.
func (l *Ledger) used(b *gateway.Budgets, u gateway.BudgetUse, now time.Time) gateway.BudgetUse {
	var of usage
	switch u.Kind {
	case gateway.BudgetOfPhone:
		u.Limits, of = b.OfPhone(u.SIM.Phone), l.phoneUsage(u.SIM.Phone, now)
	case gateway.BudgetOfSIM:
		u.Limits, of = b.OfSIM(u.SIM), l.simUsage(u.SIM, now)
	case gateway.BudgetOfLane:
		u.Limits, of = b.OfLane(u.Lane), l.laneUsage(u.Lane, now)
	}
	var states []gateway.SIMState
	if u.Kind == gateway.BudgetOfSIM {
		states = l.statesOf(u.SIM)
	}
	return u.Filled(b, of, states, now)
}
