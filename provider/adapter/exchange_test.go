package adapter_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

func TestDo(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", r.Method+" "+r.URL.String()+" "+r.Header.Get("Content-Type")+" "+string(body))
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "reply")
	})
	reply, err := post(t.Context(), newClient(t, adapter.Config{BaseURL: base + "/prefix/"}))
	require.NoError(t, err, "a status is the adapter's business")
	require.Equal(t, http.StatusTeapot, reply.Status)
	require.Equal(t, "reply", string(reply.Body))
	require.Equal(t, "POST /prefix/send?sig=SIGNATURE text/plain hello", reply.Header.Get("X-Seen"))
}

func TestDoWithoutBody(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Method+strings.Join(r.TransferEncoding, ""))
	})
	c := newClient(t, adapter.Config{BaseURL: base})
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		reply, err := c.NewCall(provider.OpStatus).Do(t.Context(), adapter.Request{Method: method})
		require.NoError(t, err)
		require.Equal(t, method, string(reply.Body), "and nothing says that there were a body")
	}
}

func TestForward(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, r.Method+" "+r.Host+" "+r.URL.String()+" "+r.Header.Get("X-Of-The-Sdk")+" "+string(body))
	})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := http.NewRequestWithContext(ended, http.MethodPost, base+"/x?y=1", strings.NewReader("hello"))
	require.NoError(t, err)
	r.Host = "sms.example.com"
	r.Header.Set("X-Of-The-Sdk", "1")
	c := newClient(t, adapter.Config{})
	reply, err := c.NewCall(provider.OpSend).Forward(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, "POST sms.example.com /x?y=1 1 hello", string(reply.Body))

	r.Body = io.NopCloser(reader(func() (int, error) { return 0, io.ErrUnexpectedEOF }))
	_, err = c.NewCall(provider.OpSend).Forward(t.Context(), r)
	require.ErrorIs(t, err, provider.KindConfig)
	require.False(t, provider.MayHaveSent(err))
}

func TestForwardHasNoGetBody(t *testing.T) {
	t.Parallel()
	c := clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		require.Nil(t, r.GetBody)
		require.NotNil(t, r.Body)
		return &http.Response{StatusCode: http.StatusOK}, nil
	}))
	for _, body := range []io.Reader{strings.NewReader("hello"), nil} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://a.invalid", body)
		require.NoError(t, err)
		_, err = c.NewCall(provider.OpSend).Forward(t.Context(), r)
		require.NoError(t, err)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			var followed atomic.Int32
			target := serve(t, func(http.ResponseWriter, *http.Request) { followed.Add(1) })
			base := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target, status) })
			for _, client := range []*http.Client{nil, {}, {Transport: ownClient(t).Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}} {
				_, err := post(t.Context(), newClient(t, adapter.Config{BaseURL: base, HTTPClient: client}))
				failure := requireFailure(t, err)
				require.True(t, failure.MayHaveSent)
				require.Equal(t, status, failure.HTTPStatus)
				require.Zero(t, followed.Load())
			}
		})
	}
}

func TestBrokenReplies(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", adapter.MaxReply+1)
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
		{name: "a head without end", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Long", large)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := post(t.Context(), newClient(t, adapter.Config{BaseURL: serve(t, tt.handler)}))
			require.True(t, requireFailure(t, err).MayHaveSent)
		})
	}
}

func TestReplyOfExactlyTheLimit(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1048576")
		_, _ = io.WriteString(w, strings.Repeat("x", adapter.MaxReply))
	})
	for _, client := range []*http.Client{nil, ownClient(t)} {
		reply, err := post(t.Context(), newClient(t, adapter.Config{BaseURL: base, HTTPClient: client}))
		require.NoError(t, err)
		require.Len(t, reply.Body, adapter.MaxReply)
	}
}

// TestNothingLeft covers failures after which it is certain that no request left.
func TestNothingLeft(t *testing.T) {
	t.Parallel()
	closed := closedPort(t)
	secure := newServer(t, http.NotFoundHandler())
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{strangeCertificate(t)}}
	secure.StartTLS()

	tests := []struct {
		name string
		cfg  adapter.Config
	}{
		{name: "connection refused", cfg: adapter.Config{BaseURL: closed}},
		{name: "connection refused, own client", cfg: adapter.Config{BaseURL: closed, HTTPClient: ownClient(t)}},
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
	_, err := newClient(t, adapter.Config{BaseURL: closed}).NewCall(provider.OpSend).Do(t.Context(), adapter.Request{Method: http.MethodGet})
	require.False(t, requireFailure(t, err).MayHaveSent, "nor of a request without content")
}

// closedPort is an address at which nobody listens.
func closedPort(t *testing.T) (baseURL string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return "http://" + listener.Addr().String()
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

// TestRequestThatCannotBeMade has a header that net/http refuses to write, and a
// method that is none.
func TestRequestThatCannotBeMade(t *testing.T) {
	t.Parallel()
	base := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	for _, client := range []*http.Client{nil, ownClient(t)} {
		c := newClient(t, adapter.Config{BaseURL: base, HTTPClient: client})
		for _, r := range []adapter.Request{
			{Header: http.Header{"Authorization": {"Bearer token\n"}}, Body: []byte("hello")},
			{Header: http.Header{"a b": {"token"}}, Body: []byte("hello")},
			{Method: "to ken", Body: []byte("hello")},
		} {
			_, err := c.NewCall(provider.OpSend).Do(t.Context(), r)
			require.False(t, requireFailure(t, err).MayHaveSent)
			require.NotContains(t, err.Error(), "token")
		}
	}
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

func TestOddTransports(t *testing.T) {
	t.Parallel()
	do := func(response *http.Response) (adapter.Reply, error) {
		return post(t.Context(), clientOver(t, odd{response}))
	}
	reply, err := do(&http.Response{StatusCode: http.StatusOK, ContentLength: 7})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, reply.Status)
	require.Empty(t, reply.Body, "a response without a body")

	_, err = do(nil)
	require.ErrorContains(t, err, "neither a response nor an error")
	requireFailure(t, err)

	for _, length := range []int64{-1, -7, 0, 1, 5, 1 << 20} {
		reply, err := do(&http.Response{StatusCode: http.StatusOK, ContentLength: length, Body: io.NopCloser(strings.NewReader("reply"))})
		require.NoError(t, err)
		require.Equal(t, "reply", string(reply.Body), "what is there counts, not what was announced: %d", length)
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

// closing is a body that counts how often it is closed.
type closing struct {
	io.Reader
	closed atomic.Int32
}

func (c *closing) Close() error { c.closed.Add(1); return nil }

// A body that stays open keeps its connection from being used again.
func TestBodyIsClosed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		status int
		length int64
		err    error
	}{
		{name: "good reply", status: http.StatusOK, length: 5},
		{name: "redirect", status: http.StatusFound, length: 5},
		{name: "switch of protocols", status: http.StatusSwitchingProtocols, length: -1},
		{name: "too large", status: http.StatusOK, length: adapter.MaxReply + 1},
		{name: "response and error", status: http.StatusOK, length: 5, err: io.ErrClosedPipe},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			body := &closing{Reader: strings.NewReader("reply")}
			_, err := post(t.Context(), clientOver(t, roundTrip(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: test.status, ContentLength: test.length, Body: body}, test.err
			})))
			require.Equal(t, int32(1), body.closed.Load())
			if err != nil {
				require.True(t, requireFailure(t, err).MayHaveSent, "somebody has answered")
			}
		})
	}
}

func TestReplyAnnouncedTooLargeIsNotRead(t *testing.T) {
	t.Parallel()
	body := io.NopCloser(reader(func() (int, error) {
		t.Error("the body was read")
		return 0, io.EOF
	}))
	_, err := post(t.Context(), clientOver(t, odd{&http.Response{StatusCode: http.StatusOK, ContentLength: adapter.MaxReply + 1, Body: body}}))
	require.ErrorContains(t, err, "the reply is larger than 1 MiB")
}

// The end of the context shows in the error, and once, whatever the transport
// makes of it.
func TestEndOfTheContextShows(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{context.Canceled, io.ErrClosedPipe} {
		ctx, cancel := context.WithCancel(t.Context())
		body := io.NopCloser(reader(func() (int, error) {
			cancel()
			return 0, cause
		}))
		_, err := post(ctx, clientOver(t, odd{&http.Response{StatusCode: http.StatusAccepted, Body: body}}))
		require.ErrorIs(t, err, context.Canceled)
		require.EqualError(t, err, "test: send: unavailable: the caller's context: context canceled (HTTP 202) (may have been sent)")
	}
}

func TestStatusesBesideRedirects(t *testing.T) {
	t.Parallel()
	for status, refused := range map[int]bool{101: true, 199: true, 200: false, 299: false, 300: true, 399: true, 400: false, 599: false} {
		_, err := post(t.Context(), clientOver(t, odd{&http.Response{StatusCode: status, Body: http.NoBody}}))
		require.Equal(t, refused, err != nil, status)
	}
}

func TestOwnTransport(t *testing.T) {
	t.Parallel()
	transport := adapter.OwnTransport(newClient(t, adapter.Config{}))
	require.Zero(t, transport.MaxIdleConns, "no limit over all hosts")
	require.Equal(t, 256, transport.MaxIdleConnsPerHost)
	require.Equal(t, 8*time.Second, transport.IdleConnTimeout)
	require.Equal(t, 5*time.Second, transport.TLSHandshakeTimeout)
	require.NotNil(t, transport.Proxy)
	require.True(t, transport.Protocols.HTTP1())
	require.False(t, transport.Protocols.HTTP2())
	require.False(t, transport.Protocols.UnencryptedHTTP2())
	require.NotSame(t, transport, adapter.OwnTransport(newClient(t, adapter.Config{})), "two accounts share nothing")
}

func TestEndedContextMakesNoRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := post(ctx, clientOver(t, failing{io.EOF}))
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, requireFailure(t, err).MayHaveSent)
	require.NotErrorIs(t, err, io.EOF)
}

// waiting is a transport that answers only by the end of the context, and with
// an error of its own, as some SDKs do.
func waiting(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
	return nil, errors.New("my own error")
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		cfg    adapter.Config
		caller time.Duration
		want   time.Duration
	}{
		{name: "the default", want: adapter.DefaultTimeout},
		{name: "the adapter's", cfg: adapter.Config{Timeout: 3 * time.Second}, want: 3 * time.Second},
		{name: "the client's, when shorter", cfg: adapter.Config{Timeout: 3 * time.Second, HTTPClient: &http.Client{Timeout: time.Second}}, want: time.Second},
		{name: "the adapter's, when shorter", cfg: adapter.Config{Timeout: time.Second, HTTPClient: &http.Client{Timeout: time.Minute}}, want: time.Second},
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
				client.Transport = roundTrip(waiting)
				tt.cfg.HTTPClient = client
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
	for name, client := range map[string]*http.Client{"kit's transport": nil, "own client": ownClient(t)} {
		t.Run(name, func(t *testing.T) {
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
			_, err := post(ctx, newClient(t, adapter.Config{BaseURL: base, HTTPClient: client}))
			require.ErrorIs(t, err, context.Canceled)
			require.True(t, requireFailure(t, err).MayHaveSent)
		})
	}
}

// TestHeadersAreCopied sends through transports that change headers, as middleware
// does: the adapter's own map must not change. The values have room to grow in.
func TestHeadersAreCopied(t *testing.T) {
	t.Parallel()
	c := clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		r.Header.Set("X-Trace", "1")
		r.Header.Add("Accept", "text/plain")
		return nil, io.EOF
	}))
	values := append(make([]string, 0, 4), "application/json")
	header := http.Header{"Accept": values}
	done := make(chan error)
	for range 4 {
		go func() {
			_, err := c.NewCall(provider.OpSend).Do(t.Context(), adapter.Request{Header: header})
			done <- err
		}()
	}
	for range 4 {
		require.Error(t, <-done)
	}
	require.Equal(t, http.Header{"Accept": {"application/json"}}, header)
	require.Empty(t, values[:2][1], "nor what lies behind the values")
	_, err := c.NewCall(provider.OpSend).Do(t.Context(), adapter.Request{})
	require.Error(t, err, "a request without headers is no panic")
}

func TestAddressIsTakenOutOfErrors(t *testing.T) {
	t.Parallel()
	cause := errors.New(`Post "https://a.invalid/send?sig=SIGNATURE": broken`)
	for _, err := range []error{cause, &url.Error{Op: "Post", URL: "https://a.invalid/send?sig=SIGNATURE", Err: io.EOF}} {
		_, got := post(t.Context(), clientOver(t, failing{err}))
		requireFailure(t, got)
		for ; got != nil; got = errors.Unwrap(got) {
			require.NotContains(t, got.Error(), "SIGNATURE", "nor does a cause show it")
		}
	}
	_, got := post(t.Context(), clientOver(t, failing{cause}))
	require.ErrorIs(t, got, cause, "the cause stays reachable")

	nested := &url.Error{Op: "Post", URL: "https://a.invalid/send?sig=SIGNATURE", Err: io.EOF}
	for range 3 {
		_, got = post(t.Context(), clientOver(t, failingLate(nested)))
		require.EqualError(t, got, "test: send: unavailable: EOF (may have been sent)", "the address is not worth a word")
		nested = &url.Error{Op: "Get", URL: "https://a.invalid/SIGNATURE", Err: nested}
	}

	_, got = post(t.Context(), clientOver(t, failing{errors.New("no sense in sig=SIGNATURE")}))
	requireFailure(t, got)

	_, got = clientOver(t, failing{io.ErrClosedPipe}).NewCall(provider.OpVerify).Do(t.Context(), adapter.Request{Path: "/"})
	require.EqualError(t, got, "test: verify: unavailable: io: read/write on closed pipe", "a path of one slash hides nothing")
}

// TestPathIsTakenOutOfErrors has an address that is escaped, and errors with the
// path as it was before and as it is then.
func TestPathIsTakenOutOfErrors(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/短信/check/SIGNATURE", "/%E7%9F%AD%E4%BF%A1/check/SIGNATURE"} {
		cause := &net.AddrError{Err: "no way to " + path, Addr: "x"}
		c := newClient(t, adapter.Config{BaseURL: "https://a.invalid/短信", HTTPClient: &http.Client{Transport: failing{cause}}})
		_, err := c.NewCall(provider.OpVerify).Do(t.Context(), adapter.Request{Path: "/check/SIGNATURE"})
		requireFailure(t, err)
		var found *net.AddrError
		require.ErrorAs(t, err, &found, "the cause stays reachable")
	}
}

// jar is a cookie jar that nobody may ask.
type jar struct{ http.CookieJar }

// TestHTTPClientIsAskedForItsTransportOnly has a client with everything that a client
// can have.
func TestHTTPClientIsAskedForItsTransportOnly(t *testing.T) {
	t.Parallel()
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		require.Empty(t, r.Header["Cookie"])
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Set-Cookie": {"a=b"}}}, nil
	})
	client := &http.Client{
		Transport: transport, Jar: jar{}, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("asked") },
	}
	for range 2 {
		_, err := post(t.Context(), newClient(t, adapter.Config{HTTPClient: client}))
		require.NoError(t, err)
	}
	require.Equal(t, jar{}, client.Jar)
	require.Equal(t, time.Minute, client.Timeout)
	require.NotNil(t, client.CheckRedirect)
	client.Transport = failing{io.ErrClosedPipe}
	c := newClient(t, adapter.Config{HTTPClient: client})
	_, err := post(t.Context(), c)
	require.ErrorIs(t, err, io.ErrClosedPipe)
	client.Transport = transport
	_, err = post(t.Context(), c)
	require.NoError(t, err, "the client is asked at every call")
}

// TestManyAtOnce uses one Client from many goroutines, over few connections.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
	for _, client := range []*http.Client{nil, ownClient(t)} {
		c := newClient(t, adapter.Config{BaseURL: base, HTTPClient: client})
		failures := make(chan error, 16)
		for range cap(failures) {
			go func() {
				var err error
				for range 10 {
					var reply adapter.Reply
					reply, err = post(t.Context(), c)
					if err == nil && string(reply.Body) != "hello" {
						err = errors.New("another's reply")
					}
				}
				failures <- err
			}()
		}
		for range cap(failures) {
			require.NoError(t, <-failures)
		}
	}
}
