package inmemory

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// Used returns how much of each budget is used.
func (l *Ledger) Used(b *gateway.Budgets, servers []Server, now time.Time) []gateway.BudgetUse {
	if b == nil {
		return nil
	}
	now = l.asOf(now)
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
