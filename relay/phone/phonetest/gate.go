package phonetest

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errAsleep ends requests when the phone falls asleep.
var errAsleep = errors.New("phonetest: the phone has fallen asleep")

// gate is the phone's way to the network, which is shut while the phone sleeps.
type gate struct {
	mu      sync.Mutex
	opens   chan struct{} // nil while open, closed when it opens
	last    int
	cancels map[int]context.CancelCauseFunc
}

// shut ends the requests that run and lets no other one begin.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opens == nil {
		g.opens = make(chan struct{})
	}
	for _, cancel := range g.cancels {
		cancel(errAsleep)
	}
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opens != nil {
		close(g.opens)
		g.opens = nil
	}
}

// enter waits until the gate is open, and returns a context for one request.
func (g *gate) enter(ctx context.Context) (request context.Context, leave func(), err error) {
	for {
		g.mu.Lock()
		opens := g.opens
		if opens == nil {
			request, cancel := context.WithCancelCause(ctx)
			if g.cancels == nil {
				g.cancels = make(map[int]context.CancelCauseFunc)
			}
			g.last++
			key := g.last
			g.cancels[key] = cancel
			g.mu.Unlock()
			return request, func() {
				g.mu.Lock()
				delete(g.cancels, key)
				g.mu.Unlock()
				cancel(nil)
			}, nil
		}
		g.mu.Unlock()
		select {
		case <-opens:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// pause waits, and tells whether the time is over rather than ctx.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
