package main

import (
	"net/http"
	"sync"
)

// callCounter is a handler that knows when no call is running.
type callCounter struct {
	next http.Handler

	mu      sync.Mutex
	changed sync.Cond
	running int
}

func newCallCounter(next http.Handler) *callCounter {
	c := &callCounter{next: next}
	c.changed.L = &c.mu
	return c
}

func (c *callCounter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.add(1)
	defer c.add(-1)
	c.next.ServeHTTP(w, r)
}

func (c *callCounter) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running += n
	c.changed.Broadcast()
}

// wait returns when no call is running.
func (c *callCounter) wait() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.running > 0 {
		c.changed.Wait()
	}
}
