package phone

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/baseurl"
)

const (
	testToken = "SECRET-TOKEN"
	testBody  = `{"id":"SECRET-JOB"}`
)

// clientAt is the client of an agent whose gateway is there.
func clientAt(t *testing.T, baseURL string, change ...func(*Config)) *client {
	t.Helper()
	cfg := Config{BaseURL: baseURL, Token: testToken, Wait: time.Second, Timeout: 10 * time.Second}
	for _, apply := range change {
		apply(&cfg)
	}
	base, err := baseurl.Parse(cfg.BaseURL, cfg.PlainHTTP)
	require.NoError(t, err)
	c := newClient(cfg, base)
	if transport, ok := c.transport.(*http.Transport); ok {
		t.Cleanup(transport.CloseIdleConnections)
	}
	return c
}

// clientOver is a client whose requests go to that transport, and no further.
func clientOver(t *testing.T, transport roundTrip) *client {
	t.Helper()
	return clientAt(t, "https://gateway.test/x/", func(c *Config) { c.HTTPClient = &http.Client{Transport: transport} })
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// serve starts a server for the length of the test.
func serve(t *testing.T, handler http.HandlerFunc) (baseURL string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

// requireHidden checks that an error, cause by cause, repeats nothing of the request.
func requireHidden(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	for ; err != nil; err = errors.Unwrap(err) {
		require.NotContains(t, fmt.Sprintf("%+v %#v", err, err), "SECRET")
	}
}

func TestPost(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusTeapot)
		_, _ = fmt.Fprintf(w, "%s %s %s %d %s %s", r.Proto, r.Method, r.URL, r.ContentLength, sent, r.Header.Get("Authorization"))
	})
	got, err := clientAt(t, base+"/prefix/").post(t.Context(), "/v1/pull", []byte("hello"))
	require.NoError(t, err, "a status is the agent's business")
	require.Equal(t, http.StatusTeapot, got.status)
	require.Equal(t, "HTTP/1.1 POST /prefix/v1/pull 5 hello Bearer SECRET-TOKEN", string(got.body))
}

// A transport gets a request of its own, which net/http does not repeat.
func TestRequest(t *testing.T) {
	t.Parallel()
	c := clientOver(t, func(r *http.Request) (*http.Response, error) {
		require.Equal(t, "https://gateway.test/x/v1/pull", r.URL.String())
		require.Equal(t, "gateway.test", r.Host)
		require.Equal(t, []string{"application/json"}, r.Header["Content-Type"])
		require.Equal(t, []string{"application/json"}, r.Header["Accept"], "nothing that the request before has added")
		require.Nil(t, r.GetBody)
		r.Header.Add("Accept", "text/plain")
		return &http.Response{StatusCode: http.StatusNoContent}, nil
	})
	for range 2 {
		got, err := c.post(t.Context(), "/v1/pull", []byte(testBody))
		require.NoError(t, err)
		require.Equal(t, http.StatusNoContent, got.status)
		require.Empty(t, got.body, "a response without a body")
	}
}

func TestPostFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			var followed atomic.Int32
			target := serve(t, func(http.ResponseWriter, *http.Request) { followed.Add(1) })
			base := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target, status) })
			_, err := clientAt(t, base).post(t.Context(), "/", []byte(testBody))
			require.EqualError(t, err, errRedirect.Error())
			require.Zero(t, followed.Load())
		})
	}
}

func TestBrokenResponses(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", maxReply+1)
	tests := []struct {
		name    string
		handler http.HandlerFunc
	}{
		{"larger than announced to be allowed", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1048577")
			_, _ = io.WriteString(w, large)
		}},
		{"large without a length", func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, large)
		}},
		{"truncated", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "short")
		}},
		{"broken off before the response", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{"a head without end", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Long", large) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			base := serve(t, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				tt.handler(w, r)
			})
			_, err := clientAt(t, base).post(t.Context(), "/", []byte(testBody))
			requireHidden(t, err)
			require.Equal(t, int32(1), requests.Load(), "one request per call")
		})
	}
}

func TestResponseOfExactlyTheLimit(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", maxReply)) })
	got, err := clientAt(t, base).post(t.Context(), "/", nil)
	require.NoError(t, err)
	require.Len(t, got.body, maxReply)
}

// countedBody is a body that counts how often it is read and closed.
type countedBody struct {
	io.Reader
	reads, closes int
}

func (b *countedBody) Read(p []byte) (int, error) { b.reads++; return b.Reader.Read(p) }
func (b *countedBody) Close() error               { b.closes++; return nil }

func TestBodyIsClosedAndReadOnlyIfItMayBe(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status  int
		length  int64
		refused error
	}{
		{status: 200, length: 5},
		{status: 299, length: -1},
		{status: 400, length: 5},
		{status: 599, length: 5},
		{status: 101, length: -1, refused: errNoStatus},
		{status: 199, length: 5, refused: errNoStatus},
		{status: 300, length: 5, refused: errRedirect},
		{status: 399, length: 5, refused: errRedirect},
		{status: 200, length: maxReply + 1, refused: errTooLarge},
	}
	for _, tt := range tests {
		body := &countedBody{Reader: strings.NewReader("reply")}
		_, err := clientOver(t, func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: tt.status, ContentLength: tt.length, Body: body}, nil
		}).post(t.Context(), "/", nil)
		require.Equal(t, 1, body.closes, "what stays open keeps its connection from being used again: %+v", tt)
		if tt.refused == nil {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, tt.refused.Error())
		require.Zero(t, body.reads, "%+v", tt)
	}
}

// TestBrokenResponseIsNotRepeated has responses that repeat the request, and that
// net/http cannot read and quotes in its error.
func TestBrokenResponseIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, response := range []string{
		"%s\r\n\r\n",
		"HTTP/%s 200 OK\r\n\r\n",
		"HTTP/1.1 %s\r\n\r\n",
		"HTTP/1.1 200 OK\r\n%s\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\"%s\\: x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: %s\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n0\r\n%s\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: https://a.invalid/?%s\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 302 %s\r\nContent-Length: 0\r\n\r\n",
	} {
		t.Run(response, func(t *testing.T) {
			t.Parallel()
			_, err := clientAt(t, echo(t, response)).post(t.Context(), "/", []byte(testBody))
			requireHidden(t, err)
		})
	}
}

// echo responds with what format makes of the token, which need not be HTTP.
func echo(t *testing.T, format string) (baseURL string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = connection.Close() }()
		r, err := http.ReadRequest(bufio.NewReader(connection))
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = fmt.Fprintf(connection, format, r.Header.Get("Authorization"))
	}()
	return "http://" + listener.Addr().String()
}

func TestErrorsOfTransportsAreHidden(t *testing.T) {
	t.Parallel()
	tests := []struct {
		cause error
		want  string
	}{
		{&net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}, "dial tcp: connection refused"},
		{&url.Error{Op: "Post", URL: "https://gateway.test/SECRET", Err: io.EOF}, "EOF"},
		{fmt.Errorf("bad line %q in the response", `"`+testToken+`"`), `bad line "…" in the response`},
		{errors.New("refused " + testToken + " with " + testBody), "refused … with …"},
		{
			fmt.Errorf("broken: %w", textproto.ProtocolError("malformed MIME header line: SECRET")),
			"broken: malformed MIME header line",
		},
	}
	for _, tt := range tests {
		_, err := clientOver(t, func(*http.Request) (*http.Response, error) { return nil, tt.cause }).post(t.Context(), "/", []byte(testBody))
		require.EqualError(t, err, tt.want)
		requireHidden(t, err)
	}
	_, err := clientOver(t, func(*http.Request) (*http.Response, error) { return nil, nil }).post(t.Context(), "/", nil)
	require.EqualError(t, err, errNoResponse.Error())
}

func TestTokenThatCannotBeSent(t *testing.T) {
	t.Parallel()
	base := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	_, err := clientAt(t, base, func(c *Config) { c.Token = testToken + "\n" }).post(t.Context(), "/", nil)
	requireHidden(t, err)
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name           string
		client, caller time.Duration
		want           time.Duration
	}{
		{name: "the agent's: a wait and a request", want: 11 * time.Second},
		{name: "the http.Client's, when shorter", client: 3 * time.Second, want: 3 * time.Second},
		{name: "not the http.Client's, when longer", client: time.Hour, want: 11 * time.Second},
		{name: "the caller's", caller: 2 * time.Second, want: 2 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := clientAt(t, "https://gateway.test", func(cfg *Config) {
					cfg.HTTPClient = &http.Client{Timeout: tt.client, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
						<-r.Context().Done()
						return nil, errors.New("an error of the transport's own")
					})}
				})
				ctx := t.Context()
				if tt.caller > 0 {
					limited, cancel := context.WithTimeout(ctx, tt.caller)
					defer cancel()
					ctx = limited
				}
				begun := time.Now()
				_, err := c.post(ctx, "/", nil)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, tt.want, time.Since(begun))
			})
		})
	}
}

func TestPostEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	base := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	})
	_, err := clientAt(t, base).post(ctx, "/", nil)
	require.ErrorIs(t, err, context.Canceled)

	_, err = clientOver(t, func(*http.Request) (*http.Response, error) {
		t.Error("a request was made")
		return nil, io.EOF
	}).post(ctx, "/", nil)
	require.ErrorIs(t, err, context.Canceled, "and one that has ended makes no request")
}

func TestTransports(t *testing.T) {
	t.Parallel()
	own, ok := clientAt(t, "https://gateway.test").transport.(*http.Transport)
	require.True(t, ok)
	require.Equal(t, 8*time.Second, own.IdleConnTimeout)
	require.Equal(t, 5*time.Second, own.TLSHandshakeTimeout)
	require.NotNil(t, own.Proxy)
	require.True(t, own.Protocols.HTTP1())
	require.False(t, own.Protocols.HTTP2())
	require.False(t, own.Protocols.UnencryptedHTTP2())
	require.NotSame(t, own, clientAt(t, "https://gateway.test").transport, "two agents share nothing")
	usual := clientAt(t, "https://gateway.test", func(c *Config) { c.HTTPClient = &http.Client{} })
	require.Equal(t, http.DefaultTransport, usual.transport, "as with any http.Client")
}

func TestDecode(t *testing.T) {
	t.Parallel()
	tests := []struct{ body, want string }{
		{body: `{"id":1,"more":{}}`},
		{body: " \r\n\t{\"id\":1}\n"},
		{body: ``, want: "not a JSON object"},
		{body: `null`, want: "not a JSON object"},
		{body: `[{"id":1}]`, want: "not a JSON object"},
		{body: `<html>13800138000`, want: "not a JSON object"},
		{body: `{"id":1`, want: "not the expected JSON"},
		{body: `{"id":1}{"id":2}`, want: "not the expected JSON"},
		{body: "{\"id\":1}\v", want: "not the expected JSON"},
		{body: `{"id":"13800138000"}`, want: "not the expected JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.body, func(t *testing.T) {
			t.Parallel()
			var got struct{ ID int }
			err := decode([]byte(tt.body), &got)
			if tt.want != "" {
				require.EqualError(t, err, tt.want)
				return
			}
			require.NoError(t, err)
			require.Equal(t, 1, got.ID)
		})
	}
}
