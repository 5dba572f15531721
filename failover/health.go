package failover

import (
	"sync"
	"time"
)

// health is a member's cooldown: well, cooling down until a moment, or, after
// that moment, half open: one send at a time goes through to see.
type health struct {
	mu      sync.Mutex
	until   time.Time // zero: well
	probing bool      // half open, and a send is on its way
}

// enter asks whether a send may go through now. probe is true when it is the
// one that finds out whether the member is well again; leave must follow.
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

// leave gives a probe back without news: the send did not take place, or its
// end says nothing about the member's health.
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

// coolDown leaves the member out until then. Of several sends that fail at the
// same time, the one that ends latest counts.
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
