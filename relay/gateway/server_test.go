package gateway_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// served puts a world's gateway behind a real server.
func served(t *testing.T, w *world, change func(*http.Server)) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(w.gateway)
	change(server.Config)
	server.Start()
	t.Cleanup(server.Close)
	return server
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
