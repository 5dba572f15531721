package appdoor_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/appdoor"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	privateToken = "the-private-token-of-the-tests"
	number       = "+8613800138000"
	words        = "【商店】验证码 824913，五分钟内有效。"
)

var (
	shop     = gateway.Principal{Name: "shop", Role: gateway.RoleSite}
	operator = gateway.Principal{Name: "eva", Role: gateway.RoleOperator}
)

// world is a gateway on a queue of its own with a door, called without a network.
type world struct {
	*testing.T
	*gateway.Gateway

	door  *appdoor.Door
	queue *brokenQueue
	log   *safeBuffer
}

// setup is what a test may change.
type setup struct {
	gateway.Config
	appdoor.Options
}

func newWorld(t *testing.T, change ...func(*setup)) *world {
	t.Helper()
	w := &world{T: t, queue: &brokenQueue{Queue: memqueue.New()}, log: &safeBuffer{}}
	s := setup{
		gateway.Config{
			Queue: w.queue, Principals: memqueue.NewPrincipals(), Quotas: []gateway.Quota{}, Logger: slog.New(slog.NewTextHandler(w.log, nil)),
			Tokens: []gateway.Token{{Name: "typed", Role: gateway.RolePhone, Hash: gateway.HashToken("typed-token")}},
		},
		appdoor.Options{PrivateToken: gateway.HashToken(privateToken)},
	}
	for _, c := range change {
		c(&s)
	}
	var err error
	w.Gateway, err = gateway.New(s.Config)
	require.NoError(t, err)
	w.door, err = appdoor.New(w.Gateway, s.Options)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, w.Gateway.Close())
		require.NotContains(t, w.log.String(), "panicked")
		require.NotContains(t, w.log.String(), "824913")
		require.NotContains(t, w.log.String(), number)
		require.NotContains(t, w.log.String(), privateToken)
	})
	return w
}

// brokenQueue fails while it is told to.
type brokenQueue struct {
	gateway.Queue
	mu     sync.Mutex
	broken error
}

func (q *brokenQueue) breakWith(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.broken = err
}

func (q *brokenQueue) failure() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.broken
}

func (q *brokenQueue) Offer(ctx context.Context, p gateway.Pull) (gateway.Offered, error) {
	if err := q.failure(); err != nil {
		return gateway.Offered{}, err
	}
	return q.Queue.Offer(ctx, p)
}

func (q *brokenQueue) Record(ctx context.Context, r gateway.StateReport) (gateway.Job, error) {
	if err := q.failure(); err != nil {
		return gateway.Job{}, err
	}
	return q.Queue.Record(ctx, r)
}

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

// reply is a response.
type reply struct {
	*httptest.ResponseRecorder
}

// call makes a request; authorization is the whole header.
func (w *world) call(method, path, authorization, body string) reply {
	w.Helper()
	r := httptest.NewRequestWithContext(w.Context(), method, appdoor.Prefix+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "me.capcom.smsgateway/1.68.0")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	answer := w.serve(r)
	require.Equal(w, "application/json", answer.Header().Get("Content-Type"), "else the app does not read it")
	return answer
}

func (w *world) serve(r *http.Request) reply {
	w.Helper()
	recorder := httptest.NewRecorder()
	w.door.ServeHTTP(recorder, r)
	return reply{recorder}
}

// status wants a status of a call.
func (w *world) status(want int, r reply) reply {
	w.Helper()
	require.Equal(w, want, r.Code, "%s", r.Body)
	return r
}

// app is the app on a phone that has registered.
type app struct {
	*world
	id, token string
}

const xiaomi = `{"name":"Xiaomi/cannon","pushToken":null,"news":1,"simCards":[{"slotIndex":0,"simNumber":1,"phoneNumber":"*******1234","carrierName":"****","iccid":"***1234"}]}`

// register registers a phone with the private token.
func (w *world) register() *app {
	w.Helper()
	return w.registerWith("Bearer " + privateToken)
}

func (w *world) registerWith(authorization string) *app {
	w.Helper()
	r := w.status(http.StatusCreated, w.call(http.MethodPost, "/device", authorization, xiaomi))
	var got struct{ ID, Token, Login string }
	require.NoError(w, json.Unmarshal(r.Body.Bytes(), &got))
	require.NotEmpty(w, got.Token)
	require.Equal(w, got.ID, got.Login)
	return &app{w, got.ID, got.Token}
}

// item is a message as an app reads it, without what it does not know.
type item struct {
	ID                 string
	Message            string
	TextMessage        struct{ Text string }
	PhoneNumbers       []string
	SimNumber          *int
	WithDeliveryReport *bool
	IsEncrypted        *bool
	ValidUntil         string
	CreatedAt          string
	Priority           *int
	State              string
}

// messages pulls.
func (a *app) messages() []item {
	a.Helper()
	var items []item
	r := a.status(http.StatusOK, a.as(http.MethodGet, "/message", ""))
	require.NoError(a, json.Unmarshal(r.Body.Bytes(), &items))
	require.NotNil(a, items, "an array, never null")
	return items
}

// one pulls and wants one message.
func (a *app) one() item {
	a.Helper()
	items := a.messages()
	require.Len(a, items, 1)
	return items[0]
}

func (a *app) as(method, path, body string) reply {
	a.Helper()
	return a.call(method, path, "Bearer "+a.token, body)
}

// says sends a receipt in the app's own form.
func (a *app) says(id, state, failure, states string) {
	a.Helper()
	recipient := map[string]any{"phoneNumber": number, "state": state}
	if failure != "" {
		recipient["error"] = failure
	}
	body, err := json.Marshal([]map[string]any{{
		"id": id, "state": state, "recipients": []any{recipient}, "states": json.RawMessage("{" + states + "}"),
	}})
	require.NoError(a, err)
	a.status(http.StatusNoContent, a.as(http.MethodPatch, "/message", string(body)))
}

// submitted submits a text and wants a new job.
func (w *world) submitted(change ...func(*gateway.Submission)) gateway.Job {
	w.Helper()
	s := gateway.Submission{To: number, Text: words}
	for _, c := range change {
		c(&s)
	}
	submitted, err := w.Submit(w.Context(), shop, s)
	require.NoError(w, err)
	return submitted.Job
}

// job reads a job.
func (w *world) job(id string) gateway.Job {
	w.Helper()
	job, err := w.Job(w.Context(), operator, id)
	require.NoError(w, err)
	return job
}

// is wants a state of a job.
func (w *world) is(id string, state relayapi.State) gateway.Job {
	w.Helper()
	job := w.job(id)
	require.Equal(w, state, job.State, "%+v", job.History)
	return job
}

// listener is a response that is read while it is written, inside a bubble.
type listener struct {
	*app
	header  http.Header
	status  chan int
	lines   chan string
	hang    func()
	ended   chan struct{}
	blocked chan struct{} // when set, nothing can be written
	cut     chan struct{} // closed by a write deadline
	once    sync.Once
}

func (l *listener) Header() http.Header { return l.header }
func (l *listener) WriteHeader(s int)   { l.status <- s }
func (l *listener) Flush()              {}
func (l *listener) Write(p []byte) (int, error) {
	if l.blocked != nil {
		select {
		case <-l.blocked:
		case <-l.cut:
			return 0, context.DeadlineExceeded
		}
	}
	l.lines <- string(p)
	return len(p), nil
}

func (l *listener) SetReadDeadline(time.Time) error { return nil }
func (l *listener) SetWriteDeadline(at time.Time) error {
	if !at.IsZero() {
		l.once.Do(func() { close(l.cut) })
	}
	return nil
}

// listen opens a stream.
func (a *app) listen(change ...func(*listener)) *listener {
	a.Helper()
	ctx, hang := context.WithCancel(a.Context())
	l := &listener{
		app: a, header: http.Header{}, status: make(chan int, 1), lines: make(chan string, 1000), hang: hang,
		ended: make(chan struct{}), cut: make(chan struct{}),
	}
	for _, c := range change {
		c(l)
	}
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, appdoor.Prefix+"/events", http.NoBody)
	r.Header.Set("Authorization", "Bearer "+a.token)
	go func() {
		defer close(l.ended)
		a.door.ServeHTTP(l, r)
	}()
	a.Cleanup(func() { hang(); <-l.ended })
	return l
}

// heard are the events and comments since the last call, inside a bubble.
func (l *listener) heard() []string {
	l.Helper()
	synctest.Wait()
	var lines []string
	for {
		select {
		case line := <-l.lines:
			lines = append(lines, line)
		default:
			return lines
		}
	}
}

// isOver reports whether the stream has ended.
func (l *listener) isOver() bool {
	synctest.Wait()
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

const (
	enqueued  = "event: MessageEnqueued\ndata: {}\n\n"
	settings  = "event: SettingsUpdated\ndata: {}\n\n"
	keepAlive = ":keepalive\n\n"
)

func elapse(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
	synctest.Wait()
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	all, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(all)
}

// failingPrincipals fail while they are told to.
type failingPrincipals struct {
	gateway.Principals
	mu      sync.Mutex
	failing bool
}

func (p *failingPrincipals) fail(yes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failing = yes
}

func (p *failingPrincipals) err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failing {
		return gateway.ErrClosed
	}
	return nil
}

func (p *failingPrincipals) Find(ctx context.Context, token gateway.Hash) (gateway.Principal, error) {
	if err := p.err(); err != nil {
		return gateway.Principal{}, err
	}
	return p.Principals.Find(ctx, token)
}

func (p *failingPrincipals) Redeem(ctx context.Context, r gateway.Redemption) (gateway.Principal, error) {
	if err := p.err(); err != nil {
		return gateway.Principal{}, err
	}
	return p.Principals.Redeem(ctx, r)
}

// quoted is a string in JSON.
func quoted(s string) string {
	encoded, _ := json.Marshal(s)
	return string(encoded)
}
