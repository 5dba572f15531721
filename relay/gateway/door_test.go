package gateway_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// smsDoor is a second door, for phones only. It has its own paths, words and way to name a
// token, and tells its phones of work over a stream of events:
//
//	GET  /events  an event "work" whenever there may be work
//	POST /pull    the next text: {"id", "key", "number", "body"}, or 204
//	POST /claim   before the text is sent: {"id", "key"}; 409 means that it must not be
//	POST /done    after it was sent: {"id", "key"}
//
// The token is the password of HTTP Basic authentication.
type smsDoor struct{ relay *gateway.Gateway }

// sms is a text as this door writes it.
type sms struct {
	ID     string `json:"id"`
	Key    string `json:"key"`
	Number string `json:"number,omitempty"`
	Body   string `json:"body,omitempty"`
}

func (d smsDoor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	end, err := d.relay.Begin()
	if err != nil {
		answerError(w, err)
		return
	}
	defer end()
	_, token, _ := r.BasicAuth()
	phone, err := d.relay.Authenticate(r.Context(), token)
	if err != nil {
		answerError(w, err)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /events":
		err = d.events(w, r, phone)
	case "POST /pull":
		err = d.pull(w, r, phone)
	case "POST /claim":
		err = d.report(w, r, phone, relayapi.StateTaken)
	case "POST /done":
		err = d.report(w, r, phone, relayapi.StateSent)
	default:
		http.NotFound(w, r)
	}
	if err != nil {
		answerError(w, err)
	}
}

func (d smsDoor) events(w http.ResponseWriter, r *http.Request, phone gateway.Principal) error {
	changed, stop, err := d.relay.Watch(phone, nil)
	if err != nil {
		return err
	}
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		select {
		case <-changed:
			if _, err := w.Write([]byte("event: work\ndata:\n\n")); err != nil {
				return nil
			}
			if err := http.NewResponseController(w).Flush(); err != nil {
				return nil
			}
		case <-r.Context().Done():
			return nil
		case <-d.relay.Ending():
			return nil
		}
	}
}

func (d smsDoor) pull(w http.ResponseWriter, r *http.Request, phone gateway.Principal) error {
	jobs, err := d.relay.Pull(r.Context(), phone, gateway.PullRequest{})
	if err != nil {
		return err
	}
	if len(jobs) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	job := jobs[0]
	return json.NewEncoder(w).Encode(sms{ID: job.ID, Key: job.Lease, Number: string(job.To), Body: string(job.Text)})
}

func (d smsDoor) report(w http.ResponseWriter, r *http.Request, phone gateway.Principal, state relayapi.State) error {
	var body sms
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<12)).Decode(&body); err != nil {
		return &gateway.FieldError{Field: "body", Problem: "not JSON"}
	}
	_, err := d.relay.Report(r.Context(), phone, gateway.ReportRequest{ID: body.ID, Lease: body.Key, State: state})
	return err
}

func answerError(w http.ResponseWriter, err error) {
	status := http.StatusConflict // the rules': do not send
	var field *gateway.FieldError
	var forbidden *gateway.ForbiddenError
	switch {
	case errors.Is(err, gateway.ErrUnauthorized):
		status = http.StatusUnauthorized
	case errors.As(err, &forbidden):
		status = http.StatusForbidden
	case errors.As(err, &field):
		status = http.StatusBadRequest
	case errors.Is(err, gateway.ErrShuttingDown), errors.Is(err, gateway.ErrQueueFailed):
		status = http.StatusServiceUnavailable
	}
	http.Error(w, err.Error(), status)
}

// callAt makes a request at a door, and decodes a response that has a body.
func callAt(ctx context.Context, url, scheme, token, body string, answer any) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.SetBasicAuth("", token)
	if scheme == "Bearer" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if answer != nil {
		err = json.NewDecoder(response.Body).Decode(answer)
	}
	return response.StatusCode, err
}

// at calls the second door, and wants a status.
func at(t *testing.T, url, token, body string, status int) {
	t.Helper()
	got, err := callAt(t.Context(), url, "Basic", token, body, nil)
	require.NoError(t, err)
	require.Equal(t, status, got)
}

// stream is a phone's stream of events.
type stream struct {
	*testing.T

	lines *bufio.Scanner
}

func openStream(t *testing.T, url, token string) stream {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/events", http.NoBody)
	require.NoError(t, err)
	r.SetBasicAuth("", token)
	events, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, events.Body.Close()) })
	return stream{t, bufio.NewScanner(events.Body)}
}

// next waits for an event.
func (s stream) next() {
	s.Helper()
	for _, line := range []string{"event: work", "data:", ""} {
		require.True(s, s.lines.Scan())
		require.Equal(s, line, s.lines.Text())
	}
}

func serve(t *testing.T, door http.Handler) (url string) {
	t.Helper()
	server := httptest.NewServer(door)
	t.Cleanup(server.Close)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return server.URL
}

// TestASecondDoorStandsBesideTheFirst has a site at one door and its phone at the other.
func TestASecondDoorStandsBesideTheFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := serve(t, relaydoor.New(w.Gateway)), serve(t, smsDoor{w.Gateway})
	events := openStream(t, second, "old-phone-token")
	events.next() // there may be work from before
	at(t, second+"/pull", "old-phone-token", "", http.StatusNoContent)

	var submission relayapi.Submission
	answered := make(chan error, 1)
	go func() {
		_, err := callAt(t.Context(), first+relayapi.PathSubmissions, "Bearer", "shop-token",
			`{"to":"13800138000","text":"Your code is 824913.","wait_ms":60000}`, &submission)
		answered <- err
	}()
	events.next()
	var job sms
	_, err := callAt(t.Context(), second+"/pull", "Basic", "old-phone-token", "", &job)
	require.NoError(t, err)
	require.Equal(t, "+8613800138000", job.Number)
	require.Equal(t, "Your code is 824913.", job.Body)
	body := `{"id":"` + job.ID + `","key":"` + job.Key + `"}`
	at(t, second+"/claim", "new-phone-token", body, http.StatusConflict)
	at(t, second+"/claim", "old-phone-token", body, http.StatusOK)
	at(t, second+"/done", "old-phone-token", body, http.StatusOK)
	require.NoError(t, <-answered)
	require.Equal(t, job.ID, submission.ID)
	require.Equal(t, relayapi.StateSent, submission.State)
	require.Equal(t, oldPhone.Name, submission.Phone)

	require.NoError(t, w.Shutdown(t.Context()), "the stream ends by itself")
	require.False(t, events.lines.Scan())
	at(t, second+"/pull", "old-phone-token", "", http.StatusServiceUnavailable)
}

func TestTheSecondDoorRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	door := serve(t, smsDoor{w.Gateway})
	at(t, door+"/pull", "", "", http.StatusUnauthorized)
	at(t, door+"/pull", "x", "", http.StatusUnauthorized)
	at(t, door+"/pull", "shop-token", "", http.StatusForbidden)
	at(t, door+"/done", "old-phone-token", "{", http.StatusBadRequest)
	at(t, door+"/done", "old-phone-token", "{}", http.StatusBadRequest)
	at(t, door+"/other", "old-phone-token", "", http.StatusNotFound)
	w.queue.breakWith(gateway.ErrClosed)
	at(t, door+"/pull", "old-phone-token", "", http.StatusServiceUnavailable)
}
