package gateway_test

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
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
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

func tokens() []gateway.Token {
	token := func(name string, role gateway.Role) gateway.Token {
		return gateway.Token{Name: name, Role: role, Hash: gateway.HashToken(name + "-token")}
	}
	return []gateway.Token{
		token(shop, gateway.RoleSite), token(forum, gateway.RoleSite),
		token(oldPhone, gateway.RolePhone), token(newPhone, gateway.RolePhone),
		token(operator, gateway.RoleOperator),
	}
}

// world is a gateway on a queue of its own, called without a network.
type world struct {
	*testing.T
	gateway *gateway.Gateway
	queue   *memqueue.Queue
	log     *safeBuffer
}

func newWorld(t *testing.T, change ...func(*gateway.Config)) *world {
	t.Helper()
	queue := memqueue.New()
	w := &world{T: t, queue: queue, log: &safeBuffer{}}
	cfg := gateway.Config{
		Queue: queue, Tokens: tokens(), Quotas: []gateway.Quota{},
		Logger: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, apply := range change {
		apply(&cfg)
	}
	var err error
	w.gateway, err = gateway.New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, w.gateway.Close())
		require.NoError(t, queue.Close())
		require.NotContains(t, w.log.String(), "13800138000", "numbers are never logged")
		require.NotContains(t, w.log.String(), "824913", "texts are never logged")
	})
	return w
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
	w.gateway.ServeHTTP(recorder, r)
	return reply{recorder.Code, recorder.Header(), recorder.Body.Bytes()}
}

// later makes a request in the background; the channel gets the response.
func (w *world) later(call func() reply) <-chan reply {
	pending := make(chan reply, 1)
	go func() { pending <- call() }()
	return pending
}

// text is a submission that is accepted.
func text() relayapi.Submit {
	return relayapi.Submit{To: "138 0013 8000", Text: "Your code is 824913."}
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

func stateReport(job relayapi.Job, state relayapi.State) relayapi.StateReport {
	return relayapi.StateReport{ID: job.ID, Lease: job.Lease, State: state}
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
