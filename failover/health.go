package failover

import (
	"sync"
	"time"
)

// health is a member's cooldown. A member is well, or cooling down until a moment,
// or, after that moment, half open: one send at a time goes through to test it.
type health struct {
	mu      sync.Mutex
	until   time.Time // zero: well
	probing bool      // half open, and a send tests the member now
}

// enter reports whether a send may go through now. probe is true when that send
// tests whether the member is well again; leave, recover or coolDown must follow.
func (h *health) enter(now time.Time) (ok, probe bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.until.IsZero() {
		return true, false
	}
	if h.probing || now.Before(h.until) {
		return false, false
	}
	h.probing = true
	return true, true
}

// leave ends a probe without a result: the send did not take place, or its outcome
// says nothing about the member's health.
func (h *health) leave(probe bool) {
	if !probe {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.probing = false
}

// recover ends the cooldown: the member accepted a message.
func (h *health) recover(probe bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.until = time.Time{}
	if probe {
		h.probing = false
	}
}

// coolDown begins a cooldown, or makes it longer. It never makes it shorter: of
// several sends that fail at the same time, the longest cooldown counts.
func (h *health) coolDown(probe bool, until time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if until.After(h.until) {
		h.until = until
	}
	if probe {
		h.probing = false
	}
}

// cooling returns when the cooldown ends; the zero time when there is none.
func (h *health) cooling() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.until
}
