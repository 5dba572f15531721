package phonetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// AppConfig says how an app is set up.
type AppConfig struct {
	// URL is the server's, with its prefix and without a slash at its end, as in
	// "https://host/mobile/v1". Required.
	URL string
	// PrivateToken is the one that is typed into the settings. It registers the device, now and
	// whenever it has to register again. Without it the app sends an empty one.
	PrivateToken string
	// Code registers the device once, in the place of the private token ("By code").
	Code string
	// Login and Password register it in an account that exists ("Sign in").
	Login, Password string
	// Name is the device's; empty means "Xiaomi/cannon".
	Name string
	// SIMs are its SIMs; none means one.
	SIMs []AppSIM
	// Client does the requests; nil means one of the app's own. Its Timeout is not used.
	Client *http.Client
	// Timeout ends a request but the stream; 0 means 30 seconds. It is this fake's own: that of
	// the app is not known.
	Timeout time.Duration
	// Radio says what becomes of each text; nil means that each leaves at once.
	Radio Radio
	// Settings are those of the phone at the first start.
	Settings AppSettings
	// Skew is how far the phone's clock is ahead of the test's.
	Skew time.Duration
	// Seed chooses delays between texts and random SIMs.
	Seed uint64
}

// AppSIM is a SIM as the app tells of it, with all but the last four characters masked.
type AppSIM struct{ Number, Carrier, ICCID string }

// App is the fake of the Android app. It is safe for concurrent use.
type App struct {
	cfg    AppConfig
	client *http.Client
	base   string
	air    air
	gate   gate
	life   sync.Mutex // held by Start and Close

	mu       sync.Mutex
	dice     *rand.Rand
	identity identity
	settings AppSettings
	atStart  AppSettings // what the running app has read at its start
	token    string      // the private token, as the settings have it now
	codeUsed bool
	running  *process
	timers   map[*time.Timer]struct{}
	answers  []func() // what the radio has said while the app was not running
	store    store
	receipts []*receipt
	sends    sendTimes
	webhooks []AppWebhook
	events   map[string]int
}

// identity is what a registration gives a device.
type identity struct {
	ID       string `json:"id"`
	Token    string `json:"token"`
	Login    string `json:"login"`
	Password string `json:"password,omitempty"`
}

// Errors of Start.
var (
	// ErrCrashed: the first registration failed, and the app has crashed.
	ErrCrashed = errors.New("phonetest: the app's first registration failed and it has crashed; start it again")
	// ErrRunning: it runs already.
	ErrRunning = errors.New("phonetest: the app runs already")
)

// NewApp is an app that is installed and set up, and not running.
func NewApp(cfg AppConfig) *App {
	if cfg.Name == "" {
		cfg.Name = "Xiaomi/cannon"
	}
	if len(cfg.SIMs) == 0 {
		cfg.SIMs = []AppSIM{{}}
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.Client == nil {
		cfg.Client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	}
	return &App{
		cfg: cfg, client: &http.Client{Transport: cfg.Client.Transport, Jar: cfg.Client.Jar},
		base: cfg.URL, token: cfg.PrivateToken, settings: cfg.Settings,
		dice:  rand.New(rand.NewPCG(cfg.Seed, 1)), //nolint:gosec // a test's dice are no secret
		store: store{byID: make(map[string]*message)}, timers: make(map[*time.Timer]struct{}), events: make(map[string]int),
	}
}

// Start starts the app, for the first time or after Kill and ForceStop. The first time it
// returns when the device is registered, or with an error that wraps ErrCrashed: so the app does, and so
// does a user start it again. ctx bounds the registration alone.
func (a *App) Start(ctx context.Context) error {
	a.life.Lock()
	defer a.life.Unlock()
	a.mu.Lock()
	if a.running != nil && !a.running.killed {
		a.mu.Unlock()
		return ErrRunning
	}
	before := a.running
	a.mu.Unlock()
	if before != nil {
		before.all.Wait()
	}
	known := true
	if id, _ := a.Registered(); id == "" {
		known = false
		if err := a.register(ctx); err != nil {
			return errors.Join(ErrCrashed, err)
		}
	}
	a.begin(context.WithoutCancel(ctx), known)
	return nil
}

// Return starts an app that was killed or stopped.
func (a *App) Return(ctx context.Context) error { return a.Start(ctx) }

// Kill ends the app's process, as a phone does that needs memory. Its database, its receipts and
// what the radio says meanwhile survive. It does not wait for what runs, so that a Radio can call it.
func (a *App) Kill() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.kill()
}

// ForceStop ends the app as the button in Android's settings does: its database survives, its
// receipts and the radio's answers are lost.
func (a *App) ForceStop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.kill()
	a.receipts, a.answers = nil, nil
	a.stopTimers()
}

// kill needs a.mu.
func (a *App) kill() {
	if a.running != nil {
		a.running.killed = true
		a.running.cancel()
	}
}

// stopTimers needs a.mu.
func (a *App) stopTimers() {
	for timer := range a.timers {
		timer.Stop()
	}
	clear(a.timers)
}

// Close ends the app and waits until nothing of it runs.
func (a *App) Close() {
	a.life.Lock()
	defer a.life.Unlock()
	a.ForceStop()
	a.mu.Lock()
	p := a.running
	a.mu.Unlock()
	if p != nil {
		p.all.Wait()
	}
}

// Sleep takes the network away, as Doze does: streams and requests end, and what falls due waits
// for Wake.
func (a *App) Sleep() { a.gate.shut() }

// Wake brings the network back.
func (a *App) Wake() { a.gate.open() }

// Registered is the id and the token that the server gave the device; empty before.
func (a *App) Registered() (id, token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.identity.ID, a.identity.Token
}

// Sent is every text that left over the air, in order.
func (a *App) Sent() []Text { return a.air.sent() }

// Wait waits until n texts have left, or ctx ends.
func (a *App) Wait(ctx context.Context, n int) ([]Text, error) { return a.air.wait(ctx, n) }

// now is the phone's clock.
func (a *App) now() time.Time { return time.Now().Add(a.cfg.Skew) }
