package phonetest

import (
	"context"
	"sync"
	"time"
)

// process is the app from a start to its end.
type process struct {
	cancel  context.CancelFunc
	all     sync.WaitGroup
	killed  bool          // guarded by App.mu
	pull    worker        // every 15 minutes, and with every event and ping
	others  [2]worker     // settings, webhooks
	sending chan struct{} // there may be a text to send
	report  chan struct{} // there may be a receipt to upload
	again   chan struct{} // the user has signed up again
	current *connection   // guarded by App.mu
}

// begin starts a process.
func (a *App) begin(ctx context.Context, known bool) {
	ctx, cancel := context.WithCancel(ctx)
	p := &process{cancel: cancel, sending: make(chan struct{}, 1), report: make(chan struct{}, 1), again: make(chan struct{}, 1)}
	p.pull = newWorker(15*time.Minute, a.pull)
	p.others = [2]worker{newWorker(24*time.Hour, a.fetchSettings), newWorker(24*time.Hour, a.fetchWebhooks)}
	a.mu.Lock()
	a.running = p
	a.atStart = a.settings
	for _, r := range a.receipts {
		r.runs = false
	}
	for _, answer := range a.answers {
		answer()
	}
	a.answers = nil
	a.mu.Unlock()
	run := func(f func(context.Context)) { p.all.Go(func() { f(ctx) }) }
	run(p.pull.run)
	run(p.others[0].run)
	run(p.others[1].run)
	run(func(ctx context.Context) { a.sendAll(ctx, p) })
	run(func(ctx context.Context) { a.reportAll(ctx, p) })
	run(func(ctx context.Context) {
		for next(ctx, p.again) {
			a.registered(ctx, p)
		}
	})
	if every := a.Settings().PingSeconds; every > 0 {
		run(func(ctx context.Context) { a.ping(ctx, p, time.Duration(every)*time.Second) })
	}
	if known {
		run(func(ctx context.Context) { a.update(ctx, p) })
		return
	}
	a.registered(ctx, p)
}

// registered is what the app does with a registration event: it opens a stream, beside one that
// may be open, and pulls.
func (a *App) registered(ctx context.Context, p *process) {
	_, token := a.Registered()
	p.pull.replace()
	p.all.Go(func() { a.stream(ctx, p, token) })
}

// ping replaces the pull worker every interval. Facts: app v1.68.0, read in November 2026.
func (a *App) ping(ctx context.Context, p *process, every time.Duration) {
	for pause(ctx, every) {
		if _, leave, err := a.gate.enter(ctx); err == nil {
			leave()
			p.pull.replace()
		}
	}
}

// nudge tells a goroutine that there may be work.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// next waits for a nudge, and tells whether one came rather than the end of ctx.
func next(ctx context.Context, c <-chan struct{}) bool {
	select {
	case <-c:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
