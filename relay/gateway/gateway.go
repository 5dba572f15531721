package gateway

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Gateway is the relay's service: sites submit, phones pull. It knows nothing of HTTP; a
// door, such as package relaydoor, turns requests into calls. Make it with [New] and end
// it with Shutdown or Close. It is safe for concurrent use.
type Gateway struct {
	queue    Queue
	cfg      Config
	logger   *slog.Logger
	clock    *clock
	pulls    waitingPulls
	watches  watches
	cancels  cancels
	watchers watchers
	waiters  waiters
	lanes    lanes
	paces    paces
	losses   losses

	tokens      map[Hash]Principal // of Config.Tokens
	revoked     watchers           // the pulls that wait, by their token
	revocations atomic.Uint64
	usage       usage
	registering registering
	refusals    refusals

	started time.Time
	randMu  sync.Mutex
	rand    io.Reader

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup  // requests and the sweeper
	ending  <-chan struct{} // closed when the gateway shuts down
	end     func()
	unsub   func()
}

// New returns a gateway that is ready for requests.
func New(cfg Config) (*Gateway, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	g := &Gateway{queue: cfg.Queue, cfg: cfg, logger: cfg.Logger, rand: cfg.Rand}
	g.tokens, g.started = knownTokens(cfg.Tokens), cfg.Now()
	var err error
	if g.clock, err = startClock(context.Background(), cfg); err != nil {
		return nil, fmt.Errorf("gateway: the time of the queue: %w", err)
	}
	lifetime, end := context.WithCancel(context.Background())
	g.ending, g.end = lifetime.Done(), end
	g.losses.ready = make(chan struct{}, 1)
	g.unsub = g.queue.Subscribe(g.hear)
	g.running.Go(func() { g.sweepRegularly(lifetime) })
	return g, nil
}

// hear wakes the pulls and the submissions that wait for a change.
func (g *Gateway) hear(change Change) {
	if change.Lane != "" {
		g.pulls.wake(change.Lane)
	}
	if change.Job != "" {
		g.watchers.tell(change.Job)
	}
	if change.Phone != "" {
		g.cancels.tell(change.Phone, change.Job)
		g.pulls.wakePhone(change.Phone)
	}
	if change.State == relayapi.StateUncertain {
		g.losses.add(change.Job)
	}
	if change.All {
		g.pulls.wakeAll()
		g.watchers.tellAll()
	}
}

// Shutdown ends pulls and submissions that wait, lets every other request finish, and
// refuses new ones. It returns when all have ended, or with the context's error when that
// ends first.
func (g *Gateway) Shutdown(ctx context.Context) error {
	g.mu.Lock()
	first := !g.closed
	g.closed = true
	g.mu.Unlock()
	if first {
		g.end()
		g.unsub()
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.running.Wait()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close is Shutdown without a limit of time. Requests end within the time that the
// queue needs for one call.
func (g *Gateway) Close() error { return g.Shutdown(context.Background()) }

// Begin counts a request of a door as running until end is called, so that Shutdown waits
// for its response. When the gateway is shutting down it returns [ErrShuttingDown]. The
// methods of a Gateway do so by themselves.
func (g *Gateway) Begin() (end func(), err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, ErrShuttingDown
	}
	g.running.Add(1)
	return g.running.Done, nil
}

// Ending is closed when the gateway shuts down.
func (g *Gateway) Ending() <-chan struct{} { return g.ending }

// Now is the gateway's time, to the millisecond, because queues keep times so. It never goes
// back in the life of a queue that is [Clocked].
func (g *Gateway) Now() time.Time { return g.clock.now() }

// Logger is the log of the configuration, for the lines of doors.
func (g *Gateway) Logger() *slog.Logger { return g.logger }

// elapsed is how long ago the gateway began. On the clock that a Config has by default,
// nobody can set it.
func (g *Gateway) elapsed() time.Duration { return g.cfg.Now().Sub(g.started) }

// newID returns an id that cannot be guessed. It begins with the time, so that ids of
// new jobs are neighbours in an index.
func (g *Gateway) newID(now time.Time) (string, error) {
	var random [10]byte
	err := g.fill(random[:])
	return fmt.Sprintf("%012x%x", now.UnixMilli(), random), err
}

func (g *Gateway) newLease() (string, error) {
	var lease [12]byte
	err := g.fill(lease[:])
	return hex.EncodeToString(lease[:]), err
}

func (g *Gateway) fill(b []byte) error {
	g.randMu.Lock()
	defer g.randMu.Unlock()
	_, err := io.ReadFull(g.rand, b)
	return err
}

const sweepEvery = 30 * time.Second

// sweepRegularly sweeps the queue until the gateway shuts down. No rule depends on when
// it does.
func (g *Gateway) sweepRegularly(lifetime context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			g.keepTime(lifetime)
			g.sweep(lifetime)
		case <-g.losses.ready:
			g.logLosses()
		case <-lifetime.Done():
			g.keepTime(context.WithoutCancel(lifetime))
			g.logLosses()
			return
		}
	}
}

// keepTime has the queue remember the time.
func (g *Gateway) keepTime(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, cancelTimeout)
	defer cancel()
	if err := g.clock.keep(ctx); err != nil && !errors.Is(err, ErrClosed) && ctx.Err() == nil {
		g.logger.Error("relay: the queue could not keep the time", "error", err)
	}
}

// due is what a sweep does now.
func (g *Gateway) due(now time.Time) Sweep {
	_, window := QuotaReach(g.cfg.Quotas)
	s := Sweep{
		Now: now, ClearBefore: now.Add(-g.cfg.ClearAfter), ForgetBefore: now.Add(-g.cfg.ForgetAfter),
		ForgetUsesBefore: now.Add(-BudgetMonth - budgetDay),
		// A number is needed until its job has ended and no quota counts it.
		HideBefore: now.Add(-max(window, relayapi.MaxTTL+max(g.cfg.ClearAfter, g.cfg.TakenFor))),
	}
	if g.clock.doubted() {
		s.HideBefore, s.ForgetBefore, s.ForgetUsesBefore = time.Time{}, time.Time{}, time.Time{}
	}
	return s
}

func (g *Gateway) sweep(lifetime context.Context) {
	g.usage.forget(g.elapsed())
	for {
		n, err := g.queue.Sweep(lifetime, g.due(g.Now()))
		if err != nil && lifetime.Err() == nil {
			g.logger.Error("relay: sweeping the queue failed", "error", err)
		}
		if err != nil || n == 0 {
			return
		}
	}
}
