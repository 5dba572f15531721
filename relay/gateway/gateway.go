package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Gateway is an http.Handler that speaks relayapi. Make it with [New] and end it
// with Shutdown or Close. It is safe for concurrent use.
type Gateway struct {
	queue  Queue
	cfg    Config
	logger *slog.Logger
	tokens []knownToken
	routes map[string]methods
	job    methods // of PathSubmissions + "/" + id
	phones line
	sites  watchers

	randMu sync.Mutex
	rand   io.Reader

	mu     sync.Mutex
	closed bool
	calls  sync.WaitGroup  // calls and the sweeper
	ending <-chan struct{} // closed when the gateway goes down
	end    func()
	unsub  func()
	// afterEnd has something done after ending, unless it is stopped.
	afterEnd func(do func()) (stop func() bool)
}

// knownToken is a token as it is compared.
type knownToken struct {
	name string
	role Role
	hash [sha256.Size]byte
}

// New returns a gateway at work.
func New(cfg Config) (*Gateway, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	g := &Gateway{queue: cfg.Queue, cfg: cfg, logger: cfg.Logger, rand: cfg.Rand}
	for _, token := range cfg.Tokens {
		known := knownToken{name: token.Name, role: token.Role}
		_, _ = hex.Decode(known.hash[:], []byte(token.Hash)) // Validate has checked it
		g.tokens = append(g.tokens, known)
	}
	g.setRoutes()
	lifetime, end := context.WithCancel(context.Background())
	g.ending, g.end = lifetime.Done(), end
	g.afterEnd = func(do func()) func() bool { return context.AfterFunc(lifetime, do) }
	g.unsub = g.queue.Subscribe(g.hear)
	g.calls.Go(func() { g.sweepRegularly(lifetime) })
	return g, nil
}

// hear passes a change on to those who wait for it.
func (g *Gateway) hear(c Change) {
	if c.Lane != "" {
		g.phones.wake(c.Lane)
	}
	if c.Job != "" {
		g.sites.tell(c.Job)
	}
	if c.All {
		g.phones.wakeAll()
		g.sites.tellAll()
	}
}

// Shutdown ends long polls and waiting submissions with what there is to say, ends
// calls whose body has not come, lets every other call finish, and refuses new ones. It
// returns when all have been answered, or with the context's error when that ends first.
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
		g.calls.Wait()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close is Shutdown without a limit of time. Calls end within the time that the
// queue takes for one call.
func (g *Gateway) Close() error { return g.Shutdown(context.Background()) }

// enter counts a call in, unless the gateway is going down.
func (g *Gateway) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.calls.Add(1)
	}
	return !g.closed
}

// now is the time to the millisecond, which is what queues keep.
func (g *Gateway) now() time.Time { return g.cfg.Now().UTC().Truncate(time.Millisecond) }

// newID returns an id that nobody can guess and that begins with the time, so that
// ids of new jobs stand together in an index.
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

const (
	sweepEvery = 30 * time.Second
	// lastWord is how long a call may take that must be made although its caller has gone.
	lastWord = 5 * time.Second
)

// sweepRegularly keeps the queue tidy until the gateway goes down. Nothing depends
// on its being in time.
func (g *Gateway) sweepRegularly(lifetime context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			g.sweep(lifetime)
		case <-lifetime.Done():
			return
		}
	}
}

func (g *Gateway) sweep(lifetime context.Context) {
	for {
		now := g.now()
		n, err := g.queue.Sweep(lifetime, Sweep{
			Now: now, ClearBefore: now.Add(-g.cfg.ClearAfter), ForgetBefore: now.Add(-g.cfg.ForgetAfter),
		})
		if err != nil && lifetime.Err() == nil {
			g.logger.Error("relay: the queue could not be swept", "error", err)
		}
		if err != nil || n == 0 {
			return
		}
	}
}

// callBack cancels a job that nobody waits for any more. The caller may have gone,
// so it does not listen to the caller's context. A job that can no longer be
// cancelled comes back as it is.
func (g *Gateway) callBack(ctx context.Context, id string) (Job, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	job, err := g.queue.Cancel(ctx, Cancellation{ID: id, By: Actor{Kind: relayapi.SourceGateway}, Now: g.now()})
	if errors.Is(err, ErrNotCancellable) {
		err = nil
	}
	return job, err
}

var _ http.Handler = (*Gateway)(nil)
