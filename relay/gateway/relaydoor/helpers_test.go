package relaydoor_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The tokens of the tests are the names of their holders with "-token".
const (
	shop     = "shop"
	forum    = "forum"
	oldPhone = "old-phone"
	newPhone = "new-phone"
	operator = "eva"
)

const (
	post = http.MethodPost
	bad  = http.StatusBadRequest
)

func tokens() []gateway.Token {
	token := func(name string, role gateway.Role) gateway.Token {
		return gateway.Token{
			Name: name, Role: role, Hash: gateway.HashToken(name + "-token"), Lanes: []string{gateway.AnyLane},
			Limits: gateway.Limits{RequestsPerSecond: -1, OpenPulls: -1},
		}
	}
	return []gateway.Token{
		token(shop, gateway.RoleSite), token(forum, gateway.RoleSite),
		token(oldPhone, gateway.RolePhone), token(newPhone, gateway.RolePhone),
		token(operator, gateway.RoleOperator),
	}
}

func (w *world) cancel(who, id string) reply {
	w.Helper()
	return w.call(who, http.MethodDelete, relayapi.PathSubmissions+"/"+id, nil)
}

func (w *world) cancelKey(key string) reply {
	w.Helper()
	return w.call(shop, http.MethodDelete, relayapi.PathSubmissions, nil, relayapi.HeaderIdempotencyKey, key)
}

// world is a gateway on a queue of its own, called without a network.
type world struct {
	*testing.T
	gateway *gateway.Gateway
	door    http.Handler
	queue   *memqueue.Queue
	log     *safeBuffer
}

// refused reads a reply that must be a refusal.
func (w *world) refused(r reply, status int, code relayapi.ErrorCode, field string) relayapi.Error {
	w.Helper()
	err := as[relayapi.ErrorReply](w, r, status).Error
	require.Equal(w, code, err.Code, "%s", r.body)
	require.Equal(w, field, err.Field, "%s", r.body)
	require.NotEmpty(w, err.Message)
	return err
}

// call makes a request and waits for the response.
func (w *world) call(who, method, path string, body any, header ...string) reply {
	w.Helper()
	return w.callWith(w.Context(), who, method, path, body, header...)
}

func (w *world) callWith(ctx context.Context, who, method, path string, body any, header ...string) reply {
	w.Helper()
	var reader io.Reader = http.NoBody
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		encoded, err := json.Marshal(body)
		require.NoError(w, err)
		reader = bytes.NewReader(encoded)
	}
	r := httptest.NewRequestWithContext(ctx, method, path, reader)
	r.Header.Set("Content-Type", "application/json")
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+who+"-token")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	recorder := httptest.NewRecorder()
	w.door.ServeHTTP(recorder, r)
	answered := reply{recorder.Code, recorder.Header(), recorder.Body.Bytes()}
	w.holds(method, r.URL.Path, answered)
	return answered
}

// later makes a request in the background; the channel gets the response.
func (w *world) later(call func() reply) <-chan reply {
	pending := make(chan reply, 1)
	go func() { pending <- call() }()
	return pending
}

func (w *world) submit(body relayapi.Submit, header ...string) reply {
	w.Helper()
	return w.call(shop, http.MethodPost, relayapi.PathSubmissions, body, header...)
}

// submitted submits and wants a new job.
func (w *world) submitted(body relayapi.Submit, header ...string) relayapi.Submission {
	w.Helper()
	return as[relayapi.Submission](w, w.submit(body, header...), http.StatusCreated)
}

// created waits for the response to a submission and wants a new job.
func (w *world) created(pending <-chan reply) relayapi.Submission {
	w.Helper()
	return as[relayapi.Submission](w, <-pending, http.StatusCreated)
}

func (w *world) pull(who string, body relayapi.Pull) reply {
	w.Helper()
	return w.call(who, http.MethodPost, relayapi.PathPull, body)
}

// pulled pulls without waiting; it also puts the phone online.
func (w *world) pulled(who string) []relayapi.Job {
	w.Helper()
	return as[relayapi.Pulled](w, w.pull(who, relayapi.Pull{Max: 10}), http.StatusOK).Jobs
}

// pulledOne pulls and wants one job.
func (w *world) pulledOne(who string) relayapi.Job {
	w.Helper()
	jobs := w.pulled(who)
	require.Len(w, jobs, 1)
	return jobs[0]
}

func (w *world) report(who string, r relayapi.StateReport) reply {
	w.Helper()
	return w.call(who, http.MethodPost, relayapi.PathStateReports, r)
}

// reported reports a state and wants it accepted.
func (w *world) reported(who string, job relayapi.Job, state relayapi.State) relayapi.Recorded {
	w.Helper()
	return as[relayapi.Recorded](w, w.report(who, stateReport(job, state)), http.StatusOK)
}

func (w *world) status(id string) relayapi.Submission {
	w.Helper()
	return as[relayapi.Submission](w, w.call(shop, http.MethodGet, relayapi.PathSubmissions+"/"+id, nil), http.StatusOK)
}

// serve puts a world's gateway on a loopback address.
func (w *world) serve() string {
	w.Helper()
	server := httptest.NewServer(w.door)
	w.Cleanup(server.Close)
	return server.URL
}

// longPoll pulls for thirty seconds in the background.
func (w *world) longPoll(ctx context.Context, who string) <-chan reply {
	body := relayapi.Pull{WaitMS: 30 * second}
	pending := w.later(func() reply { return w.callWith(ctx, who, http.MethodPost, relayapi.PathPull, body) })
	synctest.Wait()
	return pending
}

func (w *world) storedText(id string) string {
	w.Helper()
	job, err := w.queue.Job(w.Context(), id, time.Now())
	require.NoError(w, err)
	return string(job.Text)
}

// waiting submits with a wait of ten seconds, in the background.
func (w *world) waiting(ctx context.Context, header ...string) <-chan reply {
	body := text()
	body.WaitMS = 10 * second
	pending := w.later(func() reply { return w.callWith(ctx, shop, http.MethodPost, relayapi.PathSubmissions, body, header...) })
	synctest.Wait()
	return pending
}

func newWorld(t *testing.T, change ...func(*gateway.Config)) *world {
	t.Helper()
	queue := memqueue.New()
	w := &world{T: t, queue: queue, log: &safeBuffer{}}
	cfg := gateway.Config{
		Budgets: &gateway.Budgets{},
		Queue:   queue, Tokens: tokens(), Quotas: []gateway.Quota{},
		Logger: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: withoutTime})),
	}
	for _, apply := range change {
		apply(&cfg)
	}
	var err error
	w.gateway, err = gateway.New(cfg)
	require.NoError(t, err)
	w.door = relaydoor.New(w.gateway)
	t.Cleanup(func() {
		require.NoError(t, w.gateway.Close())
		require.NoError(t, queue.Close())
		require.NotContains(t, w.log.String(), "13800138000", "numbers are never logged")
		require.NotContains(t, w.log.String(), "824913", "texts are never logged")
	})
	return w
}

// inBubble runs a subtest in a synctest bubble, beside the others.
func inBubble(t *testing.T, name string, test func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, test)
	})
}

// newOnlineWorld is a world in which oldPhone is online.
func newOnlineWorld(t *testing.T, change ...func(*gateway.Config)) *world {
	t.Helper()
	w := newWorld(t, change...)
	w.pulled(oldPhone)
	return w
}

// in is the same gateway for a subtest.
func (w *world) in(t *testing.T) *world {
	t.Helper()
	return &world{T: t, gateway: w.gateway, door: w.door}
}

// reply is a response of the gateway.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// as reads a reply that must have a status.
func as[T any](w *world, r reply, status int) T {
	w.Helper()
	require.Equal(w, status, r.status, "%s", r.body)
	require.Equal(w, "application/json", r.header.Get("Content-Type"))
	var value T
	require.NoError(w, json.Unmarshal(r.body, &value))
	return value
}

// taken is the one job that oldPhone pulls; it has been reported taken.
func (w *world) taken() relayapi.Job {
	w.Helper()
	job := w.pulledOne(oldPhone)
	w.reported(oldPhone, job, relayapi.StateTaken)
	return job
}

// requireJob wants a pull to have brought the job of that submission only.
func requireJob(t *testing.T, want relayapi.Submission, got []relayapi.Job) {
	t.Helper()
	require.Len(t, got, 1)
	require.Equal(t, want.ID, got[0].ID)
}

func stateReport(job relayapi.Job, state relayapi.State) relayapi.StateReport {
	return relayapi.StateReport{ID: job.ID, Lease: job.Lease, State: state}
}

// text is a submission that is accepted.
func text() relayapi.Submit {
	return relayapi.Submit{To: "138 0013 8000", Text: "Your code is 824913."}
}

func jobs(w *world, pending <-chan reply) []relayapi.Job {
	w.Helper()
	return as[relayapi.Pulled](w, <-pending, http.StatusOK).Jobs
}

func request(ctx context.Context, t testing.TB, who, url, body string) *http.Request {
	t.Helper()
	r, err := newRequest(ctx, who, url, body)
	require.NoError(t, err)
	return r
}

func newRequest(ctx context.Context, who, url, body string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err == nil {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+who+"-token")
	}
	return r, err
}

// exchange makes a request over the network and decodes a successful response.
func exchange[T any](t testing.TB, client *http.Client, r *http.Request) T {
	t.Helper()
	value, err := try[T](client, r)
	require.NoError(t, err)
	return value
}

// try is exchange for goroutines, which must not end a test.
func try[T any](client *http.Client, r *http.Request) (value T, err error) {
	response, err := client.Do(r)
	if err != nil {
		return value, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if response.StatusCode >= http.StatusMultipleChoices {
		return value, fmt.Errorf("status %d", response.StatusCode)
	}
	return value, json.NewDecoder(response.Body).Decode(&value)
}

// served puts a world's gateway behind a real server.
func served(t *testing.T, w *world, change func(*http.Server)) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(w.door)
	change(server.Config)
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// steps are a history as text.
func steps(m relayapi.Submission) []string {
	var lines []string
	for _, step := range m.History {
		line := strings.TrimSpace(string(step.State) + " " + string(step.Source) + " " + step.Name)
		lines = append(lines, line)
	}
	return lines
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

const second = int(time.Second / time.Millisecond)

// elapse lets time go by in a synctest bubble.
func elapse(d time.Duration) { <-time.After(d) }

// withoutTime leaves the time of day out of a log, whose digits could be anything.
func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
