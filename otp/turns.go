package otp

import (
	"context"
	"sync"
)

// turns has equal requests of one process wait for each other, so that the second finds
// what the first has stored. Without that, a guard would refuse the second click of a
// double click, before the first has stored anything. Of two processes the store decides,
// and the second click may then be told to wait.
type turns struct {
	mu    sync.Mutex
	taken map[string]*turn
}

// turn is a place in a queue for one key.
type turn struct {
	free    chan struct{}
	waiting int
}

// take waits for the turn of a key, and returns what gives it back.
func (t *turns) take(ctx context.Context, key string) (giveBack func(), err error) {
	t.mu.Lock()
	if t.taken == nil {
		t.taken = map[string]*turn{}
	}
	mine := t.taken[key]
	if mine == nil {
		mine = &turn{free: make(chan struct{}, 1)}
		mine.free <- struct{}{}
		t.taken[key] = mine
	}
	mine.waiting++
	t.mu.Unlock()
	leave := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if mine.waiting--; mine.waiting == 0 {
			delete(t.taken, key)
		}
	}
	select {
	case <-mine.free:
		return func() {
			mine.free <- struct{}{}
			leave()
		}, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
