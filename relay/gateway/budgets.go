package gateway

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Budgets are the limits of every phone, SIM and lane. A text needs room in all three. What
// they count is kept by the queue, and survives a restart where jobs do.
//
// A text counts from the moment it is offered to a phone that asks, or handed to one that
// does not. It counts no longer when the lease ends without its being taken, or when its
// phone says that it has not sent it. So sites and phones pass no budget, however they take
// turns and in whatever order their calls arrive: texts count in the order in which the queue
// hands them out, none earlier than the one before it. A clock that was set back by up to an
// hour is waited for; one that was further ahead binds nobody.
type Budgets struct {
	// Phone, SIM and Lane are the budgets of each phone, of each of its SIMs and of each lane.
	// A lane's is shared by its phones: it is for an account behind the lane, such as that of
	// a vendor's SDK.
	Phone, SIM, Lane Budget
	// Phones, SIMs and Lanes replace them for single ones.
	Phones map[string]Budget
	SIMs   map[SIM]Budget
	Lanes  map[string]Budget
	// DrainAfter is after how many refusals by the carrier running (relayapi.FailureRejected)
	// a SIM is offered nothing. 0 means never.
	DrainAfter int
	// DrainFor is how long that lasts unless Gateway.Resume ends it; the first refusal after
	// that drains the SIM again. 0 means 24 hours.
	DrainFor time.Duration
}

// SIM names a SIM by its phone and its slot. Slot 0 is the phone's one SIM, or the one that
// the phone chooses; what it sends counts for each of the phone's SIMs, because it may have
// been that one.
type SIM struct {
	Phone string
	Slot  int
}

const defaultDrainFor = 24 * time.Hour

// DefaultBudgets returns what a gateway has without a configuration: 24 segments a minute
// for each SIM, and a SIM that its carrier refuses three times running is drained. Android 15
// and later stop an app at 30 segments within 60 seconds, so more would fail on the phone
// anyway. What a plan allows differs from plan to plan, so nothing else is limited: see
// [ConsumerBudgets].
func DefaultBudgets() Budgets {
	return Budgets{SIM: Budget{SegmentsPerMinute: 24}, DrainAfter: 3}
}

// ConsumerBudgets returns careful budgets for SIMs of consumers' plans: for each SIM 24
// segments a minute, 50 texts an hour, 200 a day and 99 recipients a month. Carriers suspend
// numbers that write to many; what is reported of plans is 99 to 250 different recipients a
// month. Android before 15 stops an app at about 30 texts in 30 minutes.
func ConsumerBudgets() Budgets {
	b := DefaultBudgets()
	b.SIM.TextsPerHour, b.SIM.TextsPerDay, b.SIM.RecipientsPerMonth = 50, 200, 99
	return b
}

// OfPhone returns the budget of a phone.
func (b *Budgets) OfPhone(phone string) Budget {
	if own, ok := b.Phones[phone]; ok {
		return own
	}
	return b.Phone
}

// OfSIM returns the budget of a SIM: its own, or that of its phone's slot 0, or that of all.
func (b *Budgets) OfSIM(sim SIM) Budget {
	if own, ok := b.SIMs[sim]; ok {
		return own
	}
	if own, ok := b.SIMs[SIM{Phone: sim.Phone}]; ok {
		return own
	}
	return b.SIM
}

// OfLane returns the budget of a lane.
func (b *Budgets) OfLane(lane string) Budget {
	if own, ok := b.Lanes[lane]; ok {
		return own
	}
	return b.Lane
}

// orNil returns nil for budgets that limit nothing.
func (b *Budgets) orNil() *Budgets {
	none := b == nil || b.Phone == Budget{} && b.SIM == Budget{} && b.Lane == Budget{} &&
		len(b.Phones)+len(b.SIMs)+len(b.Lanes) == 0 && b.DrainAfter == 0
	if none {
		return nil
	}
	return b
}

// drainFor returns DrainFor or what it is by default.
func (b *Budgets) drainFor() time.Duration { return cmp.Or(b.DrainFor, defaultDrainFor) }

// problems returns what is wrong with the budgets, as "Field: problem".
func (b *Budgets) problems() []string {
	if b == nil {
		return nil
	}
	var problems []string
	add := func(field string, budget Budget) {
		for _, problem := range budget.problems() {
			problems = append(problems, field+"."+problem)
		}
	}
	add("Phone", b.Phone)
	add("SIM", b.SIM)
	add("Lane", b.Lane)
	for _, name := range slices.Sorted(maps.Keys(b.Phones)) {
		add(fmt.Sprintf("Phones[%q]", name), b.Phones[name])
	}
	for _, sim := range slices.SortedFunc(maps.Keys(b.SIMs), compareSIMs) {
		add(fmt.Sprintf("SIMs[%q, %d]", sim.Phone, sim.Slot), b.SIMs[sim])
	}
	for _, name := range slices.Sorted(maps.Keys(b.Lanes)) {
		add(fmt.Sprintf("Lanes[%q]", name), b.Lanes[name])
	}
	if b.DrainAfter < 0 {
		problems = append(problems, "DrainAfter: must not be negative")
	}
	if b.DrainFor < 0 {
		problems = append(problems, "DrainFor: must not be negative")
	}
	return problems
}

func compareSIMs(a, b SIM) int {
	return cmp.Or(cmp.Compare(a.Phone, b.Phone), cmp.Compare(a.Slot, b.Slot))
}
