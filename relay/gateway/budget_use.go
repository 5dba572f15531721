package gateway

import (
	"context"
	"time"
)

// BudgetUse is how much of the budget of one phone, SIM or lane is used.
type BudgetUse struct {
	// Kind says whose budget it is.
	Kind BudgetKind
	// SIM is the phone, and the slot with [BudgetOfSIM]; zero with [BudgetOfLane].
	SIM SIM
	// Carrier is the SIM's carrier as its phone shows it, where that is known.
	Carrier string
	// Lane is set with [BudgetOfLane].
	Lane string
	// Limits are the limits as configured, and Effective what is left of them after what was
	// learned from failures.
	Limits, Effective Budget
	// Segments, TextsHour, TextsDay and Recipients are what counts now in the windows of the
	// limits. While a phone's SIMs have no budgets at all, nothing is counted.
	Segments, TextsHour, TextsDay, Recipients int
	// FreeAt is when a text of one segment to a new recipient may be sent, if no other text
	// comes; zero when it may be now.
	FreeAt time.Time
	// LearnedUntil is when the limits of a SIM that failed with relayapi.FailureLimit will be
	// what they were; zero when they are.
	LearnedUntil time.Time
	// Refusals is how often the carrier has refused texts of the SIM running.
	Refusals int
	// DrainedUntil is until when a SIM that its carrier refused too often is offered nothing;
	// zero when it is not drained. Gateway.Resume ends it.
	DrainedUntil time.Time
}

// BudgetKind says whose a budget is.
type BudgetKind string

// The kinds.
const (
	BudgetOfPhone BudgetKind = "phone"
	BudgetOfSIM   BudgetKind = "sim"
	BudgetOfLane  BudgetKind = "lane"
)

// Filled returns the use with everything that follows from what counts; states are those
// that hold for a SIM. Engines call it.
func (u BudgetUse) Filled(b *Budgets, of Usage, states []SIMState, now time.Time) BudgetUse {
	u.Effective = u.Limits
	for _, use := range of.Uses(now.Add(-budgetMinute), maxBudget) {
		u.Segments += use.Segments
	}
	u.TextsHour, u.TextsDay = len(of.Uses(now.Add(-budgetHour), maxBudget)), len(of.Uses(now.Add(-budgetDay), maxBudget))
	u.Recipients = len(of.Recipients(now.Add(-BudgetMonth), maxBudget))
	free := u.Limits.NotBefore(of, Want{Segments: 1}, now)
	for _, s := range states {
		free = later(free, s.NotBefore(b, u.Limits, of, Want{Segments: 1}, now))
		u.LearnedUntil, u.DrainedUntil = later(u.LearnedUntil, s.LearnedUntil(now)), later(u.DrainedUntil, s.DrainedUntil(b, now))
		u.Refusals = max(u.Refusals, s.Refusals)
		u.Effective = s.Effective(u.Effective, now)
	}
	if free.After(now) {
		u.FreeAt = free
	}
	return u
}

// BudgetQuery asks a queue how much of the budgets is used.
type BudgetQuery struct {
	// Budgets are the gateway's; nil means none.
	Budgets *Budgets
	// Now is the time.
	Now time.Time
}

// Budgets returns to an operator how much of each budget is used: of every known phone, its
// SIMs, and every lane that has a budget, in this order and by name. It is empty when the
// gateway has no budgets.
func (g *Gateway) Budgets(ctx context.Context, operator Principal) ([]BudgetUse, error) {
	return forOperator(ctx, g, operator, "budgets", func() ([]BudgetUse, error) {
		return g.queue.Budgets(ctx, BudgetQuery{Budgets: g.cfg.Budgets.orNil(), Now: g.Now()})
	})
}

// Resume forgets what a SIM's failures have taught: it is drained no longer, and has the limits
// of its budget. What it has sent still counts. Waiting phones hear of it.
func (g *Gateway) Resume(ctx context.Context, operator Principal, sim SIM) error {
	_, err := forOperator(ctx, g, operator, "resume", func() (struct{}, error) {
		return struct{}{}, g.queue.Resume(ctx, sim, g.Now())
	})
	if err == nil {
		g.logger.InfoContext(ctx, "relay: SIM resumed", "phone", sim.Phone, "sim", sim.Slot, "operator", operator.Name)
		g.pulls.wakePhone(sim.Phone)
	}
	return err
}
