package gateway

import (
	"errors"
	"sync"
	"time"
)

// registering counts the registration codes that were refused lately.
type registering struct {
	mu     sync.Mutex
	failed window
}

// room returns a [*LimitError] when too many codes were refused.
func (r *registering) room(now time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if wait := r.failed.full(failedRegistrations, now, time.Minute); wait > 0 {
		return &LimitError{failedRegistrations, "refused registrations a minute", wait}
	}
	return nil
}

// note counts an error that says that a code is no good.
func (r *registering) note(err error, now time.Duration) {
	if !errors.Is(err, ErrRegistrationUnknown) && !errors.Is(err, ErrRegistrationUsed) && !errors.Is(err, ErrRegistrationExpired) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed.add(now, time.Minute)
}
