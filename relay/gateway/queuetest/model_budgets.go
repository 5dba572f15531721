package queuetest

import (
	"errors"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/cnsms/cnsms/provider/segments"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// modelUse is a text that a phone may send, or has sent.
type modelUse struct {
	sim       gateway.SIM
	recipient relayapi.Number
	segments  int
	at        time.Time
}

// drawBudgets draws budgets that are soon used up, or none.
func drawBudgets(t *rapid.T) *gateway.Budgets {
	if rapid.Bool().Draw(t, "no budgets") {
		return nil
	}
	budget := func(label string) (b gateway.Budget) {
		limit := rapid.IntRange(1, 3).Draw(t, label+" limit")
		switch rapid.IntRange(0, 7).Draw(t, label) {
		case 0:
			b.SegmentsPerMinute = limit
		case 1:
			b.TextsPerHour = limit
		case 2:
			b.TextsPerDay = limit
		case 3:
			b.RecipientsPerMonth = limit
		case 4:
			b.Gap = time.Duration(limit) * 10 * time.Second
		}
		return b
	}
	return &gateway.Budgets{
		Phone: budget("phone"), SIM: budget("SIM"), Lane: budget("lane"), DrainAfter: rapid.SampledFrom([]int{0, 0, 2}).Draw(t, "drain"),
	}
}

// device draws what a phone says of its SIMs.
func (m *model) device() *relayapi.Device {
	switch rapid.IntRange(0, 3).Draw(m.T, "SIMs") {
	case 0:
		return &relayapi.Device{SIMs: []relayapi.SIM{{Slot: 1}, {Slot: 2}}}
	case 1:
		return &relayapi.Device{}
	default:
		return nil // nothing new
	}
}

func (m *model) number() relayapi.Number {
	return relayapi.Number("+861380013800" + rapid.SampledFrom([]string{"0", "1", "2", "3", "4", "5", "6"}).Draw(m.T, "number"))
}

// text draws a text of one segment, or of two.
func (m *model) text() relayapi.Text {
	return relayapi.Text(rapid.SampledFrom([]string{"code 824913", strings.Repeat("码", 100)}).Draw(m.T, "text"))
}

// overBudget reports whether a submission was refused for the budgets.
func (m *model) overBudget(err error, at time.Time) bool {
	var over *gateway.BudgetError
	if !errors.As(err, &over) {
		return false
	}
	if m.budgets == nil || !over.RetryAt.IsZero() && !over.RetryAt.After(at) {
		m.Fatalf("refused at %v for a budget that is free at %v", at, over.RetryAt)
	}
	return true
}

// spend notes that a phone may send a job from now on, and looks at every budget. A job that
// it has in hand already is spent already.
func (m *model) spend(job gateway.Job, at time.Time) {
	if _, known := m.uses[job.ID]; known || job.State != relayapi.StateTaken {
		return
	}
	m.handedOut(at)
	m.uses[job.ID] = modelUse{
		gateway.SIM{Phone: job.Phone, Slot: job.SIM}, job.To, segments.CountAbroad(string(job.Text), ""), m.clock,
	}
	if m.budgets == nil {
		return
	}
	m.within("lane", m.budgets.OfLane(lane), func(modelUse) bool { return true })
	m.within("phone", m.budgets.OfPhone(job.Phone), func(u modelUse) bool { return u.sim.Phone == job.Phone })
	for slot := range 3 { // what was sent through slot 0 may have been sent through any SIM
		sim := gateway.SIM{Phone: job.Phone, Slot: slot}
		m.within("SIM", m.budgets.OfSIM(sim), func(u modelUse) bool { return u.sim == sim || u.sim == gateway.SIM{Phone: job.Phone} })
	}
}

// unspend notes that a phone has said that it has not sent a job and will not.
func (m *model) unspend(p *modelPhone, job gateway.Job) {
	if !p.sent[job.ID] {
		delete(m.uses, job.ID)
	}
}

// within looks at every window of a budget.
func (m *model) within(whose string, b gateway.Budget, counts func(modelUse) bool) {
	for _, first := range m.uses {
		if !counts(first) {
			continue
		}
		in := func(u modelUse, window time.Duration) bool {
			return counts(u) && !u.at.Before(first.at) && u.at.Before(first.at.Add(window))
		}
		minute, hour, day, gap, people := 0, 0, 0, 0, map[relayapi.Number]bool{}
		for _, u := range m.uses {
			if in(u, time.Minute) {
				minute += u.segments
			}
			hour += count(in(u, time.Hour))
			day += count(in(u, 24*time.Hour))
			gap += count(in(u, b.Gap))
			if in(u, gateway.BudgetMonth) {
				people[u.recipient] = true
			}
		}
		for _, limit := range []struct {
			of          string
			used, limit int
		}{
			{"segments a minute", minute, b.SegmentsPerMinute},
			{"texts an hour", hour, b.TextsPerHour},
			{"texts a day", day, b.TextsPerDay},
			{"recipients a month", len(people), b.RecipientsPerMonth},
			{"texts in a gap", gap, count(b.Gap > 0)},
		} {
			if limit.limit > 0 && limit.used > limit.limit {
				m.Fatalf("the %s's budget of %d %s is passed: %d from %v on", whose, limit.limit, limit.of, limit.used, first.at)
			}
		}
	}
}

func count(counts bool) int {
	if counts {
		return 1
	}
	return 0
}
