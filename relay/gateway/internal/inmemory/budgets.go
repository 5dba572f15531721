package inmemory

import (
	"slices"
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

// latestLease is how much later than now the lease of an offered job may end.
const latestLease = time.Hour

func (l *Ledger) usage(now time.Time, scopes ...scope) usage {
	u := usage{until: now.Add(clockAhead)}
	for _, s := range scopes {
		l.lapse(s, now)
		if h := l.scopes[s]; h != nil {
			u.histories = append(u.histories, h)
		}
	}
	return u
}

func (l *Ledger) phoneUsage(phone string, now time.Time) usage {
	return l.usage(now, scope{kind: gateway.BudgetOfPhone, sim: gateway.SIM{Phone: phone}})
}

// simUsage is what a slot may have sent: what was sent through slot 0 may have been through
// any, and slot 0 may be any.
func (l *Ledger) simUsage(sim gateway.SIM, now time.Time) usage {
	if sim.Slot == 0 {
		return l.phoneUsage(sim.Phone, now)
	}
	return l.usage(now,
		scope{kind: gateway.BudgetOfSIM, sim: gateway.SIM{Phone: sim.Phone}}, scope{kind: gateway.BudgetOfSIM, sim: sim})
}

func (l *Ledger) laneUsage(lane string, now time.Time) usage {
	return l.usage(now, scope{kind: gateway.BudgetOfLane, lane: lane})
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
func (k books) expecting(ofSIM, ofPhone, ofLane int, w gateway.Want, at time.Time) books {
	k.ofSIM.ahead, k.ofPhone.ahead, k.ofLane.ahead = ofSIM, ofPhone, ofLane
	for _, u := range []*usage{&k.ofPhone, &k.ofSIM, &k.ofLane} {
		u.size, u.at = w.Segments, at
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
	if b == nil {
		return true
	}
	now = l.asOf(now)
	sim := gateway.SIM{Phone: j.Phone, Slot: j.SIM}
	return l.counts(j, now) || !l.books(b, sim, j.Lane, now).freeAt(l.want(j), now).After(now)
}

// counts reports whether a job counts for its SIM.
func (l *Ledger) counts(j gateway.Job, now time.Time) bool {
	use, ok := l.uses[j.ID]
	return ok && use.SIM == gateway.SIM{Phone: j.Phone, Slot: j.SIM} && (!use.Held || use.At.After(now))
}
