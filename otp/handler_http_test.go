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

// inBubble serves a site in a bubble, by HTTP/1.1 or HTTP/2.
func inBubble(t *testing.T, two bool, service func(cfg *otp.Config), play func(s *site)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := offline(t, service)
		listener, protocols := make(pipes), new(http.Protocols)
		protocols.SetHTTP1(!two)
		protocols.SetUnencryptedHTTP2(two)
		server := &http.Server{Handler: s.handler, Protocols: protocols, ReadHeaderTimeout: time.Minute}
		ended := make(chan error, 1)
		go func() { ended <- server.Serve(listener) }()
		transport := &http.Transport{Protocols: protocols, DialContext: func(context.Context, string, string) (net.Conn, error) {
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

// eachProtocol plays in a bubble for each.
func eachProtocol(t *testing.T, service func(cfg *otp.Config), play func(s *site)) {
	t.Helper()
	for name, two := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, two, service, play)
		})
	}
}

// TestHandlerWaitsForNoSlowBody sends a body that never ends.
func TestHandlerWaitsForNoSlowBody(t *testing.T) {
	t.Parallel()
	eachProtocol(t, func(*otp.Config) {}, func(s *site) {
		body, drip := io.Pipe()
		go func() { _, _ = io.WriteString(drip, `{"purpose":`) }()
		r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/codes/start", body)
		require.NoError(s.t, err)
		r.Header.Set("Content-Type", "application/json")
		began := time.Now()
		answer, err := s.over.RoundTrip(r)
		require.NoError(s.t, err)
		got := s.read(answer)
		require.Equal(s.t, 10*time.Second, time.Since(began))
		require.Equal(s.t, http.StatusRequestTimeout, got.status)
		require.Equal(s.t, "body: did not arrive within 10s", got.body["detail"])
		require.NoError(s.t, body.Close())
	})
}

// TestHandlerDoesNotWaitForABodyThatItDoesNotWant sends one to where there is none.
func TestHandlerDoesNotWaitForABodyThatItDoesNotWant(t *testing.T) {
	t.Parallel()
	eachProtocol(t, func(*otp.Config) {}, func(s *site) {
		body, drip := io.Pipe()
		go func() { _, _ = io.WriteString(drip, `{"purpose":`) }()
		r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/codes/start", body)
		require.NoError(s.t, err)
		r.Header.Set("Content-Type", "text/plain")
		began := time.Now()
		answer, err := s.over.RoundTrip(r)
		require.NoError(s.t, err)
		require.Equal(s.t, http.StatusUnsupportedMediaType, s.read(answer).status)
		require.Zero(s.t, time.Since(began))
		require.NoError(s.t, body.Close())
	})
}

// TestHandlerLeavesAConnectionWhoseBodyNeverComes reads it to its end.
func TestHandlerLeavesAConnectionWhoseBodyNeverComes(t *testing.T) {
	t.Parallel()
	inBubble(t, false, func(*otp.Config) {}, func(s *site) {
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
	eachProtocol(t, func(cfg *otp.Config) { cfg.Sender = slow{} }, func(s *site) {
		began := time.Now()
		b := s.browser()
		b.start()
		require.Equal(s.t, 25*time.Second, time.Since(began))
	})
}

// TestHandlerWorksOverTLSAndHTTP2 has a browser that keeps the cookie's rules.
func TestHandlerWorksOverTLSAndHTTP2(t *testing.T) {
	t.Parallel()
	s := offline(t, func(*otp.Config) {})
	server := httptest.NewUnstartedServer(s.handler)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	s.url, s.over = server.URL, server.Client().Transport
	b := s.browser()
	id := b.start()
	got := b.check(id, s.sms.CodeFor(phone))
	require.Equal(t, http.StatusOK, got.status, "%s", got.text)
	set := got.header.Get("Set-Cookie")
	require.True(t, strings.HasPrefix(set, "__Host-cnsms-otp="), set)
	require.Contains(t, set, "; Secure")
}
