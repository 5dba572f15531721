package relaydoor_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestBadPathsAndMethods(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tests := []struct {
		name, method, path string
		status             int
		code               relayapi.ErrorCode
		allow              string
	}{
		{"root", "GET", "/", http.StatusNotFound, relayapi.CodeNotFound, ""},
		{"version 2", post, "/v2/messages", http.StatusNotFound, relayapi.CodeNotFound, ""},
		{"double slash", post, "//v1/messages", http.StatusNotFound, relayapi.CodeNotFound, ""},
		{"trailing slash", "GET", "/v1/messages/", http.StatusNotFound, relayapi.CodeNotFound, ""},
		{"below a message", "GET", "/v1/messages/a/b", http.StatusNotFound, relayapi.CodeNotFound, ""},
		{"list", "GET", "/v1/messages", http.StatusMethodNotAllowed, relayapi.CodeMethodNotAllowed, "DELETE, POST"},
		{"put", "PUT", "/v1/messages/a", http.StatusMethodNotAllowed, relayapi.CodeMethodNotAllowed, "DELETE, GET"},
		{"get jobs", "GET", "/v1/pull", http.StatusMethodNotAllowed, relayapi.CodeMethodNotAllowed, "POST"},
		{"post health", post, "/healthz", http.StatusMethodNotAllowed, relayapi.CodeMethodNotAllowed, "GET"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inner := w.in(t)
			r := inner.call(shop, tt.method, tt.path, nil)
			inner.refused(r, tt.status, tt.code, "")
			require.Equal(t, tt.allow, r.header.Get("Allow"))
		})
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	calls := []struct {
		name, method, path string
		roles              string
	}{
		{"submit", post, relayapi.PathSubmissions, "shop"},
		{"cancel by key", http.MethodDelete, relayapi.PathSubmissions, "shop"},
		{"status", http.MethodGet, relayapi.PathSubmissions + "/a", "shop eva"},
		{"cancel", http.MethodDelete, relayapi.PathSubmissions + "/a", "shop eva"},
		{"pull", post, relayapi.PathPull, "old-phone"},
		{"report", post, relayapi.PathStateReports, "old-phone"},
	}
	for _, tt := range calls {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inner := w.in(t)
			for _, who := range []string{shop, oldPhone, operator} {
				r := inner.call(who, tt.method, tt.path, `{`)
				if strings.Contains(tt.roles, who) {
					require.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, r.status)
				} else {
					inner.refused(r, http.StatusForbidden, relayapi.CodeForbidden, "Authorization")
				}
			}
			for _, header := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Basic shop-token", "shop-token", "Bearer shop-token extra"} {
				r := inner.call("", tt.method, tt.path, `{`, "Authorization", header)
				inner.refused(r, http.StatusUnauthorized, relayapi.CodeUnauthorized, "Authorization")
				require.Contains(t, r.header.Get("WWW-Authenticate"), "Bearer")
			}
			r := inner.call("", tt.method, tt.path, `{`, "Authorization", "bearer "+strings.Fields(tt.roles)[0]+"-token")
			require.NotEqual(t, http.StatusUnauthorized, r.status, "the scheme's case does not matter")
		})
	}
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

func TestABodyThatDoesNotComeDoesNotKeepTheGatewayOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := served(t, w, func(*http.Server) {})
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s-token\r\n"+
		"Content-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n", relayapi.PathPull, oldPhone)
	require.NoError(t, err)
	_, err = io.ReadAtLeast(conn, make([]byte, 12), 12) // "HTTP/1.1 100": the gateway reads the body now
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	require.NoError(t, w.gateway.Shutdown(ctx))
}

func TestAServersReadTimeoutDoesNotEndALongPoll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := served(t, w, func(s *http.Server) { s.ReadTimeout = 50 * time.Millisecond })
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+relayapi.PathPull, strings.NewReader(`{"wait_ms":300}`))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+oldPhone+"-token")
	r.Header.Set("Content-Type", "application/json")
	response, err := server.Client().Do(r)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.JSONEq(t, `{"jobs":[]}`, string(body))
}

// TestABodyThatNobodyReadsEndsItsConnection: the response does not wait for it.
func TestABodyThatNobodyReadsEndsItsConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, method := range map[string]string{relayapi.PathHealth: http.MethodGet, "/nowhere": http.MethodPost, relayapi.PathPull: http.MethodPost} {
		require.Equal(t, "close", w.call("", method, path, "{}").header.Get("Connection"), path)
	}
	require.Empty(t, w.call("", http.MethodPost, relayapi.PathRegister, "{}").header.Get("Connection"), "this one was read")
}
