package main

import (
	"sync"
	"time"
)

// clock is the time of everything here that waits: who tries the page turns it forward
// instead of waiting.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

// Now is the time of day, and what the clock has been turned forward.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}
