package tencent_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestRegionBreaker sends more often than the SDK's breaker would bear: at this
// version it takes successes for failures, and the sixth of them would go to
// another host, with the credentials.
func TestRegionBreaker(t *testing.T) {
	t.Parallel()
	var hosts []string
	stub := (&wiretest.Stub{Reply: accepted("+8613800138000")}).Client().Transport
	cfg := newConfig(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		hosts = append(hosts, r.URL.Host+" "+r.Host)
		return stub.RoundTrip(r)
	})})
	cfg.BaseURL = "http://127.0.0.1:18080"
	p := newProvider(t, cfg)
	const sends = 12
	for range sends {
		_, err := p.Send(t.Context(), newMessage("login"))
		require.NoError(t, err)
	}
	require.Len(t, hosts, sends)
	for _, host := range hosts {
		require.Equal(t, "127.0.0.1:18080 127.0.0.1:18080", host)
	}
}

// TestNoRetry covers what the SDK can be told to repeat: a rate limit and a
// network failure.
func TestNoRetry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stub := &wiretest.Stub{Reply: `{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":"x"},"RequestId":"x"}}`}
		started := time.Now()
		_, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), newMessage("login"))
		require.ErrorIs(t, err, provider.KindThrottled)
		require.Zero(t, time.Since(started))
		require.NotContains(t, stub.Only(t), "X-Idempotency-Key", "net/http would repeat a POST that has one")

		var tries int
		_, err = newProvider(t, newConfig(&http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			tries++
			return nil, &net.DNSError{Err: "busy", IsTimeout: true, IsTemporary: true}
		})})).Send(t.Context(), newMessage("login"))
		require.ErrorIs(t, err, provider.KindUnavailable)
		require.Equal(t, 1, tries)
		require.Zero(t, time.Since(started))
	})
}

// TestCause checks what the SDK hides: the error of the transport, and whether
// the request may have left.
func TestCause(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		cause       error
		mayHaveSent bool
	}{
		{name: "no connection", cause: &net.OpError{Op: "dial", Err: errors.New("refused")}},
		{name: "no address", cause: &net.DNSError{Err: "no such host"}},
		{name: "broken connection", cause: io.ErrUnexpectedEOF, mayHaveSent: true},
		{name: "reset", cause: &net.OpError{Op: "read", Err: errors.New("reset")}, mayHaveSent: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fails := roundTripper(func(*http.Request) (*http.Response, error) { return nil, tt.cause })
			_, err := newProvider(t, newConfig(&http.Client{Transport: fails})).Send(t.Context(), newMessage("login"))
			require.ErrorIs(t, err, provider.KindUnavailable)
			require.ErrorIs(t, err, tt.cause)
			require.Equal(t, tt.mayHaveSent, provider.MayHaveSent(err))
			require.NotContains(t, err.Error(), "TencentCloudSDKError")
		})
	}
}

// TestTimeouts covers limits under a second, of which the SDK knows none.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	silent := roundTripper(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, errors.New("an error of its own")
	})
	tests := []struct {
		name                  string
		timeout, client, want time.Duration
	}{
		{name: "ours", timeout: 150 * time.Millisecond, want: 150 * time.Millisecond},
		{name: "the client's, when shorter", timeout: time.Minute, client: 90 * time.Millisecond, want: 90 * time.Millisecond},
		{name: "the default", want: 10 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cfg := newConfig(&http.Client{Transport: silent, Timeout: tt.client})
				cfg.Timeout = tt.timeout
				started := time.Now()
				_, err := newProvider(t, cfg).Send(t.Context(), newMessage("login"))
				require.Equal(t, tt.want, time.Since(started))
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.True(t, provider.MayHaveSent(err))
			})
		})
	}
}

// TestContentTypes covers the headers by which the SDK reads a reply in other
// ways, or not at all.
func TestContentTypes(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"Content-Type": "text/event-stream", "content-type": "application/octet-stream", "Content-Encoding": "br",
	} {
		t.Run(name+" "+value, func(t *testing.T) {
			t.Parallel()
			transport := roundTripper(func(r *http.Request) (*http.Response, error) {
				return &http.Response{
					StatusCode: http.StatusOK, Header: http.Header{http.CanonicalHeaderKey(name): {value}}, Request: r,
					Body: io.NopCloser(strings.NewReader(accepted("+8613800138000"))), ContentLength: -1,
				}, nil
			})
			_, err := newProvider(t, newConfig(&http.Client{Transport: transport})).Send(t.Context(), newMessage("login"))
			require.NoError(t, err)
		})
	}
}

// TestRedirect lets the service point elsewhere: the SDK's client would post the
// text and the signature there.
func TestRedirect(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	target := sim.Start(t, newService(tencentsim.Config{}))
	server := sim.Start(t, newService(tencentsim.Config{}))
	sim.MustInject(t, server, sim.Fault{Effect: sim.EffectReply, Status: http.StatusTemporaryRedirect, Location: target.URL() + "/"})
	cfg := newConfig(&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
		elsewhere.Add(1)
		return nil
	}})
	cfg.BaseURL = server.URL()
	_, err := newProvider(t, cfg).Send(t.Context(), newMessage("login"))
	var failure *provider.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, http.StatusTemporaryRedirect, failure.HTTPStatus)
	require.True(t, failure.MayHaveSent)
	require.Empty(t, target.Exchanges())
	require.Zero(t, elsewhere.Load())
}

// TestTwoProviders sends to two hosts in turn: the SDK's requests remember the
// first host that they went to.
func TestTwoProviders(t *testing.T) {
	t.Parallel()
	for range 2 {
		server := sim.Start(t, newService(tencentsim.Config{}))
		cfg := newConfig(nil)
		cfg.BaseURL = server.URL()
		p := newProvider(t, cfg)
		for range 2 {
			_, err := p.Send(t.Context(), newMessage("login"))
			require.NoError(t, err)
		}
		require.Len(t, server.Texts(), 2)
	}
}
