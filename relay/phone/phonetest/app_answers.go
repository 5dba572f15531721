package phonetest

import (
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// errorTexts are what the app says of a class of failures. All have a prefix. Of texts that the
// radio's code continues, the rest is not known. Facts: app v1.68.0, read in November 2026.
var errorTexts = map[relayapi.FailureClass]string{
	relayapi.FailureLimit:         "Send result: RESULT_ERROR_LIMIT_EXCEEDED",
	relayapi.FailureNoService:     "Send result: RESULT_ERROR_NO_SERVICE",
	relayapi.FailureConfig:        "Can't send message: SIM 2 not found",
	relayapi.FailureRejected:      "Send result: RESULT_NETWORK_REJECT",
	relayapi.FailureInvalidNumber: "Delivery result from SC",
	relayapi.FailureTooLate:       "TTL expired",
	relayapi.FailureUnknown:       "Send result: RESULT_ERROR_GENERIC_FAILURE",
}

func (o Outcome) errorText() string {
	if o.Error != "" {
		return o.Error
	}
	return errorTexts[o.Fails]
}

// step is one answer of the radio.
type step struct {
	after         time.Duration // after the step before
	state, reason string
}

// steps are the radio's answers, in order.
func (o Outcome) steps(wantReport bool) []step {
	processed := step{state: stateProcessed}
	switch {
	case o.Silent:
		return []step{processed}
	case !o.leaves():
		return []step{processed, {o.After, stateFailed, o.errorText()}}
	}
	list := []step{processed}
	if o.HandedOverLate {
		list = nil
	}
	for range max(o.Parts, 1) {
		list = append(list, step{o.After, stateSent, ""})
		if o.HandedOverLate {
			list = append(list, processed)
		}
		switch {
		case !wantReport:
		case o.Fails != "":
			list = append(list, step{o.DeliveredAfter, stateFailed, o.errorText()})
		case o.Delivered:
			list = append(list, step{o.DeliveredAfter, stateDelivered, ""})
		}
	}
	return list
}

// follow lets the radio's answers come, each in its time. What is due at once happens before
// it returns. It needs a.mu.
func (a *App) follow(m *message, r int, steps []step) {
	for i, s := range steps {
		apply := func() {
			m.move(r, s.state, s.reason, a.now())
			a.queueReceipt(m.id)
		}
		if s.after > 0 {
			a.later(s.after, func() {
				apply()
				a.follow(m, r, steps[i+1:])
			})
			return
		}
		apply()
	}
}

// later applies an answer of the radio after some time, or at the next start of an app that does not run
// then. It needs a.mu, and answer is called with it.
func (a *App) later(d time.Duration, answer func()) {
	var timer *time.Timer
	timer = time.AfterFunc(d, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if _, waits := a.timers[timer]; !waits {
			return // a force-stop came first
		}
		delete(a.timers, timer)
		if a.running == nil || a.running.killed {
			a.answers = append(a.answers, answer)
			return
		}
		answer()
	})
	a.timers[timer] = struct{}{}
}
