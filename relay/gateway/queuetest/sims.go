package queuetest

import (
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// withSIMs has the phone say which SIMs it has.
func (b *bench) withSIMs(sims ...relayapi.SIM) {
	b.Helper()
	b.noError(b.queue.Seen(b.Context(), gateway.Presence{
		Phone: phone, Lanes: []string{lane}, Interval: interval, Device: &relayapi.Device{SIMs: sims}, At: b.now,
	}), "seen")
}

// slots submits jobs, has the phone send each, and returns through which slots.
func (b *bench) slots(n int, change ...func(*gateway.Submit)) (slots []int) {
	b.Helper()
	for range n {
		job := b.sends(change...)
		if read := b.job(job.ID); read.SIM != job.SIM {
			b.Fatalf("the SIM is stored: got %d, want %d", read.SIM, job.SIM)
		}
		slots = append(slots, job.SIM)
	}
	return slots
}

func (b *bench) wantSlots(rule string, got []int, want ...int) {
	b.Helper()
	for i, slot := range want {
		if len(got) != len(want) || got[i] != slot {
			b.Fatalf("%s: got %v, want %v", rule, got, want)
		}
	}
}

// budgetOf returns how much of a SIM's budget is used.
func (b *bench) budgetOf(sim gateway.SIM) gateway.BudgetUse {
	b.Helper()
	all, err := b.queue.Budgets(b.Context(), gateway.BudgetQuery{Budgets: b.budgets, Now: b.now})
	b.noError(err, "budgets")
	for _, use := range all {
		if use.Kind == gateway.BudgetOfSIM && use.SIM == sim {
			return use
		}
	}
	b.Fatalf("%v is not among %+v", sim, all)
	return gateway.BudgetUse{}
}

var simCases = []testCase{
	{"without budgets and SIMs the phone chooses", func(b *bench) {
		b.wantSlots("it chooses", b.slots(2), 0, 0)
		b.withSIMs(relayapi.SIM{Slot: 1})
		b.wantSlots("one SIM is no choice", b.slots(1), 0)
	}},
	{"two SIMs take turns", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerHour: 2})
		b.withSIMs(relayapi.SIM{Slot: 1}, relayapi.SIM{Slot: 2})
		b.wantSlots("they take turns", b.slots(4), 1, 2, 1, 2)
		b.refused(gateway.ErrBudgetUsed, "both are used up")
	}},
	{"a SIM that is not in a network gets nothing", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerHour: 5})
		ready, not := true, false
		b.withSIMs(relayapi.SIM{Slot: 1, Ready: &not}, relayapi.SIM{Slot: 2, Ready: &ready})
		b.wantSlots("the other sends", b.slots(2), 2, 2)
	}},
	{"the recipient's carrier comes first", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerHour: 2})
		b.withSIMs(relayapi.SIM{Slot: 1, Carrier: "中国移动"}, relayapi.SIM{Slot: 2, Carrier: "CUCC"})
		unicom := to("+8613000130000")
		b.wantSlots("it comes first, while it has budget", b.slots(3, unicom), 2, 2, 1)
	}},
	{"what an unknown SIM has sent counts for each", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerHour: 1})
		b.sends()
		b.withSIMs(relayapi.SIM{Slot: 1}, relayapi.SIM{Slot: 2})
		b.refused(gateway.ErrBudgetUsed, "it may have been either")
	}},
	{"single phones and SIMs have budgets of their own", func(b *bench) {
		b.budgets = &gateway.Budgets{
			SIM:    gateway.Budget{TextsPerHour: 1},
			SIMs:   map[gateway.SIM]gateway.Budget{{Phone: phone, Slot: 2}: {TextsPerHour: 3}},
			Phones: map[string]gateway.Budget{phone: {TextsPerHour: 3}},
		}
		b.withSIMs(relayapi.SIM{Slot: 1}, relayapi.SIM{Slot: 2})
		b.wantSlots("each by its own", b.slots(3), 1, 2, 2)
		b.refused(gateway.ErrBudgetUsed, "the phone's is used up")
	}},
	{"operators see what is used", func(b *bench) {
		b.budgets = &gateway.Budgets{
			SIM:   gateway.Budget{SegmentsPerMinute: 4, TextsPerHour: 2},
			Lanes: map[string]gateway.Budget{lane: {TextsPerDay: 9}},
		}
		b.withSIMs(relayapi.SIM{Slot: 1, Carrier: "CMCC"}, relayapi.SIM{Slot: 2})
		b.slots(3, withText(twoSegments), to(number))
		use := b.budgetOf(gateway.SIM{Phone: phone, Slot: 1})
		want := gateway.BudgetUse{
			Kind: gateway.BudgetOfSIM, SIM: gateway.SIM{Phone: phone, Slot: 1}, Carrier: "CMCC",
			Limits: b.budgets.SIM, Effective: b.budgets.SIM, Segments: 4, TextsHour: 2, TextsDay: 2, Recipients: 1,
			FreeAt: b.now.Add(time.Hour),
		}
		if use != want {
			b.Fatalf("got %+v, want %+v", use, want)
		}
		all, err := b.queue.Budgets(b.Context(), gateway.BudgetQuery{Budgets: b.budgets, Now: b.now})
		b.noError(err, "budgets")
		var kinds []gateway.BudgetKind
		for _, one := range all {
			kinds = append(kinds, one.Kind)
		}
		if len(all) != 4 || all[0].TextsHour != 3 || all[3].Lane != lane || all[3].TextsDay != 3 {
			b.Fatalf("a phone, two SIMs and a lane: got %v", kinds)
		}
		if all, err := b.queue.Budgets(b.Context(), gateway.BudgetQuery{Now: b.now}); err != nil || len(all) != 0 {
			b.Fatalf("without budgets there is nothing to see: got %v (%v)", all, err)
		}
	}},
}

var oldSIM = gateway.SIM{Phone: phone}

// rejected has the carrier refuse so many texts.
func (b *bench) rejected(n int) {
	b.Helper()
	for range n {
		b.online()
		b.failed(relayapi.FailureRejected)
	}
}

func (b *bench) resume(sim gateway.SIM) {
	b.Helper()
	b.noError(b.queue.Resume(b.Context(), sim, b.now), "resume")
}

var drainCases = []testCase{
	{"a limit halves the limits, and an hour forgets it", func(b *bench) {
		b.ofSIMs(gateway.Budget{SegmentsPerMinute: 8, TextsPerDay: 40, RecipientsPerMonth: 30})
		effective := func(segments, day int) {
			b.Helper()
			if got := b.budgetOf(oldSIM).Effective; got.SegmentsPerMinute != segments || got.TextsPerDay != day || got.RecipientsPerMonth != 30 {
				b.Fatalf("got %+v, want %d segments and %d texts", got, segments, day)
			}
		}
		first, second := b.taken(), b.taken()
		b.fail(first, relayapi.FailureLimit)
		b.fail(second, relayapi.FailureLimit)
		effective(4, 20) // the second had the same reason
		if until := b.budgetOf(oldSIM).LearnedUntil.Sub(b.now); until != time.Hour {
			b.Fatalf("it is visible: got %v", until)
		}
		b.pass(time.Minute)
		b.online()
		b.failed(relayapi.FailureLimit)
		effective(2, 10)
		b.pass(time.Hour)
		effective(4, 20)
		b.pass(time.Hour)
		effective(8, 40)
	}},
	{"the limits that are left hold", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerHour: 4})
		b.sends()
		b.sends()
		b.failed(relayapi.FailureLimit)
		b.pass(coolFor)
		b.wantBudget(time.Hour - coolFor) // when the halving is forgotten
	}},
	{"a SIM that the carrier refuses three times is drained for a day", func(b *bench) {
		b.budgets = &gateway.Budgets{DrainAfter: 3}
		b.rejected(2)
		b.sends()
		b.rejected(2)
		if use := b.budgetOf(oldSIM); use.Refusals != 2 || !use.DrainedUntil.IsZero() {
			b.Fatalf("a text that was sent ends the count: got %+v", use)
		}
		b.rejected(1)
		if use := b.budgetOf(oldSIM); !use.DrainedUntil.Equal(b.now.Add(24*time.Hour)) || !use.FreeAt.Equal(use.DrainedUntil) {
			b.Fatalf("operators see it: got %+v", use)
		}
		b.wantBudget(24 * time.Hour)
		b.record(b.job(b.lastID()), relayapi.StateTaken)
	}},
	{"after that day one refusal drains it again", func(b *bench) {
		b.budgets = &gateway.Budgets{DrainAfter: 3, DrainFor: time.Hour}
		b.rejected(3)
		b.pass(time.Hour)
		b.rejected(1)
		b.wantBudget(time.Hour)
	}},
	{"an operator resumes it", func(b *bench) {
		b.budgets = &gateway.Budgets{SIM: gateway.Budget{TextsPerHour: 2}, DrainAfter: 1}
		b.failed(relayapi.FailureLimit)
		b.pass(coolFor)
		b.rejected(1)
		b.refused(gateway.ErrBudgetUsed, "it is drained")
		b.resume(oldSIM)
		b.sends()
		b.sends()
		b.refused(gateway.ErrBudgetUsed, "what it has sent still counts")
		b.resume(gateway.SIM{Phone: "nobody"})
	}},
	{"one SIM of two is drained", func(b *bench) {
		b.budgets = &gateway.Budgets{DrainAfter: 1}
		b.withSIMs(relayapi.SIM{Slot: 1, Carrier: "CMCC"}, relayapi.SIM{Slot: 2})
		b.rejected(1)
		b.wantSlots("the other goes on", b.slots(2), 2, 2)
	}},
	{"a drained phone keeps what it was handed", func(b *bench) {
		b.budgets = &gateway.Budgets{DrainAfter: 1}
		b.seen(app, lane)
		b.submit()
		b.submit()
		jobs := b.handed()
		b.fail(jobs[0], relayapi.FailureRejected)
		if again := b.handed(); len(again) != 1 || again[0].ID != jobs[1].ID {
			b.Fatalf("it was handed out before: got %d", len(again))
		}
	}},
}

// lastID is the id of the last submission.
func (b *bench) lastID() string {
	b.Helper()
	page, err := b.queue.List(b.Context(), gateway.Filter{Limit: 1, Now: b.now})
	b.noError(err, "list")
	return page.Jobs[0].ID
}

var budgetRestartCases = []testCase{
	{"what counts is known after a restart", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerHour: 3, RecipientsPerMonth: 2})
		b.sends(to(number))
		b.sends(to("+8613900139000"))
		b.restart()
		b.online()
		b.refused(gateway.ErrBudgetUsed, "there were two recipients")
		b.sends(to(number))
		b.restart()
		b.wantBudget(time.Hour, to(number))
	}},
	{"what is on offer counts after a restart", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerHour: 1})
		b.submit()
		job := b.offerOne(phone)
		b.restart()
		b.online()
		b.refused(gateway.ErrBudgetUsed, "the one text is on offer")
		b.record(job, relayapi.StateTaken)
		if got := b.job(job.ID).SIM; got != job.SIM {
			b.Fatalf("the SIM is stored: got %d", got)
		}
	}},
	{"a drained SIM is drained after a restart", func(b *bench) {
		b.budgets = &gateway.Budgets{SIM: gateway.Budget{TextsPerHour: 8}, DrainAfter: 3}
		b.failed(relayapi.FailureLimit)
		b.pass(coolFor)
		b.rejected(3)
		before := b.budgetOf(oldSIM)
		b.restart()
		b.online()
		if after := b.budgetOf(oldSIM); after != before {
			b.Fatalf("got %+v, want %+v", after, before)
		}
	}},
}
