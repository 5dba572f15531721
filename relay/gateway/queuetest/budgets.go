package queuetest

import (
	"errors"
	"strings"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// ofSIMs has every SIM have a budget.
func (b *bench) ofSIMs(budget gateway.Budget) { b.budgets = &gateway.Budgets{SIM: budget} }

// online has the phone and others call.
func (b *bench) online(others ...string) {
	b.Helper()
	for _, name := range append(others, phone) {
		b.seen(name, lane)
	}
}

// sends submits a job and has the phone send it.
func (b *bench) sends(change ...func(*gateway.Submit)) gateway.Job {
	b.Helper()
	b.online()
	return b.record(b.taken(change...), relayapi.StateSent)
}

// wantBudget wants the next submission to be refused until a time has passed, and to be
// accepted and offered to the phone then.
func (b *bench) wantBudget(wait time.Duration, change ...func(*gateway.Submit)) {
	b.Helper()
	for _, early := range []time.Duration{wait, time.Millisecond} {
		b.online()
		var over *gateway.BudgetError
		s := b.submission(change...)
		if _, err := b.queue.Submit(b.Context(), s); !errors.As(err, &over) {
			b.Fatalf("a submission over budget is refused: got %v", err)
		}
		if _, err := b.queue.Job(b.Context(), s.ID, b.now); !errors.Is(err, gateway.ErrUnknownJob) {
			b.Fatalf("a refused job was stored (%v)", err)
		}
		if got := over.RetryAt.Sub(b.now); got != early {
			b.Fatalf("the refusal says when the budget is free again: got %v, want %v", got, early)
		}
		if wait == time.Millisecond {
			break
		}
		b.pass(early - time.Millisecond)
	}
	b.pass(time.Millisecond)
	b.online()
	b.submit(change...)
	b.offerOne(phone)
}

func withText(text string) func(*gateway.Submit) {
	return func(s *gateway.Submit) { s.Text = relayapi.Text(text) }
}

func to(recipient relayapi.Number) func(*gateway.Submit) {
	return func(s *gateway.Submit) { s.To = recipient }
}

var twoSegments = strings.Repeat("码", 71)

var budgetCases = []testCase{
	{"segments a minute count segments", func(b *bench) {
		b.ofSIMs(gateway.Budget{SegmentsPerMinute: 3})
		b.sends(withText(twoSegments))
		b.pass(20 * time.Second)
		b.sends()
		b.wantBudget(40 * time.Second)
	}},
	{"a text larger than the budget is never free", func(b *bench) {
		b.ofSIMs(gateway.Budget{SegmentsPerMinute: 1})
		_, err := b.queue.Submit(b.Context(), b.submission(withText(twoSegments)))
		var over *gateway.BudgetError
		if !errors.As(err, &over) || !over.RetryAt.IsZero() {
			b.Fatalf("a text that no time makes room for: got %v", err)
		}
	}},
	{"texts an hour and a day", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerHour: 2, TextsPerDay: 3})
		b.sends()
		b.pass(10 * time.Minute)
		b.sends()
		b.wantBudget(50 * time.Minute)
		b.record(b.job(b.lastID()), relayapi.StateTaken)
		b.wantBudget(23 * time.Hour)
	}},
	{"a gap between texts", func(b *bench) {
		b.ofSIMs(gateway.Budget{Gap: 5 * time.Second})
		b.submit()
		b.submit()
		b.offerOne(phone)
		b.offerNone("one text in a gap", phone)
		b.pass(lease + 5*time.Second)
		b.sends()
	}},
	{"recipients a month are different ones", func(b *bench) {
		b.ofSIMs(gateway.Budget{RecipientsPerMonth: 2})
		b.sends(to(number))
		b.pass(time.Hour)
		b.sends(to("+8613900139000"))
		b.sends(to(number))
		b.pass(time.Hour)
		b.wantBudget(gateway.BudgetMonth - time.Hour)
	}},
	{"quiet hours are China's", func(b *bench) {
		b.ofSIMs(gateway.Budget{Quiet: gateway.QuietHours{From: 22 * time.Hour, To: 8 * time.Hour}})
		b.sends()
		b.pass(11 * time.Hour) // 22:30
		b.wantBudget(9*time.Hour + 30*time.Minute)
	}},
	{"an offered job counts until it is declined", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerDay: 1})
		b.submit()
		job := b.offerOne(phone)
		b.refused(gateway.ErrBudgetUsed, "the one text is on offer")
		b.record(job, relayapi.StateFailed)
		b.submit()
		b.offerOne(phone)
	}},
	{"an offered job counts until its lease ends or it is cancelled", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerDay: 1})
		job := b.submit()
		b.offerOne(phone)
		b.pass(lease)
		b.cancel(job.ID)
		second := b.submit()
		b.offerOne(phone)
		b.cancel(second.ID)
		b.submit()
		b.offerOne(phone)
	}},
	{"a taken job counts from then on", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerHour: 1})
		b.submit()
		job := b.offerOne(phone)
		b.pass(lease - time.Second)
		b.record(job, relayapi.StateTaken)
		b.pass(lease)
		b.wantBudget(time.Hour - lease)
	}},
	{"a job that has surely not been sent counts no longer", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerDay: 1})
		b.fail(b.taken(), relayapi.FailureInvalidNumber)
		b.fail(b.taken(), relayapi.FailureUnknown, mayHaveSent)
		b.refused(gateway.ErrBudgetUsed, "the text may have been sent")
	}},
	{"a late take finds the budget used", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerDay: 1})
		b.seen(phone, lane, "mob")
		b.submit()
		late := b.offerOne(phone)
		b.pass(lease)
		b.submit(func(s *gateway.Submit) { s.Lane = "mob" })
		if jobs := b.offer(phone, "mob").Jobs; len(jobs) != 1 {
			b.Fatalf("the lease has ended, so there is budget: got %d", len(jobs))
		}
		b.pass(-time.Second)
		b.refuseReport(b.report(late, relayapi.StateTaken), gateway.ErrLeaseLost, "the one text is another's")
	}},
	{"what is handed out without asking counts at once", func(b *bench) {
		b.budgets = &gateway.Budgets{Phone: gateway.Budget{TextsPerDay: 1}}
		b.seen(app, lane)
		b.submit()
		b.submit()
		if jobs := b.handed(); len(jobs) != 1 {
			b.Fatalf("one text of two has budget: got %d", len(jobs))
		}
		if jobs := b.handed(); len(jobs) != 1 {
			b.Fatalf("what was handed out is handed out again: got %d", len(jobs))
		}
	}},
	{"a phone without budget leaves the job to another", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerHour: 1})
		b.sends()
		b.online("other")
		b.submit()
		offered := b.offerNone("its budget is used", phone)
		if len(offered.Cooled) != 1 || offered.NextAt.Sub(b.now) != time.Hour {
			b.Fatalf("it hears when to come again: got %v on %v", offered.NextAt.Sub(b.now), offered.Cooled)
		}
		b.offerOne("other")
	}},
	{"it is passed over for a job that it has no budget for", func(b *bench) {
		b.ofSIMs(gateway.Budget{RecipientsPerMonth: 1})
		b.online("other")
		b.submit()
		known := b.submit(to(number), func(s *gateway.Submit) { s.Deadline = s.Deadline.Add(time.Hour) })
		b.ofSIMs(gateway.Budget{})
		b.record(b.record(b.offerThat(phone, known.ID), relayapi.StateTaken), relayapi.StateSent)
		b.pass(lease)
		b.online("other")
		b.ofSIMs(gateway.Budget{RecipientsPerMonth: 1})
		again := b.submit(to(number), func(s *gateway.Submit) { s.Deadline = s.Deadline.Add(time.Hour) })
		if job := b.offerOne(phone); job.ID != again.ID {
			b.Fatal("it may write again to whom it has written")
		}
	}},
	{"a lane's budget is shared by its phones", func(b *bench) {
		b.budgets = &gateway.Budgets{Lanes: map[string]gateway.Budget{lane: {TextsPerHour: 1}}}
		b.online("other")
		b.submit()
		b.submit()
		b.offerOne(phone)
		b.offerNone("the lane's budget is used", "other")
	}},
	{"a text whose site waits has room behind those that are queued", func(b *bench) {
		b.ofSIMs(gateway.Budget{SegmentsPerMinute: 2})
		waits := func(s *gateway.Submit) { s.Wait = 20 * time.Second }
		b.submit(waits)
		b.submit(waits)
		b.refused(gateway.ErrBudgetUsed, "the others have the budget", waits)
		b.online("other")
		b.submit(waits)
	}},
	{"a repeated key is not refused", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerHour: 1})
		job := b.sends(withKey("k"))
		s := b.submission(withKey("k"))
		s.Content = job.Content
		again, err := b.queue.Submit(b.Context(), s)
		b.noError(err, "submit again")
		if again.New || again.Job.ID != job.ID {
			b.Fatal("a known key returns its job whatever the budget")
		}
	}},
	{"a sweep forgets what counts no longer, and nothing else", func(b *bench) {
		b.ofSIMs(gateway.Budget{RecipientsPerMonth: 1})
		b.sends()
		b.pass(gateway.BudgetMonth - time.Second)
		b.sweep(gateway.Sweep{Now: b.now, ForgetUsesBefore: b.now.Add(-gateway.BudgetMonth)})
		b.online()
		b.refused(gateway.ErrBudgetUsed, "a month is not over")
		b.pass(2 * time.Second)
		b.sweep(gateway.Sweep{Now: b.now, ForgetUsesBefore: b.now.Add(-gateway.BudgetMonth)})
		b.sends()
	}},
	{"what a clock that was ahead has counted binds nobody", func(b *bench) {
		b.ofSIMs(gateway.Budget{TextsPerHour: 1})
		b.pass(aheadBy)
		b.sends()
		b.pass(-aheadBy)
		b.sends()
	}},
}

// offerThat pulls for one job among several.
func (b *bench) offerThat(name, id string) gateway.Job {
	b.Helper()
	for _, job := range b.offer(name).Jobs {
		if job.ID == id {
			return job
		}
	}
	b.Fatalf("%s is not offered", id)
	return gateway.Job{}
}
