package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// serve puts a world's gateway on a loopback address.
func (w *world) serve() string {
	w.Helper()
	server := httptest.NewServer(w.gateway)
	w.Cleanup(server.Close)
	return server.URL
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

func TestOverTheNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	url := w.serve()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()

	exchange[relayapi.Pulled](t, client, request(t.Context(), t, oldPhone, url+relayapi.PathPull, `{}`))
	poll := request(t.Context(), t, oldPhone, url+relayapi.PathPull, `{"wait_ms":30000}`)
	polled := make(chan relayapi.Pulled)
	go func() {
		result, err := try[relayapi.Pulled](client, poll)
		assert.NoError(t, err)
		polled <- result
	}()
	m := exchange[relayapi.Submission](t, client,
		request(t.Context(), t, shop, url+relayapi.PathSubmissions, `{"to":"13800138000","text":"Your code is 824913."}`))
	jobs := (<-polled).Jobs
	require.Len(t, jobs, 1)
	require.Equal(t, m.ID, jobs[0].ID)
}

// TestHangingUpCancels closes the connection of a waiting submission: no phone
// gets the job any more.
func TestHangingUpCancels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	url := w.serve()
	w.pulled(oldPhone)
	heard := make(chan string, 16)
	defer w.queue.Subscribe(func(c gateway.Change) { heard <- c.Job })()

	ctx, hangUp := context.WithCancel(t.Context())
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	submit := request(ctx, t, shop, url+relayapi.PathSubmissions,
		`{"to":"13800138000","text":"Your code is 824913.","wait_ms":60000}`)
	done := make(chan error)
	go func() {
		_, err := try[relayapi.Submission](client, submit)
		done <- err
	}()
	<-heard // the job is stored
	hangUp()
	require.ErrorIs(t, <-done, context.Canceled)
	id := <-heard // its state has changed
	job, err := w.queue.Job(t.Context(), id, time.Now())
	require.NoError(t, err)
	require.Equal(t, relayapi.StateCancelled, job.State)
}

func TestALargeBodyIsRefusedOverTheNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	url := w.serve()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	body := `{"to":"13800138000","text":"` + strings.Repeat("x", 2*relayapi.MaxBody) + `"}`
	response, err := client.Do(request(t.Context(), t, shop, url+relayapi.PathSubmissions, body))
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	require.Equal(t, http.StatusRequestEntityTooLarge, response.StatusCode)
}
