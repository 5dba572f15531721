package queuetest

import (
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// late is how much a call comes after one of a later time.
const late = 20 * time.Second

// budgetLateCases are calls that reach the engine after others of a later time. Budgets are for
// the order in which the engine answers.
var budgetLateCases = []testCase{
	{"a text that is taken late counts from the offer on", func(b *bench) {
		b.ofSIMs(gateway.Budget{Gap: time.Minute})
		b.sends()
		b.pass(time.Minute)
		b.online()
		b.submit()
		job := b.offerOne(phone)
		b.pass(-late)
		b.record(job, relayapi.StateTaken)
		b.wantBudget(time.Minute + late)
	}},
	{"a late pull hands out by the latest time", func(b *bench) {
		b.ofSIMs(gateway.Budget{Gap: time.Minute})
		b.sends()
		b.pass(time.Minute)
		b.online()
		b.submit()
		b.cancel(b.offerOne(phone).ID)
		b.pass(-late)
		b.submit()
		b.record(b.offerOne(phone), relayapi.StateTaken)
		b.wantBudget(time.Minute + late)
	}},
	{"an offer that has ended for budgets is not made again without room", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerDay: 1})
		b.seen(phone, lane, "mob")
		b.submit()
		b.offerOne(phone)
		b.pass(lease)
		b.submit(func(s *gateway.Submit) { s.Lane = "mob" })
		if jobs := b.offer(phone, "mob").Jobs; len(jobs) != 1 {
			b.Fatalf("the lease has ended, so there is budget: got %d", len(jobs))
		}
		b.pass(-time.Second)
		b.offerNone("the one text is another's", phone)
	}},
	{"a clock that was a little ahead is the latest time until it has come", func(b *bench) {
		b.ofSIMs(gateway.Budget{Gap: time.Minute})
		b.pass(time.Hour)
		b.sends()
		b.pass(-time.Hour)
		b.wantBudget(time.Hour + time.Minute)
	}},
}

var budgetLateRestartCases = []testCase{
	{"the latest time is known after a restart", func(b *bench) {
		b.ofSIMs(gateway.Budget{Gap: time.Minute})
		b.sends()
		b.pass(time.Minute)
		b.online()
		b.submit()
		job := b.offerOne(phone)
		b.restart()
		b.pass(-late)
		b.record(job, relayapi.StateTaken)
		b.wantBudget(time.Minute + late)
	}},
	{"a latest time of a clock that was ahead binds nobody after a restart", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerHour: 1})
		b.pass(aheadBy)
		b.sends()
		b.pass(-aheadBy)
		b.restart()
		b.sends()
		b.restart()
		b.wantBudget(time.Hour)
	}},
}
