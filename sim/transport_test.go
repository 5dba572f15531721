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
	r.Header["Host"] = []string{"stray"}
	got := b.do(r)
	require.NoError(t, got.err)
	require.Equal(t, 200, got.status)

	require.Equal(t, "memory.invalid:81", seen.Host)
	require.Equal(t, "/a%2Fb?c=d", seen.RequestURI)
	require.Equal(t, "/a%2Fb?c=d", seen.URL.String())
	require.Empty(t, seen.URL.Host)
	require.Equal(t, http.Header{"X-Tc-Action": {"SendSms"}}, seen.Header)
	require.NotNil(t, seen.Body)
	require.Equal(t, http.Header{unusual: {"SendSms"}, "Host": {"stray"}}, r.Header, "the client's request is not changed")
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
