package sim_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// handle reaches a handler in memory.
func handle(t *testing.T, f http.HandlerFunc) bench {
	t.Helper()
	return bench{client: &http.Client{Transport: sim.HandlerTransport(f)}, url: "http://memory.invalid"}
}

// The handler sees what it would see behind a server.
func TestHandlerTransportRequest(t *testing.T) {
	t.Parallel()
	var seen *http.Request
	b := handle(t, func(_ http.ResponseWriter, r *http.Request) { seen = r })
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://memory.invalid:81/a%2Fb?c=d#e", nil)
	require.NoError(t, err)
	const unusual = "X-TC-Action" // as Tencent's SDK writes it
	r.Header[unusual] = []string{"SendSms"}
	r.Header["X-Two"], r.Header["x-two"] = []string{"1"}, []string{"2"}
	r.Host = "" // http.NewRequest puts it there, others leave it in the URL
	r.Header["Host"] = []string{"stray"}
	got := b.do(r)
	require.NoError(t, got.err)
	require.Equal(t, 200, got.status)

	require.Equal(t, "memory.invalid:81", seen.Host)
	require.Equal(t, "/a%2Fb?c=d", seen.RequestURI)
	require.Equal(t, "/a%2Fb?c=d", seen.URL.String())
	require.Empty(t, seen.URL.Host)
	require.ElementsMatch(t, []string{"1", "2"}, seen.Header.Values("X-Two"))
	seen.Header.Del("X-Two")
	require.Equal(t, http.Header{"X-Tc-Action": {"SendSms"}}, seen.Header)
	require.Equal(t, "127.0.0.1:0", seen.RemoteAddr)
	require.NotNil(t, seen.Body)
	require.Equal(t, http.Header{unusual: {"SendSms"}, "X-Two": {"1"}, "x-two": {"2"}, "Host": {"stray"}}, r.Header,
		"the client's request is not changed")
}

func TestHandlerTransportResponse(t *testing.T) {
	t.Parallel()
	b := handle(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Before", "1")
		w.WriteHeader(http.StatusAccepted)
		w.Header().Set("X-After", "1")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "one ")
		_ = http.NewResponseController(w).Flush()
		_, _ = io.WriteString(w, "two")
	})
	got := b.send(t, "", "")
	require.NoError(t, got.err)
	require.Equal(t, 202, got.status)
	require.Equal(t, "one two", got.body)
	require.Equal(t, http.Header{"X-Before": {"1"}}, got.header)
}

// What a client sees beside the body, and when.
func TestHandlerTransportExchange(t *testing.T) {
	t.Parallel()
	b := handle(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "9")
		_ = http.NewResponseController(w).Flush()
		w.Header().Set("X-After", "1")
		_, _ = io.WriteString(w, "half")
		panic(http.ErrAbortHandler)
	})
	body := &closer{strings.NewReader("x"), make(chan struct{})}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url, body)
	require.NoError(t, err)
	response, err := b.client.Transport.RoundTrip(r)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	require.Equal(t, "200 OK", response.Status)
	require.Equal(t, http.Header{"Content-Length": {"9"}}, response.Header)
	require.Equal(t, int64(9), response.ContentLength, "what was promised")
	require.Same(t, r, response.Request)
	<-body.closed
}

// The answer to HEAD has the length of a body that does not come.
func TestHandlerTransportHead(t *testing.T) {
	t.Parallel()
	b := handle(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "9") })
	r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, b.url, nil)
	require.NoError(t, err)
	response, err := b.client.Transport.RoundTrip(r)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Empty(t, body)
	require.Equal(t, int64(9), response.ContentLength)
}

// A handler that promises more than it writes breaks off, with a server too.
func TestHandlerTransportKeepsItsPromise(t *testing.T) {
	t.Parallel()
	got := handle(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "9")
		_, _ = io.WriteString(w, "half")
	}).send(t, "", "")
	require.Equal(t, "half", got.body)
	require.ErrorIs(t, got.err, io.ErrUnexpectedEOF)
}

func TestHandlerTransportAborts(t *testing.T) {
	t.Parallel()
	b := handle(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	got := b.send(t, "", "")
	require.Equal(t, "half", got.body)
	require.ErrorIs(t, got.err, io.ErrUnexpectedEOF)

	got = handle(t, func(http.ResponseWriter, *http.Request) { panic(io.EOF) }).send(t, "", "")
	require.ErrorContains(t, got.err, "sim: the handler panicked: EOF", "a panic of another kind is no reset")
}

// closer notes that a body was closed.
type closer struct {
	io.Reader
	closed chan struct{}
}

func (c *closer) Close() error { close(c.closed); return nil }

func TestHandlerTransportFinishedContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	body := &closer{strings.NewReader("x"), make(chan struct{})}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://memory.invalid/", body)
	require.NoError(t, err)
	called := false
	transport := sim.HandlerTransport(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	response, err := transport.RoundTrip(r) //nolint:bodyclose // There is no response.
	require.ErrorIs(t, err, context.Canceled)
	require.Nil(t, response)
	<-body.closed // by the handler's goroutine, if there were one
	require.False(t, called)
}
