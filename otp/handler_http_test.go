package otp_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
)

// pipes is a listener whose connections live in a bubble of synctest.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	conn, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (p pipes) Close() error {
	close(p)
	return nil
}

func (p pipes) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "127.0.0.1:1" }

// inBubble serves a site in a bubble, by HTTP/1.1: that of Go 1.25 has no HTTP/2.
func inBubble(t *testing.T, service func(cfg *otp.Config), play func(s *site)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := offline(t, service)
		listener := make(pipes)
		server := &http.Server{Handler: s.handler, ReadHeaderTimeout: time.Minute}
		ended := make(chan error, 1)
		go func() { ended <- server.Serve(listener) }()
		transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			client, conn := net.Pipe()
			listener <- conn
			return client, nil
		}}
		s.url, s.over = "http://127.0.0.1", transport
		play(s)
		transport.CloseIdleConnections()
		require.NoError(t, server.Close())
		require.ErrorIs(t, <-ended, http.ErrServerClosed)
	})
}

// drip begins a body that does not end before the test does.
func (s *site) drip(contentType string) reply {
	s.t.Helper()
	body, writer := io.Pipe()
	go func() { _, _ = io.WriteString(writer, `{"purpose":`) }()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/codes/start", body)
	require.NoError(s.t, err)
	r.Header.Set("Content-Type", contentType)
	answer, err := s.over.RoundTrip(r)
	require.NoError(s.t, err)
	got := s.read(answer)
	require.NoError(s.t, body.Close())
	return got
}

func TestHandlerWaitsForNoSlowBody(t *testing.T) {
	t.Parallel()
	inBubble(t, func(*otp.Config) {}, func(s *site) {
		began := time.Now()
		got := s.drip("application/json")
		require.Equal(s.t, 10*time.Second, time.Since(began))
		require.Equal(s.t, http.StatusRequestTimeout, got.status)
		require.Equal(s.t, "body: did not arrive within 10s", got.body["detail"])
	})
}

func TestHandlerWaitsForNoSlowBodyOverHTTP2(t *testing.T) {
	t.Parallel()
	s := overTLS(t)
	require.Equal(t, http.StatusUnsupportedMediaType, s.drip("text/plain").status)
	otp.SetBodyTime(s.served, 20*time.Millisecond)
	got := s.drip("application/json")
	require.Equal(t, http.StatusRequestTimeout, got.status)
	require.Equal(t, 2, got.proto)
}

func TestHandlerDoesNotWaitForABodyThatItDoesNotWant(t *testing.T) {
	t.Parallel()
	inBubble(t, func(*otp.Config) {}, func(s *site) {
		began := time.Now()
		require.Equal(s.t, http.StatusUnsupportedMediaType, s.drip("text/plain").status)
		require.Zero(s.t, time.Since(began))
	})
}

// TestHandlerLeavesAConnectionWhoseBodyNeverComes reads it to its end.
func TestHandlerLeavesAConnectionWhoseBodyNeverComes(t *testing.T) {
	t.Parallel()
	inBubble(t, func(*otp.Config) {}, func(s *site) {
		conn, err := s.over.(*http.Transport).DialContext(s.t.Context(), "tcp", "")
		require.NoError(s.t, err)
		began := time.Now()
		_, err = io.WriteString(conn, "POST /codes/start HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nbegin")
		require.NoError(s.t, err)
		answer, err := io.ReadAll(conn)
		require.NoError(s.t, err)
		require.Contains(s.t, string(answer), "HTTP/1.1 415 ")
		require.LessOrEqual(s.t, time.Since(began), 6*time.Second)
	})
}

// slow is a provider that takes its time.
type slow struct{}

func (slow) Name() string { return "slow" }

func (slow) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	select {
	case <-ctx.Done():
		return provider.Receipt{}, ctx.Err()
	case <-time.After(25 * time.Second):
		return provider.Receipt{Provider: "slow", ID: "1", To: m.To, At: time.Now()}, nil
	}
}

// TestHandlersTimeForBodiesIsNoneForSending has a service that answers late.
func TestHandlersTimeForBodiesIsNoneForSending(t *testing.T) {
	t.Parallel()
	inBubble(t, func(cfg *otp.Config) { cfg.Sender = slow{} }, func(s *site) {
		began := time.Now()
		b := s.browser()
		b.start()
		require.Equal(s.t, 25*time.Second, time.Since(began))
	})
}

// overTLS is a site by HTTP/2.
func overTLS(t *testing.T) *site {
	t.Helper()
	s := offline(t, func(*otp.Config) {})
	server := httptest.NewUnstartedServer(s.handler)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	s.url, s.over = server.URL, server.Client().Transport
	return s
}

// TestHandlerWorksOverTLSAndHTTP2 has a browser that keeps the cookie's rules.
func TestHandlerWorksOverTLSAndHTTP2(t *testing.T) {
	t.Parallel()
	s := overTLS(t)
	b := s.browser()
	id := b.start()
	got := b.check(id, s.sms.CodeFor(phone))
	require.Equal(t, http.StatusOK, got.status, "%s", got.text)
	set := got.header.Get("Set-Cookie")
	require.True(t, strings.HasPrefix(set, "__Host-cnsms-otp="), set)
	require.Contains(t, set, "; Secure")
}
