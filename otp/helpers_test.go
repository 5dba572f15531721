package otp_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

const (
	typed   = "138 0013 8000"
	session = "a session's secret"
)

var (
	phone = provider.MustParsePhone(typed)
	key   = provider.Secret(strings.Repeat("k", otp.MinKey))
	other = provider.Secret(strings.Repeat("o", otp.MinKey))
)

// newService makes a service on a fake sender, without a guard. change may change its settings.
func newService(tb testing.TB, change ...func(cfg *otp.Config)) (*otp.Service, *fake.Provider) {
	tb.Helper()
	sms := &fake.Provider{}
	cfg := otp.Config{Sender: sms, Key: key, Purposes: otp.Purposes{"login": {}, "reset": {}}, Guard: otp.NoGuard}
	for _, each := range change {
		each(&cfg)
	}
	s, err := otp.New(cfg)
	require.NoError(tb, err)
	return s, sms
}

// newClocked makes a service on a store whose clock the test moves.
func newClocked(tb testing.TB, change ...func(cfg *otp.Config)) (*otp.Service, *fake.Provider, *clock) {
	tb.Helper()
	c := newClock()
	s, sms := newService(tb, append([]func(cfg *otp.Config){func(cfg *otp.Config) { cfg.Now = c.Now }}, change...)...)
	return s, sms, c
}

// newStore makes a store in memory.
func newStore(tb testing.TB, c *clock) *otp.MemoryStore {
	tb.Helper()
	store, err := otp.NewMemoryStore(otp.MemoryStoreConfig{Now: c.Now})
	require.NoError(tb, err)
	return store
}

func start() otp.StartRequest {
	return otp.StartRequest{Purpose: "login", Phone: typed, Binding: session}
}

// started starts a verification that is to succeed.
func started(tb testing.TB, s *otp.Service) otp.Verification {
	tb.Helper()
	v, err := s.Start(tb.Context(), start())
	require.NoError(tb, err)
	return v
}

func check(id, code string) otp.CheckRequest {
	return otp.CheckRequest{ID: id, Purpose: "login", Binding: session, Code: code}
}

func resend(id string) otp.ResendRequest {
	return otp.ResendRequest{ID: id, Purpose: "login", Binding: session}
}

// wrongFor returns a code that is certainly another one.
func wrongFor(code string) string {
	return strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, code)
}

// failure returns what an error of the service says.
func failure(tb testing.TB, err error) *otp.Error {
	tb.Helper()
	var e *otp.Error
	require.ErrorAs(tb, err, &e)
	return e
}

// clock is a clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// events collects what a service tells.
type events struct {
	mu  sync.Mutex
	all []otp.Event
}

func (e *events) hook(_ context.Context, event otp.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, event)
}

func (e *events) kinds() []otp.EventKind {
	e.mu.Lock()
	defer e.mu.Unlock()
	var kinds []otp.EventKind
	for _, event := range e.all {
		kinds = append(kinds, event.Kind)
	}
	return kinds
}
