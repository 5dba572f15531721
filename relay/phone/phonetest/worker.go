package phonetest

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Back-off of WorkManager with the app's settings: exponential from 10 seconds, up to
// WorkManager's own limit of 5 hours. Facts: app v1.68.0, read in November 2026.
const (
	firstPause   = 10 * time.Second
	longestPause = 5 * time.Hour
)

// backOff is the pause after the nth failure in a row.
func backOff(failures int) time.Duration {
	if failures > 20 {
		return longestPause
	}
	return min(firstPause<<max(failures-1, 0), longestPause)
}

// worker is a periodic piece of work that can be replaced: what runs is ended and thrown away,
// its failures are forgotten, and it runs anew at once.
type worker struct {
	every time.Duration
	do    func(context.Context) error
	kick  chan struct{}
	mu    *sync.Mutex
	end   *context.CancelFunc // of what runs
}

func newWorker(every time.Duration, do func(context.Context) error) worker {
	end := context.CancelFunc(func() {})
	return worker{every: every, do: do, kick: make(chan struct{}, 1), mu: &sync.Mutex{}, end: &end}
}

// replace replaces it.
func (w worker) replace() {
	w.mu.Lock()
	defer w.mu.Unlock()
	(*w.end)()
	nudge(w.kick)
}

// run works until ctx ends, for the first time at once.
func (w worker) run(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		once, end := context.WithCancel(ctx)
		w.mu.Lock()
		*w.end = end
		w.mu.Unlock()
		err := w.do(once)
		replaced := once.Err() != nil
		end()
		wait := w.every
		switch {
		case replaced:
			failures = 0
		case errors.Is(err, errAsleep):
			continue // the system runs it again when there is a network
		case err != nil:
			failures++
			wait = backOff(failures)
		default:
			failures = 0
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-w.kick:
			failures = 0
		case <-ctx.Done():
		}
		timer.Stop()
	}
}
