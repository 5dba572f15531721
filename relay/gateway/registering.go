package gateway

import (
	"errors"
	"maps"
	"sync"
	"time"
)

// registering counts the registration codes that were refused lately. Codes that this gateway
// has made are good whatever others guess: strangers must not keep devices out.
type registering struct {
	mu     sync.Mutex
	failed window
	made   map[Hash]time.Duration // until when; those that were not used
}

// mostMade bounds the memory. Further codes are as those of another process.
const mostMade = 1000

// add notes a code that was made.
func (r *registering) add(code Hash, now, ends time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.made, func(_ Hash, ends time.Duration) bool { return now >= ends })
	if len(r.made) >= mostMade {
		return
	}
	if r.made == nil {
		r.made = map[Hash]time.Duration{}
	}
	r.made[code] = ends
}

// room returns a [*LimitError] when too many codes were refused, unless the gateway has made
// this one.
func (r *registering) room(code Hash, now time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ends, ok := r.made[code]; ok && now < ends {
		return nil
	}
	if wait := r.failed.full(failedRegistrations, now, time.Minute); wait > 0 {
		return &LimitError{failedRegistrations, "refused registrations a minute", wait}
	}
	return nil
}

// note counts an error that says that a code is no good. Such a code, and one that was used, is
// known no more.
func (r *registering) note(code Hash, err error, now time.Duration) {
	bad := errors.Is(err, ErrRegistrationUnknown) || errors.Is(err, ErrRegistrationUsed) || errors.Is(err, ErrRegistrationExpired)
	r.mu.Lock()
	defer r.mu.Unlock()
	if bad || err == nil {
		delete(r.made, code)
	}
	if bad {
		r.failed.add(now, time.Minute)
	}
}
