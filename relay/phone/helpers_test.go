package phone_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// TestMain turns the test program into the victim of TestOutboxSurvivesKill when that test
// starts it.
func TestMain(m *testing.M) {
	if url := os.Getenv(victimGateway); url != "" {
		beVictim(url)
		os.Exit(1) // it should have been killed
	}
	goleak.VerifyTestMain(m)
}

const (
	token  = "phone-token"
	number = "+8613800138000"
	body   = "Your code is 824913."
)

// inMemory is a transport that hands requests to a handler, without a network.
type inMemory struct{ handler http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.handler.ServeHTTP(recorder, r)
	}()
	select {
	case <-done:
		return recorder.Result(), nil
	case <-r.Context().Done():
		<-done // handlers end with their context
		return nil, r.Context().Err()
	}
}

// gatewayDouble is a gateway that offers the jobs that a test gives it, remembers what a
// phone reports, and responds as scripted.
type gatewayDouble struct {
	mu      sync.Mutex
	jobs    []relayapi.Job
	pulls   []relayapi.Pull
	reports []relayapi.StateReport
	times   []time.Time // of pulls
	script  []func(w http.ResponseWriter, r *http.Request) bool
}

// offers is a gateway with these jobs.
func offers(jobs ...relayapi.Job) *gatewayDouble { return &gatewayDouble{jobs: jobs} }

// then adds to the script: how the gateway responds to the next reports. One that
// returns false leaves the response to the gateway.
func (g *gatewayDouble) then(responses ...func(w http.ResponseWriter, r *http.Request) bool) {
	g.script = append(g.script, responses...)
}

// offer offers more jobs.
func (g *gatewayDouble) offer(jobs ...relayapi.Job) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.jobs = append(g.jobs, jobs...)
}

// forgetScript leaves all further responses to the gateway.
func (g *gatewayDouble) forgetScript() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.script = nil
}

func (g *gatewayDouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+token {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.URL.Path == relayapi.PathPull {
		g.pull(w, r)
		return
	}
	g.report(w, r)
}

func (g *gatewayDouble) pull(w http.ResponseWriter, r *http.Request) {
	var p relayapi.Pull
	_ = json.NewDecoder(r.Body).Decode(&p)
	g.mu.Lock()
	g.pulls = append(g.pulls, p)
	g.times = append(g.times, time.Now())
	var jobs []relayapi.Job
	if len(g.jobs) > 0 {
		jobs, g.jobs = g.jobs[:1], g.jobs[1:]
	}
	g.mu.Unlock()
	if len(jobs) == 0 {
		select {
		case <-time.After(time.Duration(p.WaitMS) * time.Millisecond):
		case <-r.Context().Done():
		}
	}
	_ = json.NewEncoder(w).Encode(relayapi.Pulled{Jobs: jobs})
}

// report responds as scripted, or stores as the gateway does: a repeated report gets
// the same response.
func (g *gatewayDouble) report(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	var next func(http.ResponseWriter, *http.Request) bool
	if len(g.script) > 0 {
		next, g.script = g.script[0], g.script[1:]
	}
	g.mu.Unlock()
	if next == nil || !next(w, r) {
		g.store(w, r)
	}
}

func (g *gatewayDouble) store(w http.ResponseWriter, r *http.Request) {
	var report relayapi.StateReport
	_ = json.NewDecoder(r.Body).Decode(&report)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.reports = append(g.reports, report)
	_ = json.NewEncoder(w).Encode(relayapi.Recorded{ID: report.ID, State: report.State})
}

// pulled is how often the phone has pulled.
func (g *gatewayDouble) pulled() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.pulls)
}

// states are the reports that arrived, as "id state".
func (g *gatewayDouble) states() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var lines []string
	for _, r := range g.reports {
		lines = append(lines, r.ID+" "+string(r.State))
	}
	return lines
}

// status responds to a report with a status and a code, and does not store it.
func status(code int, reason relayapi.ErrorCode) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(relayapi.ErrorReply{Error: relayapi.Error{Code: reason}})
		return true
	}
}

// loseResponse stores a report and responds with a broken body.
func (g *gatewayDouble) loseResponse(w http.ResponseWriter, r *http.Request) bool {
	g.store(httptest.NewRecorder(), r)
	_, _ = io.WriteString(w, `{"id":`)
	return true
}

// late makes responses late.
func late(d time.Duration) func(http.ResponseWriter, *http.Request) bool {
	return func(_ http.ResponseWriter, r *http.Request) bool {
		select {
		case <-time.After(d):
		case <-r.Context().Done():
		}
		return false
	}
}

func job(id string) relayapi.Job {
	return relayapi.Job{
		ID: id, To: number, Text: body, Lane: relayapi.DefaultLane,
		Deadline: relayapi.Time{Time: time.Now().Add(-time.Hour)}, // the phone's clock is an hour fast
		Lease:    "lease of " + id, RemainingMS: 60_000, LeaseRemainingMS: 10_000,
	}
}

// inBubble runs a subtest in a synctest bubble, beside the others.
func inBubble(t *testing.T, name string, test func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, test)
	})
}

// running is an agent that runs.
type running struct {
	*testing.T
	gateway *gatewayDouble
	sender  *phone.Fake
	log     *bytes.Buffer
	cancel  context.CancelFunc
	ended   chan error
}

// run starts an agent in a synctest bubble.
func run(t *testing.T, g *gatewayDouble, change ...func(*phone.Config)) *running {
	t.Helper()
	r := &running{T: t, gateway: g, sender: &phone.Fake{}, log: &bytes.Buffer{}, ended: make(chan error, 1)}
	cfg := phone.Config{
		BaseURL: "https://gateway.test", Token: token, Sender: r.sender,
		HTTPClient: &http.Client{Transport: inMemory{g}},
		Rand:       func() float64 { return 0 },
		Logger:     slog.New(slog.NewTextHandler(r.log, nil)),
	}
	for _, apply := range change {
		apply(&cfg)
	}
	agent, err := phone.New(cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	r.cancel = cancel
	go func() { r.ended <- agent.Run(ctx) }()
	return r
}

// newAgent is an agent with a sender of the test's own, which does not run yet.
func newAgent(t *testing.T, g *gatewayDouble, sender phone.Sender) *phone.Agent {
	t.Helper()
	agent, err := phone.New(phone.Config{
		BaseURL: "https://gateway.test", Token: token, Sender: sender, HTTPClient: &http.Client{Transport: inMemory{g}},
	})
	require.NoError(t, err)
	return agent
}

// sent waits until that many texts were sent.
func (r *running) sent(n int) []phone.Text {
	r.Helper()
	texts, err := r.sender.Wait(r.Context(), n)
	require.NoError(r, err)
	return texts
}

// stopAfter lets time go by and stops the agent.
func (r *running) stopAfter(d time.Duration) {
	r.Helper()
	elapse(d)
	r.stop()
}

// stop ends the agent and looks at what it said.
func (r *running) stop() {
	r.Helper()
	r.cancel()
	require.ErrorIs(r, <-r.ended, context.Canceled)
	require.NotContains(r, r.log.String(), "13800138000", "numbers are never logged")
	require.NotContains(r, r.log.String(), "824913", "texts are never logged")
	require.NotContains(r, r.log.String(), token, "tokens are never logged")
}

// elapse lets time go by in a synctest bubble.
func elapse(d time.Duration) { <-time.After(d) }

// blockingSender hangs until its context ends.
type blockingSender struct {
	begun  func()
	called bool
}

func (s *blockingSender) Send(ctx context.Context, _ phone.Text) error {
	s.called = true
	if s.begun != nil {
		s.begun()
	}
	<-ctx.Done()
	return ctx.Err()
}

// panickingSender panics once, in the middle of a send.
type panickingSender struct{ calls int }

func (s *panickingSender) Send(context.Context, phone.Text) error {
	s.calls++
	if s.calls == 1 {
		panic("sender")
	}
	return nil
}

// failure is the error of a sender.
func failure(t *testing.T, err error) *phone.Error {
	t.Helper()
	var failed *phone.Error
	require.ErrorAs(t, err, &failed)
	return failed
}

func text() phone.Text { return phone.Text{Job: "a", To: number, Body: body} }
