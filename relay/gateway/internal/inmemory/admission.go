package inmemory

import (
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// Admission finds out whether the phones of a lane have room for a submission.
type Admission struct {
	ledger *Ledger
	submit gateway.Submit
	want   gateway.Want
	now    time.Time
	room   int
	freeAt time.Time
}

// Admit begins an admission.
func (l *Ledger) Admit(s gateway.Submit) *Admission {
	return &Admission{ledger: l, submit: s, want: l.want(s.Job()), now: l.asOf(s.Now)}
}

// Add adds the room of a phone of the lane, and reports whether there is enough for the
// submission after those that are ahead.
func (a *Admission) Add(s Server, ahead int) (enough bool) {
	now := a.now
	phoneRoom := 0
	for _, sim := range s.slots() {
		k := a.ledger.books(a.submit.Budgets, gateway.SIM{Phone: s.Phone, Slot: sim.Slot}, a.submit.Lane, now)
		laneRoom := k.lane.Room(k.ofLane, a.want, now, ahead+1)
		room := max(0, min(k.room(a.want, now, ahead+1), k.phone.Room(k.ofPhone, a.want, now, ahead+1)-phoneRoom, laneRoom-a.room-phoneRoom))
		phoneRoom += room
		if a.room+phoneRoom > ahead {
			a.room += phoneRoom
			return true
		}
		a.freeAt = soonest(a.freeAt, k.expecting(room, phoneRoom, a.room+phoneRoom, a.want, now).freeAt(a.want, now))
	}
	a.room += phoneRoom
	return false
}

// Refusal is the error when there was not enough.
func (a *Admission) Refusal() error { return gateway.NewBudgetError(a.freeAt) }
