package httpx_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

func newClient(t *testing.T, cfg httpx.Config) *httpx.Client {
	t.Helper()
	cfg.Provider = "test"
	require.NoError(t, cfg.Validate())
	c, err := httpx.New(cfg)
	require.NoError(t, err)
	return c
}

// clientOver is a client whose requests go to that transport, and no further.
func clientOver(t *testing.T, transport http.RoundTripper) *httpx.Client {
	t.Helper()
	return newClient(t, httpx.Config{BaseURL: "https://a.invalid", HTTPClient: &http.Client{Transport: transport}})
}

// post sends the request that the tests use.
func post(ctx context.Context, c *httpx.Client) (httpx.Reply, error) {
	return c.Do(ctx, httpx.Request{
		Op: provider.OpSend, Method: http.MethodPost, URL: c.URL("/send", "sig=SIGNATURE"),
		Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("hello"),
	})
}

// serve starts a server for the length of the test.
func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func requireFailure(t *testing.T, err error) *provider.Error {
	t.Helper()
	var failure *provider.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, provider.KindUnavailable, failure.Kind)
	require.Equal(t, "test", failure.Provider)
	require.NotContains(t, err.Error(), "SIGNATURE", "the address may hold secrets")
	return failure
}

func TestDo(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", r.Method+" "+r.URL.String()+" "+r.Header.Get("Content-Type")+" "+string(body))
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "reply")
	})
	reply, err := post(t.Context(), newClient(t, httpx.Config{BaseURL: base + "/prefix/"}))
	require.NoError(t, err, "a status is the adapter's business")
	require.Equal(t, http.StatusTeapot, reply.Status)
	require.Equal(t, "reply", string(reply.Body))
	require.Equal(t, "POST /prefix/send?sig=SIGNATURE text/plain hello", reply.Header.Get("X-Seen"))
}

func TestDoWithoutBody(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Method) })
	c := newClient(t, httpx.Config{BaseURL: base})
	reply, err := c.Do(t.Context(), httpx.Request{Op: provider.OpStatus, Method: http.MethodGet, URL: c.URL("/", "")})
	require.NoError(t, err)
	require.Equal(t, "GET", string(reply.Body))
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			var followed atomic.Int32
			target := serve(t, func(http.ResponseWriter, *http.Request) { followed.Add(1) })
			base := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target, status) })
			_, err := post(t.Context(), newClient(t, httpx.Config{BaseURL: base, HTTPClient: &http.Client{}}))
			failure := requireFailure(t, err)
			require.True(t, failure.MayHaveSent)
			require.Equal(t, status, failure.HTTPStatus)
			require.Zero(t, followed.Load())
		})
	}
}

func TestBrokenReplies(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", httpx.MaxReply+1)
	tests := []struct {
		name    string
		handler http.HandlerFunc
	}{
		{name: "larger than announced to be allowed", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1048577")
			_, _ = io.WriteString(w, large)
		}},
		{name: "large without a length", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, large)
		}},
		{name: "truncated", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "short")
		}},
		{name: "broken off before the reply", handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := post(t.Context(), newClient(t, httpx.Config{BaseURL: serve(t, tt.handler)}))
			require.True(t, requireFailure(t, err).MayHaveSent)
		})
	}
}

func TestReplyOfExactlyTheLimit(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1048576")
		_, _ = io.WriteString(w, strings.Repeat("x", httpx.MaxReply))
	})
	reply, err := post(t.Context(), newClient(t, httpx.Config{BaseURL: base}))
	require.NoError(t, err)
	require.Len(t, reply.Body, httpx.MaxReply)
}

// TestNothingLeft covers failures after which it is certain that no request left.
func TestNothingLeft(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closedPort := "http://" + listener.Addr().String()
	require.NoError(t, listener.Close())
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = nil
	t.Cleanup(secure.Close)

	tests := []struct {
		name string
		cfg  httpx.Config
	}{
		{name: "connection refused", cfg: httpx.Config{BaseURL: closedPort}},
		{name: "certificate not trusted", cfg: httpx.Config{BaseURL: secure.URL}},
		{name: "silent transport, dial error", cfg: httpx.Config{BaseURL: "https://a.invalid", HTTPClient: &http.Client{
			Transport: failing{&net.OpError{Op: "dial", Err: errors.New("no")}},
		}}},
		{name: "silent transport, lookup error", cfg: httpx.Config{BaseURL: "https://a.invalid", HTTPClient: &http.Client{
			Transport: failing{&net.DNSError{Err: "no such host"}},
		}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := post(t.Context(), newClient(t, tt.cfg))
			require.False(t, requireFailure(t, err).MayHaveSent)
		})
	}
}

// TestRequestThatCannotBeMade has a header that net/http refuses to write.
func TestRequestThatCannotBeMade(t *testing.T) {
	t.Parallel()
	c := newClient(t, httpx.Config{BaseURL: serve(t, func(http.ResponseWriter, *http.Request) {})})
	_, err := c.Do(t.Context(), httpx.Request{
		Op: provider.OpSend, Method: http.MethodPost, URL: c.URL("/", ""),
		Header: http.Header{"Authorization": {"Bearer token\n"}}, Body: []byte("hello"),
	})
	require.False(t, requireFailure(t, err).MayHaveSent)
	require.NotContains(t, err.Error(), "token")
}

// failing is a transport that tells nothing of what it does, and fails.
type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

func TestUnclearFailureMayHaveSent(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{
		errors.New("something"), io.EOF, &net.OpError{Op: "read", Err: errors.New("reset")},
	} {
		c := clientOver(t, failing{cause})
		_, err := post(t.Context(), c)
		require.True(t, requireFailure(t, err).MayHaveSent, "%v", cause)
		require.ErrorIs(t, err, cause)
	}
}

// odd is a transport that returns what it holds, such as a test double that
// leaves out what http.Client would put in.
type odd struct{ response *http.Response }

func (o odd) RoundTrip(*http.Request) (*http.Response, error) { return o.response, nil }

func TestOddTransports(t *testing.T) {
	t.Parallel()
	do := func(response *http.Response) (httpx.Reply, error) {
		return post(t.Context(), clientOver(t, odd{response}))
	}
	reply, err := do(&http.Response{StatusCode: http.StatusNoContent})
	require.NoError(t, err)
	require.Equal(t, httpx.Reply{Status: http.StatusNoContent, Body: []byte{}}, reply, "a response without a body")

	_, err = do(nil)
	require.True(t, requireFailure(t, err).MayHaveSent, "neither a response nor an error")
}

// reader is the body of a response.
type reader func() (int, error)

func (r reader) Read([]byte) (int, error) { return r() }

// roundTrip is a transport.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A transport gets what http.NewRequest would have made.
func TestRequestIsComplete(t *testing.T) {
	t.Parallel()
	var seen *http.Request
	c := clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		seen = r
		return &http.Response{StatusCode: http.StatusOK}, nil
	}))
	_, err := post(t.Context(), c)
	require.NoError(t, err)
	require.Equal(t, "a.invalid", seen.Host)
	require.Equal(t, int64(len("hello")), seen.ContentLength)
	for range 2 {
		body, err := seen.GetBody()
		require.NoError(t, err)
		content, err := io.ReadAll(body)
		require.NoError(t, err)
		require.Equal(t, "hello", string(content))
	}
	_, err = c.Do(t.Context(), httpx.Request{Op: provider.OpStatus, Method: http.MethodGet, URL: c.URL("/", "")})
	require.NoError(t, err)
	require.NotNil(t, seen.Header, "transports add headers")
	require.Nil(t, seen.Body)
}

// closing is a body that counts how often it is closed.
type closing struct {
	io.Reader
	closed int
}

func (c *closing) Close() error { c.closed++; return nil }

// A body that stays open keeps its connection from being used again.
func TestBodyIsClosed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		status int
		length int64
	}{
		{"good reply", http.StatusOK, 5},
		{"redirect", http.StatusFound, 5},
		{"too large", http.StatusOK, httpx.MaxReply + 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			body := &closing{Reader: strings.NewReader("reply")}
			_, _ = post(t.Context(), clientOver(t, odd{&http.Response{StatusCode: test.status, ContentLength: test.length, Body: body}}))
			require.Equal(t, 1, body.closed)
		})
	}
}

func TestReplyAnnouncedTooLargeIsNotRead(t *testing.T) {
	t.Parallel()
	body := io.NopCloser(reader(func() (int, error) {
		t.Error("the body was read")
		return 0, io.EOF
	}))
	_, err := post(t.Context(), clientOver(t, odd{&http.Response{StatusCode: http.StatusOK, ContentLength: httpx.MaxReply + 1, Body: body}}))
	require.ErrorContains(t, err, "the reply is larger than 1 MiB")
}

// The end of the context shows in the error, and once, whatever the transport
// makes of it.
func TestEndOfTheContextShows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		cause error
		want  string
	}{
		{"as it is", context.Canceled, "test: send: unavailable: context canceled (HTTP 202) (may have been sent)"},
		{"as something else", io.ErrClosedPipe, "test: send: unavailable: io: read/write on closed pipe; context canceled (HTTP 202) (may have been sent)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			body := io.NopCloser(reader(func() (int, error) {
				cancel()
				return 0, test.cause
			}))
			_, err := post(ctx, clientOver(t, odd{&http.Response{StatusCode: http.StatusAccepted, Body: body}}))
			require.ErrorIs(t, err, context.Canceled)
			require.EqualError(t, err, test.want)
		})
	}
}

func TestStatusesBesideRedirects(t *testing.T) {
	t.Parallel()
	for status, redirects := range map[int]bool{299: false, 300: true, 399: true, 400: false} {
		_, err := post(t.Context(), clientOver(t, odd{&http.Response{StatusCode: status, Body: http.NoBody}}))
		require.Equal(t, redirects, err != nil, status)
	}
}

func TestNewTransport(t *testing.T) {
	t.Parallel()
	transport := httpx.NewTransport()
	require.NotSame(t, http.DefaultTransport, transport)
	require.Zero(t, transport.MaxIdleConns, "no limit over all hosts")
	require.Equal(t, 256, transport.MaxIdleConnsPerHost)
	require.Equal(t, 90*time.Second, transport.IdleConnTimeout)
	require.Equal(t, 5*time.Second, transport.TLSHandshakeTimeout)
	require.NotNil(t, transport.Proxy)
	require.True(t, transport.ForceAttemptHTTP2)
}

func TestAddressIsTakenOutOfErrors(t *testing.T) {
	t.Parallel()
	cause := errors.New(`Post "https://a.invalid/send?sig=SIGNATURE": broken`)
	for _, err := range []error{cause, &url.Error{Op: "Post", URL: "https://a.invalid/send?sig=SIGNATURE", Err: io.EOF}} {
		c := clientOver(t, failing{err})
		_, got := post(t.Context(), c)
		requireFailure(t, got)
		for ; got != nil; got = errors.Unwrap(got) {
			require.NotContains(t, got.Error(), "SIGNATURE", "nor does a cause show it")
		}
	}
	c := clientOver(t, failing{cause})
	_, got := post(t.Context(), c)
	require.ErrorIs(t, got, cause, "the cause stays reachable")

	c = clientOver(t, failing{
		&url.Error{Op: "Post", URL: "https://a.invalid/send?sig=SIGNATURE", Err: io.EOF},
	})
	_, got = post(t.Context(), c)
	require.EqualError(t, got, "test: send: unavailable: EOF (may have been sent)", "the address is not worth a word")

	c = clientOver(t, failing{
		errors.New("no sense in sig=SIGNATURE"),
	})
	_, got = post(t.Context(), c)
	requireFailure(t, got)

	c = clientOver(t, failing{io.ErrClosedPipe})
	_, got = c.Do(t.Context(), httpx.Request{Op: provider.OpVerify, Method: http.MethodPost, URL: c.URL("/", "")})
	require.EqualError(t, got, "test: verify: unavailable: io: read/write on closed pipe", "a path of one slash hides nothing")
}

// TestPathIsTakenOutOfErrors has an address that is escaped, and errors with the
// path as it was before and as it is then.
func TestPathIsTakenOutOfErrors(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/短信/check/SIGNATURE", "/%E7%9F%AD%E4%BF%A1/check/SIGNATURE"} {
		cause := &net.AddrError{Err: "no way to " + path, Addr: "x"}
		c := newClient(t, httpx.Config{BaseURL: "https://a.invalid/短信", HTTPClient: &http.Client{Transport: failing{cause}}})
		_, err := c.Do(t.Context(), httpx.Request{Op: provider.OpVerify, Method: http.MethodPost, URL: c.URL("/check/SIGNATURE", "")})
		requireFailure(t, err)
		var found *net.AddrError
		require.ErrorAs(t, err, &found, "the cause stays reachable")
	}
}

func TestEndedContextMakesNoRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := clientOver(t, failing{io.EOF})
	_, err := post(ctx, c)
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, requireFailure(t, err).MayHaveSent)
	require.NotErrorIs(t, err, io.EOF)
}

// waiting is a transport that answers only by the end of the context, and with
// an error of its own, as some SDKs do.
type waiting struct{}

func (waiting) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, errors.New("my own error")
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		cfg    httpx.Config
		caller time.Duration
		want   time.Duration
	}{
		{name: "the default", want: httpx.DefaultTimeout},
		{name: "the adapter's", cfg: httpx.Config{Timeout: 3 * time.Second}, want: 3 * time.Second},
		{name: "the client's, when shorter", cfg: httpx.Config{Timeout: 3 * time.Second, HTTPClient: &http.Client{Timeout: time.Second}}, want: time.Second},
		{name: "the adapter's, when shorter", cfg: httpx.Config{Timeout: time.Second, HTTPClient: &http.Client{Timeout: time.Minute}}, want: time.Second},
		{name: "the caller's", caller: 5 * time.Millisecond, want: 5 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := &http.Client{}
				if tt.cfg.HTTPClient != nil {
					*client = *tt.cfg.HTTPClient
				}
				client.Transport = waiting{}
				tt.cfg.HTTPClient, tt.cfg.BaseURL = client, "https://a.invalid"
				ctx := t.Context()
				if tt.caller > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.caller)
					defer cancel()
				}
				started := time.Now()
				_, err := post(ctx, newClient(t, tt.cfg))
				require.Equal(t, tt.want, time.Since(started))
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.True(t, requireFailure(t, err).MayHaveSent)
			})
		})
	}
}

func TestCancelInFlight(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	base := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(arrived)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, err := post(ctx, newClient(t, httpx.Config{BaseURL: base}))
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, requireFailure(t, err).MayHaveSent)
}

// TestHeadersAreCopied sends through a transport that adds a header, as
// middleware does: the adapter's own map must not change.
func TestHeadersAreCopied(t *testing.T) {
	t.Parallel()
	c := clientOver(t, adding{})
	header := http.Header{"Accept": {"application/json"}}
	for range 2 {
		_, err := c.Do(t.Context(), httpx.Request{Op: provider.OpSend, Method: http.MethodPost, URL: c.URL("", ""), Header: header})
		require.Error(t, err)
	}
	require.Equal(t, http.Header{"Accept": {"application/json"}}, header)
	_, err := c.Do(t.Context(), httpx.Request{Op: provider.OpSend, Method: http.MethodPost, URL: c.URL("", "")})
	require.Error(t, err, "a request without headers is no panic")
}

type adding struct{}

func (adding) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Trace", "1")
	r.Header.Add("Accept", "text/plain")
	return nil, io.EOF
}

func TestBadReplyDoesNotRepeatTheReply(t *testing.T) {
	t.Parallel()
	c := newClient(t, httpx.Config{BaseURL: "https://a.invalid"})
	err := c.BadReply(provider.OpSend, httpx.Reply{Status: 502, Body: []byte("13800138000")}, "HTTP status")
	require.EqualError(t, err, "test: send: unavailable: unusable reply: HTTP status (HTTP 502) (may have been sent)")
	require.False(t, provider.MayHaveSent(c.BadReply(provider.OpBalance, httpx.Reply{}, "x")))
}
