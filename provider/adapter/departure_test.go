package adapter_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// TestNothingLeft covers failures after which it is certain that no request left.
func TestNothingLeft(t *testing.T) {
	t.Parallel()
	secure := newServer(t, http.NotFoundHandler())
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{strangeCertificate(t)}}
	secure.StartTLS()

	tests := []struct {
		name string
		cfg  adapter.Config
	}{
		{name: "connection refused", cfg: adapter.Config{BaseURL: closedPort}},
		{name: "connection refused, own client", cfg: adapter.Config{BaseURL: closedPort, HTTPClient: ownClient(t)}},
		{name: "certificate not trusted", cfg: adapter.Config{BaseURL: secure.URL}},
		{name: "certificate not trusted, own client", cfg: adapter.Config{BaseURL: secure.URL, HTTPClient: ownClient(t)}},
		{name: "silent transport, dial error", cfg: adapter.Config{HTTPClient: &http.Client{
			Transport: failing{&net.OpError{Op: "dial", Err: errors.New("no")}},
		}}},
		{name: "silent transport, lookup error", cfg: adapter.Config{HTTPClient: &http.Client{
			Transport: failing{&net.DNSError{Err: "no such host"}},
		}}},
		{name: "silent transport, any error before it reads", cfg: adapter.Config{HTTPClient: &http.Client{Transport: failing{io.EOF}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := post(t.Context(), newClient(t, tt.cfg))
			require.False(t, requireFailure(t, err).MayHaveSent)
		})
	}
	_, err := newClient(t, adapter.Config{BaseURL: closedPort}).NewCall(provider.OpSend).Do(t.Context(), adapter.Request{Method: http.MethodGet})
	require.False(t, requireFailure(t, err).MayHaveSent, "nor of a request without content")
}

// strangeCertificate is one that nobody trusts.
func strangeCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}

func TestUnclearFailureMayHaveSent(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{
		errors.New("something"), io.EOF, &net.OpError{Op: "read", Err: errors.New("reset")}, &net.OpError{Op: "dial", Err: errors.New("no")},
	} {
		_, err := post(t.Context(), clientOver(t, failingLate(cause)))
		require.True(t, requireFailure(t, err).MayHaveSent, "%v", cause)
		require.ErrorIs(t, err, cause)
		_, err = clientOver(t, failing{cause}).NewCall(provider.OpSend).Do(t.Context(), adapter.Request{Method: http.MethodGet})
		require.True(t, requireFailure(t, err).MayHaveSent, "a request without content leaves unread: %v", cause)
	}
}

func TestNeitherResponseNorErrorMayHaveSent(t *testing.T) {
	t.Parallel()
	_, err := post(t.Context(), clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		readBody(t, r)
		return nil, nil
	})))
	require.True(t, requireFailure(t, err).MayHaveSent)
}

// TestN5ProofOnly has transports whose errors say that there was no connection. What
// they have read proves the contrary.
func TestN5ProofOnly(t *testing.T) {
	t.Parallel()
	noConnection := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	no2 := map[string]func(string, *tls.Conn) http.RoundTripper{} // net/http would register https itself
	registered := &http.Transport{TLSNextProto: no2}
	registered.RegisterProtocol("https", failingLate(noConnection))
	registeredSilent := &http.Transport{TLSNextProto: no2}
	registeredSilent.RegisterProtocol("https", failing{noConnection})
	sendsAndDials := func(r *http.Request) (*http.Response, error) {
		require.Equal(t, r.ContentLength, int64(len(readBody(t, r))), "all of it has gone out, and the answer was lost")
		return nil, fmt.Errorf("second try: %w", noConnection)
	}
	tests := []struct {
		name      string
		transport http.RoundTripper
		want      bool
	}{
		{name: "RegisterProtocol, read", transport: registered, want: true},
		{name: "RegisterProtocol, not read", transport: registeredSilent},
		{name: "sends, fails and dials again", transport: roundTrip(sendsAndDials), want: true},
		{name: "reads one byte", want: true, transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			_, _ = r.Body.Read(make([]byte, 1))
			return nil, noConnection
		})},
		{name: "reads nothing", transport: failing{noConnection}},
		{name: "closes only", transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return nil, errors.Join(r.Body.Close(), noConnection)
		})},
		{name: "response and error", want: true, transport: roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK}, noConnection
		})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := clientOver(t, tt.transport)
			_, err := post(t.Context(), c)
			require.Equal(t, tt.want, requireFailure(t, err).MayHaveSent)
			_, err = c.NewCall(provider.OpSend).Do(t.Context(), adapter.Request{Method: http.MethodGet, Query: "to=1"})
			require.True(t, requireFailure(t, err).MayHaveSent, "without content nothing shows that it has not left")
			_, err = c.NewCall(provider.OpBalance).Do(t.Context(), adapter.Request{})
			require.False(t, requireFailure(t, err).MayHaveSent, "no text comes of a query")
		})
	}
}

// TestN5WithdrawnRequestNeverLeaves has a transport that fails and reads the request
// when the send has long been over.
func TestN5WithdrawnRequestNeverLeaves(t *testing.T) {
	t.Parallel()
	kept := make(chan *http.Request, 1)
	c := clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		kept <- r
		return nil, io.ErrClosedPipe
	}))
	_, err := post(t.Context(), c)
	require.False(t, requireFailure(t, err).MayHaveSent)
	content, err := io.ReadAll((<-kept).Body)
	require.Empty(t, content)
	require.ErrorContains(t, err, "given up")
}

// TestN5LateReader has a transport that reads while the send ends. Whatever comes
// first, the error agrees with what was read.
func TestN5LateReader(t *testing.T) {
	t.Parallel()
	for range 200 {
		ctx, cancel := context.WithCancel(t.Context())
		read := make(chan string, 1)
		c := clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			go func() {
				content, _ := io.ReadAll(r.Body)
				read <- string(content)
			}()
			cancel()
			<-r.Context().Done()
			return nil, r.Context().Err()
		}))
		_, err := post(ctx, c)
		require.ErrorIs(t, err, context.Canceled)
		if content := <-read; requireFailure(t, err).MayHaveSent {
			require.Equal(t, "hello", content)
		} else {
			require.Empty(t, content)
		}
	}
}

// TestN5EndBetweenConnectionAndWrite ends the context when there is a connection and
// nothing is written yet. Whatever net/http makes of that, the error agrees with what
// was written.
func TestN5EndBetweenConnectionAndWrite(t *testing.T) {
	t.Parallel()
	for range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		c := newClient(t, adapter.Config{BaseURL: "http://127.0.0.1"})
		own := adapter.OwnTransport(c)
		written := make(chan int64, 1)
		own.DialContext = func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				n, _ := io.Copy(io.Discard, server)
				written <- n
			}()
			cancel()
			return client, nil
		}
		_, err := post(ctx, c)
		require.ErrorIs(t, err, context.Canceled)
		own.CloseIdleConnections()
		if n := <-written; !requireFailure(t, err).MayHaveSent {
			require.Zero(t, n)
		}
	}
}
