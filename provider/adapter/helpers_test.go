package adapter_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newClient makes a client of a service named test, whose address is
// https://a.invalid unless cfg says otherwise.
func newClient(tb testing.TB, cfg adapter.Config) *adapter.Client {
	tb.Helper()
	cfg.Service, cfg.NoTemplates = "test", true
	if cfg.BaseURL == "" {
		cfg.BaseURL = "https://a.invalid"
	}
	c, err := adapter.New(cfg)
	require.NoError(tb, err)
	tb.Cleanup(adapter.OwnTransport(c).CloseIdleConnections)
	return c
}

// clientOver is a client whose requests go to that transport, and no further.
func clientOver(tb testing.TB, transport http.RoundTripper) *adapter.Client {
	tb.Helper()
	return newClient(tb, adapter.Config{HTTPClient: &http.Client{Transport: transport}})
}

// post sends the request that the tests use.
func post(ctx context.Context, c *adapter.Client) (adapter.Reply, error) {
	return c.NewSend(provider.Message{}).Do(ctx, adapter.Request{
		Path: "/send", Query: "sig=SIGNATURE", Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("hello"),
	})
}

// newServer makes a server for the length of the test. It is not started yet.
func newServer(tb testing.TB, handler http.Handler) *httptest.Server {
	tb.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	tb.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server
}

// serve starts a server for the length of the test.
func serve(tb testing.TB, handler http.HandlerFunc) (baseURL string) {
	tb.Helper()
	server := newServer(tb, handler)
	server.Start()
	return server.URL
}

// requireFailure checks what holds for every failed exchange.
func requireFailure(tb testing.TB, err error) *provider.Error {
	tb.Helper()
	var failure *provider.Error
	require.ErrorAs(tb, err, &failure)
	require.Equal(tb, provider.KindUnavailable, failure.Kind)
	require.Equal(tb, "test", failure.Provider)
	require.NotContains(tb, err.Error(), "SIGNATURE", "the address may hold secrets")
	return failure
}

// readBody reads the body of a request as a transport does.
func readBody(tb testing.TB, r *http.Request) string {
	tb.Helper()
	content, err := io.ReadAll(r.Body)
	require.NoError(tb, err)
	require.NoError(tb, r.Body.Close())
	return string(content)
}

// inBubble runs a subtest in a synctest bubble, beside the others.
func inBubble(t *testing.T, name string, test func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, test)
	})
}

// roundTrip is a transport.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// failing is a transport that does nothing, and fails.
type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

// failingLate is a transport that reads the request, and fails.
func failingLate(err error) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		_, readErr := io.Copy(io.Discard, r.Body)
		return nil, errors.Join(readErr, err)
	})
}

// odd is a transport that returns what it holds, such as a test double that
// leaves out what http.Client would put in.
type odd struct{ response *http.Response }

func (o odd) RoundTrip(*http.Request) (*http.Response, error) { return o.response, nil }

// reader is the body of a response.
type reader func() (int, error)

func (r reader) Read([]byte) (int, error) { return r() }

// ownClient is a user's own client over a transport of net/http.
func ownClient(tb testing.TB) *http.Client {
	tb.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 256}
	tb.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

const okReply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

// readRequest reads one request to its end.
func readRequest(in *bufio.Reader) error {
	r, err := http.ReadRequest(in)
	if err == nil {
		_, err = io.Copy(io.Discard, r.Body)
	}
	return err
}

// listen listens on a loopback address.
func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}

// closedPort is an address at which nobody listens. The system never gives out port 1;
// one that was free a moment ago may have been taken by another test.
const closedPort = "http://127.0.0.1:1"
