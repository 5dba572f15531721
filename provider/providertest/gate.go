package providertest

import (
	"sync"
	"sync/atomic"
	"time"
)

// gate holds callers until so many have come, so that all are there at the same
// time. Later ones pass.
type gate struct {
	missing atomic.Int64
	open    chan struct{}
	opening sync.Once
}

// longestWait is when a gate opens anyway: a provider may send one by one.
const longestWait = 2 * time.Second

func newGate(callers int64) *gate {
	g := &gate{open: make(chan struct{})}
	g.missing.Store(callers)
	return g
}

// pass waits until the gate is open.
func (g *gate) pass() {
	if g.missing.Add(-1) == 0 {
		g.release()
	}
	timer := time.NewTimer(longestWait)
	defer timer.Stop()
	select {
	case <-g.open:
	case <-timer.C:
		g.release()
	}
}

func (g *gate) release() { g.opening.Do(func() { close(g.open) }) }
