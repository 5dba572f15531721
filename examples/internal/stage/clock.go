package stage

import (
	"sync"
	"time"
)

// Clock is the time of an example, which turns it forward instead of waiting. It is safe for
// concurrent use.
type Clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

// Now is the time of day, and what the clock has been turned forward.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

// Forward turns the clock forward.
func (c *Clock) Forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}
