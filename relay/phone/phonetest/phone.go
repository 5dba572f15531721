package phonetest

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// PhoneConfig says how a phone is set up.
type PhoneConfig struct {
	// URL is the gateway's, as in "https://gateway.example". Required.
	URL string
	// Token is the phone's. Required.
	Token string
	// Client does the requests; nil means one of the phone's own. Its Timeout is not used.
	Client *http.Client
	// Lanes are those that it serves; none means the default lane.
	Lanes []string
	// Max is how many jobs it asks for at once; 0 means 1.
	Max int
	// Wait is how long a pull waits for a job; 0 means 25 seconds, below 0 not at all.
	Wait time.Duration
	// Every is the pause between two pulls that brought nothing new; 0 means a second.
	Every time.Duration
	// Unasked makes it send what it is handed, without asking.
	Unasked bool
	// Device is what it says of itself with each pull.
	Device *relayapi.Device
	// Radio says what becomes of each text; nil means that each leaves at once.
	Radio Radio
	// Skew is how far the phone's clock is ahead of the test's.
	Skew time.Duration
}

// Phone is a fake phone at the gateway's own door: it speaks [relayapi]. It keeps what became of
// its texts across Kill, and repeats each report until the gateway has answered. It is safe for
// concurrent use.
type Phone struct {
	cfg    PhoneConfig
	client *http.Client
	air    air
	gate   gate
	life   sync.Mutex // held by Start and Close

	mu      sync.Mutex
	cancel  context.CancelFunc // of the process; nil before the first start
	all     sync.WaitGroup
	news    chan struct{}
	known   map[string]relayapi.StateReport // what became of a job; without State while it is with the radio
	reports []relayapi.StateReport
	timers  map[*time.Timer]struct{}
	refused []relayapi.ErrorCode
}

// NewPhone is a phone that does not run yet.
func NewPhone(cfg PhoneConfig) *Phone {
	if cfg.Client == nil {
		cfg.Client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	}
	switch {
	case cfg.Wait == 0:
		cfg.Wait = 25 * time.Second
	case cfg.Wait < 0:
		cfg.Wait = 0
	}
	if cfg.Every == 0 {
		cfg.Every = time.Second
	}
	return &Phone{
		cfg: cfg, client: &http.Client{Transport: cfg.Client.Transport, Jar: cfg.Client.Jar},
		news: make(chan struct{}, 1), known: make(map[string]relayapi.StateReport), timers: make(map[*time.Timer]struct{}),
	}
}

// Start starts the phone, for the first time or after Kill. One that runs is left alone.
func (p *Phone) Start() {
	p.life.Lock()
	defer p.life.Unlock()
	p.mu.Lock()
	runs := p.cancel != nil
	p.mu.Unlock()
	if runs {
		return
	}
	p.all.Wait()
	ctx, cancel := context.WithCancel(context.Background())
	p.mu.Lock()
	p.cancel = cancel
	p.mu.Unlock()
	p.all.Go(func() { p.pullAll(ctx) })
	p.all.Go(func() { p.reportAll(ctx) })
}

// Return starts a phone that was killed.
func (p *Phone) Return() { p.Start() }

// Kill ends the phone's program. What became of its texts survives; a job that it has taken and
// not sent yet does not. It does not wait for what runs, so that a Radio can call it.
func (p *Phone) Kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
}

// Close ends the phone and waits until nothing of it runs.
func (p *Phone) Close() {
	p.life.Lock()
	defer p.life.Unlock()
	p.Kill()
	p.mu.Lock()
	for timer := range p.timers {
		timer.Stop()
	}
	clear(p.timers)
	p.mu.Unlock()
	p.all.Wait()
}

// Sleep takes the network away, as Doze does: requests end, and what falls due waits for Wake.
func (p *Phone) Sleep() { p.gate.shut() }

// Wake brings the network back.
func (p *Phone) Wake() { p.gate.open() }

// Sent is every text that left over the air, in order.
func (p *Phone) Sent() []Text { return p.air.sent() }

// Wait waits until n texts have left, or ctx ends.
func (p *Phone) Wait(ctx context.Context, n int) ([]Text, error) { return p.air.wait(ctx, n) }

// Unreported is how many reports wait for the gateway's answer.
func (p *Phone) Unreported() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.reports)
}

// Refused are the codes with which the gateway has refused requests, in order.
func (p *Phone) Refused() []relayapi.ErrorCode {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]relayapi.ErrorCode(nil), p.refused...)
}

func (p *Phone) now() time.Time { return time.Now().Add(p.cfg.Skew) }
