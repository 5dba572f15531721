package dashboard_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/dashboard"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What must be on no page and in no log.
const (
	wholeNumber = "13800138000"
	code        = "824913"
)

// The principals of the tests. The token of each is its name with "-token".
var (
	site     = gateway.Principal{Name: "shop", Role: gateway.RoleSite}
	oldPhone = gateway.Principal{Name: "old-phone", Role: gateway.RolePhone}
	eva      = gateway.Principal{Name: "eva", Role: gateway.RoleOperator}
)

// world is a gateway with a dashboard.
type world struct {
	*testing.T
	*gateway.Gateway

	pages      *dashboard.Dashboard
	queue      *countingQueue
	principals *slowPrincipals
	log        *safeBuffer
}

// newWorld is a world without budgets.
func newWorld(t *testing.T, change ...func(*dashboard.Options)) *world {
	t.Helper()
	return newWorldWith(t, &gateway.Budgets{}, change...)
}

func newWorldWith(t *testing.T, budgets *gateway.Budgets, change ...func(*dashboard.Options)) *world {
	t.Helper()
	w := &world{T: t, principals: &slowPrincipals{Principals: memqueue.NewPrincipals()}, log: &safeBuffer{}}
	engine := memqueue.New()
	w.queue = &countingQueue{Queue: engine}
	cfg := gateway.Config{
		Queue: w.queue, Principals: w.principals, Quotas: []gateway.Quota{}, Budgets: budgets,
		Logger: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	for _, p := range []gateway.Principal{site, oldPhone, eva} {
		cfg.Tokens = append(cfg.Tokens, gateway.Token{Name: p.Name, Role: p.Role, Hash: gateway.HashToken(p.Name + "-token")})
	}
	var err error
	w.Gateway, err = gateway.New(cfg)
	require.NoError(t, err)
	options := dashboard.Options{Principals: w.principals, AppPrefix: "/mobile/v1"}
	for _, apply := range change {
		apply(&options)
	}
	w.pages, err = dashboard.New(w.Gateway, options)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, w.Close())
		w.pages.Close()
		require.NoError(t, engine.Close())
		for _, secret := range []string{wholeNumber, code, "-token"} {
			require.NotContains(t, w.log.String(), secret, "no number, no text and no token is logged")
		}
	})
	return w
}

// slowPrincipals hold back what they find, when they are told to.
type slowPrincipals struct {
	*memqueue.Principals

	gate atomic.Pointer[<-chan struct{}]
}

func (p *slowPrincipals) hold(gate <-chan struct{}) { p.gate.Store(&gate) }

func (p *slowPrincipals) Find(ctx context.Context, token gateway.Hash) (gateway.Principal, error) {
	if gate := p.gate.Load(); gate != nil {
		<-*gate
	}
	return p.Principals.Find(ctx, token)
}

// countingQueue counts how often somebody asks for the phones, and fails when it is told to.
type countingQueue struct {
	*memqueue.Queue

	phones atomic.Int64
	broken atomic.Bool
	gate   atomic.Pointer[<-chan struct{}]
}

// hold holds back what the queue says until the gate opens.
func (q *countingQueue) hold(gate <-chan struct{}) { q.gate.Store(&gate) }

func (q *countingQueue) Phones(ctx context.Context, now time.Time) ([]gateway.PhonePresence, error) {
	if gate := q.gate.Load(); gate != nil {
		<-*gate
	}
	q.phones.Add(1)
	if q.broken.Load() {
		return nil, errors.New("the disk is gone")
	}
	return q.Queue.Phones(ctx, now)
}

func (q *countingQueue) List(ctx context.Context, f gateway.Filter) (gateway.Page, error) {
	if q.broken.Load() {
		return gateway.Page{}, errors.New("the disk is gone")
	}
	return q.Queue.List(ctx, f)
}

// phone makes the phone's pull, and so puts it online.
func (w *world) phone(device *relayapi.Device) []gateway.Job {
	w.Helper()
	jobs, err := w.Pull(w.Context(), oldPhone, gateway.PullRequest{Max: 10, Device: device})
	require.NoError(w, err)
	return jobs
}

// submit has the site submit a text.
func (w *world) submit() gateway.Job {
	w.Helper()
	done, err := w.Submit(w.Context(), site, gateway.Submission{To: wholeNumber, Text: "Your code is " + code + "."})
	require.NoError(w, err)
	return done.Job
}

// report has the phone report a state.
func (w *world) report(job gateway.Job, state relayapi.State, failure *relayapi.Failure) {
	w.Helper()
	_, err := w.Report(w.Context(), oldPhone, gateway.ReportRequest{ID: job.ID, Lease: job.Lease, State: state, Failure: failure})
	require.NoError(w, err)
}

// send has the phone send everything that waits.
func (w *world) send() {
	w.Helper()
	for _, job := range w.phone(nil) {
		w.report(job, relayapi.StateTaken, nil)
		w.report(job, relayapi.StateSent, nil)
	}
}

// browser makes requests as a browser that reads English.
type browser struct {
	*world

	cookies []*http.Cookie
	header  http.Header
}

func (w *world) browser() *browser { return &browser{world: w, header: http.Header{}} }

// loggedIn is a browser with eva's session.
func (w *world) loggedIn() *browser {
	w.Helper()
	b := w.browser()
	response := b.post("/login", url.Values{"token": {"eva-token"}})
	require.Equal(w, http.StatusSeeOther, response.Code)
	require.Equal(w, "/", response.Header().Get("Location"))
	b.cookies = response.Result().Cookies()
	require.Len(w, b.cookies, 1)
	return b
}

func (b *browser) request(ctx context.Context, method, target string, body io.Reader) *http.Request {
	r := httptest.NewRequestWithContext(ctx, method, target, body)
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", "en")
	for name, values := range b.header {
		r.Header[name] = values
	}
	for _, cookie := range b.cookies {
		r.AddCookie(cookie)
	}
	return r
}

func (b *browser) do(r *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	b.pages.ServeHTTP(recorder, r)
	require.NotContains(b, recorder.Body.String(), wholeNumber)
	require.NotContains(b, recorder.Body.String(), code)
	for _, p := range []gateway.Principal{site, oldPhone, eva} {
		require.NotContains(b, recorder.Body.String(), p.Name+"-token")
	}
	return recorder
}

func (b *browser) get(target string) *httptest.ResponseRecorder {
	b.Helper()
	return b.do(b.request(b.Context(), http.MethodGet, target, http.NoBody))
}

func (b *browser) post(target string, form url.Values) *httptest.ResponseRecorder {
	b.Helper()
	r := b.request(b.Context(), http.MethodPost, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

// page gets a page and wants it.
func (b *browser) page(target string) string {
	b.Helper()
	response := b.get(target)
	require.Equal(b, http.StatusOK, response.Code, response.Body)
	return response.Body.String()
}

// safeBuffer is a buffer for a log.
type safeBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// second is the shortest time between two looks.
const second = time.Second

// pass lets time pass, and what it brings about happen, in a bubble.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}
