package phonetest

import (
	"context"
	"fmt"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// sendTimes is what the phone's own limits go by.
type sendTimes struct {
	past      []time.Time // of texts that the limits count
	notBefore time.Time   // the random pause after the last one
}

var periods = map[string]time.Duration{
	"PerMinute": time.Minute, "Per30Minutes": 30 * time.Minute, "PerHour": time.Hour, "PerDay": 24 * time.Hour,
}

// urgent is the priority from which on the phone's own delays and limits are skipped.
const urgent = 100

// sendAll sends what waits, one message after the other.
func (a *App) sendAll(ctx context.Context, p *process) {
	for ctx.Err() == nil {
		m, wait := a.pick()
		if m != nil {
			a.send(ctx, m)
			continue
		}
		waiting, cancel := context.WithCancel(ctx)
		if wait > 0 {
			timer := time.AfterFunc(wait, cancel)
			next(waiting, p.sending)
			timer.Stop()
		} else {
			next(waiting, p.sending)
		}
		cancel()
	}
}

// pick is the next message to send, or how long until there may be one; 0 means until there is news.
func (a *App) pick() (m *message, wait time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	for _, m := range a.store.waiting(a.settings.Order) {
		ready := m.notBefore
		if free := a.free(now); m.priority < urgent && free.After(ready) {
			ready = free
		}
		if !ready.After(now) {
			m.sending = true
			return m, 0
		}
		if d := ready.Sub(now); wait == 0 || d < wait {
			wait = d
		}
	}
	return nil, wait
}

// free is when the phone's own limits let the next text go. It needs a.mu.
func (a *App) free(now time.Time) time.Time {
	free := a.sends.notBefore
	period, limited := periods[a.settings.LimitPeriod]
	if n := a.settings.LimitValue; limited && n > 0 && len(a.sends.past) >= n {
		if over := a.sends.past[len(a.sends.past)-n].Add(period); over.After(now) && over.After(free) {
			free = over
		}
	}
	return free
}

// send sends a message to each of its recipients.
func (a *App) send(ctx context.Context, m *message) {
	sim, reason := a.check(m)
	for r := range m.recipients {
		if ctx.Err() != nil {
			break // the rest goes after the next start
		}
		if !a.waits(m, r) {
			continue
		}
		if reason != "" {
			a.move(m, r, stateFailed, reason)
			continue
		}
		text := Text{Job: m.id, To: dialled(m.recipients[r].PhoneNumber), Body: relayapi.Text(m.body), SIM: sim, At: a.now()}
		outcome := a.air.hand(a.cfg.Radio, text)
		a.mu.Lock()
		a.follow(m, r, outcome.steps(m.wantReport))
		a.mu.Unlock()
	}
	a.mu.Lock()
	m.sending = false
	a.mu.Unlock()
}

// check finds the SIM of a message and a reason not to send it. The time until which it is valid is judged by
// the phone's clock, and when its turn has come. Facts: app v1.68.0, read in November 2026.
func (a *App) check(m *message) (sim int, reason string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if !m.validUntil.IsZero() && m.validUntil.Before(now) {
		return 0, "TTL expired"
	}
	sim = a.chooseSIM(m)
	if sim < 1 || sim > len(a.cfg.SIMs) {
		return 0, fmt.Sprintf("Can't send message: SIM %d not found", sim)
	}
	a.sends.past = append(a.sends.past, now)
	if least, most := a.settings.SendIntervalMin, a.settings.SendIntervalMax; most > 0 && most >= least {
		a.sends.notBefore = now.Add(time.Duration(least+a.dice.IntN(most-least+1)) * time.Second)
	}
	return sim, ""
}

func (a *App) chooseSIM(m *message) int {
	switch {
	case m.sim != nil:
		return *m.sim
	case a.settings.SIMSelection == "RoundRobin":
		return 1 + (m.row-1)%len(a.cfg.SIMs)
	case a.settings.SIMSelection == "Random":
		return 1 + a.dice.IntN(len(a.cfg.SIMs))
	}
	return 1
}

// move brings a recipient to a state and queues a receipt of it.
func (a *App) move(m *message, r int, state, reason string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	m.move(r, state, reason, a.now())
	a.queueReceipt(m.id)
}

// waits tells whether a recipient has not been served yet.
func (a *App) waits(m *message, r int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return m.recipients[r].State == statePending
}
