package providertest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync/atomic"
	"syscall"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

func networkCases() []testCase {
	return []testCase{
		{
			name: "dial-failure", wire: true, essential: true, run: dialFailure,
			rule: "when no connection could be made, the failure is KindUnavailable and MayHaveSent is false",
		},
		{
			name: "untrusted-certificate", wire: true, run: untrustedCertificate,
			rule: "certificates are checked: a service with one that nobody trusts gets no request, and MayHaveSent is false",
		},
		{
			name: "connection-reset", wire: true, essential: true, run: connectionReset,
			rule: "when the connection breaks after the request left, the failure is KindUnavailable with MayHaveSent, and the request is not repeated",
		},
		{
			name: "reset-on-kept-connection", wire: true, essential: true, run: resetOnKeptConnection,
			rule: "a request that was lost on a kept connection is not repeated: net/http by itself repeats GET requests and those with an Idempotency-Key",
		},
		{
			name: "redirect", wire: true, essential: true, run: redirects,
			rule: "a redirect is not followed, whoever's HTTP client is used: it is KindUnavailable after one request",
		},
		{
			name: "http-client", wire: true, run: givenClient,
			rule: "Endpoint.HTTPClient carries the requests when it is set, is not changed, and its errors stay visible to errors.Is",
		},
	}
}

// nobody is an address at which nothing listens: port 1 is never given out by
// the system.
const nobody = "http://127.0.0.1:1"

func dialFailure(c *check) {
	c.sub("nobody-listens", func(c *check) {
		s := c.stage()
		c.unreachable(c.provider(s, func(e *Endpoint) { e.BaseURL = nobody }), "nobody listens at the address")
	})
	c.sub("given-client", func(c *check) {
		s := c.stage()
		client := &http.Client{Transport: &http.Transport{DialContext: refuseToDial}}
		c.unreachable(c.provider(s, func(e *Endpoint) { e.HTTPClient = client }), "the given client cannot connect")
		c.requests(s, 0, "the given client cannot connect")
	})
}

func refuseToDial(_ context.Context, network, _ string) (net.Conn, error) {
	return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
}

func (c *check) unreachable(p provider.Provider, situation string) {
	c.Helper()
	_, err := c.send(c.Context(), p, c.message(), situation)
	c.failed(err, wanted{kind: provider.KindUnavailable, sent: notSent}, situation)
}

func untrustedCertificate(c *check) {
	s := c.stageTLS()
	c.unreachable(c.provider(s), "the service has a certificate that nobody trusts")
	c.requests(s, 0, "the service has a certificate that nobody trusts")
}

func connectionReset(c *check) {
	for _, effect := range []sim.Effect{sim.EffectResetBefore, sim.EffectResetAfter} {
		c.sub(effect.String(), func(c *check) {
			s := c.stage()
			c.inject(s, sim.Fault{Effect: effect, Times: sim.Forever})
			c.unusableFrom(s, "the connection breaks: "+effect.String())
		})
	}
}

func resetOnKeptConnection(c *check) {
	s := c.stage()
	p := c.provider(s)
	c.accepted(s, p, c.message())
	s.sends.Store(0)
	c.inject(s, sim.Fault{Effect: sim.EffectResetAfter, Times: sim.Forever})
	m := c.message()
	m.To = numbered(m.To, 1)
	_, err := c.send(c.Context(), p, m, "the kept connection breaks")
	c.failed(err, wanted{kind: provider.KindUnavailable, sent: maySent}, "the kept connection breaks")
	c.requestsOfFailure(s, "the kept connection breaks")
}

func redirects(c *check) {
	clients := map[string]func() *http.Client{
		"own-client":   func() *http.Client { return nil },
		"given-client": func() *http.Client { return &http.Client{Transport: &http.Transport{}} },
	}
	for name, newClient := range clients {
		for _, status := range []int{301, 302, 303, 307, 308} {
			c.sub(fmt.Sprintf("%d-%s", status, name), func(c *check) { notFollowed(c, status, newClient()) })
		}
	}
}

func notFollowed(c *check, status int, client *http.Client) {
	var followed atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	c.Cleanup(elsewhere.Close)
	s := c.stage()
	c.inject(s, sim.Fault{
		Effect: sim.EffectReply, Times: sim.Forever, Status: status, ContentType: "text/html",
		Location: elsewhere.URL + "/moved", Body: []byte("<html>moved</html>"),
	})
	p := c.provider(s, func(e *Endpoint) { e.HTTPClient = client })
	situation := fmt.Sprintf("the service answers with a redirect (HTTP %d)", status)
	_, err := c.send(c.Context(), p, c.message(), situation)
	if n := followed.Load(); n != 0 {
		c.broken("%s: it was followed, and the number and the credentials went to another server", situation)
	}
	c.failed(err, wanted{kind: provider.KindUnavailable}, situation)
	c.requestsOfFailure(s, situation)
	if client != nil {
		client.CloseIdleConnections()
	}
}

// countingTransport counts the requests that go through it.
type countingTransport struct {
	http.RoundTripper
	requests atomic.Int64
}

func (t *countingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	t.requests.Add(1)
	return t.RoundTripper.RoundTrip(r)
}

func givenClient(c *check) {
	s := c.stage()
	inner := &http.Transport{}
	c.Cleanup(inner.CloseIdleConnections)
	counting := &countingTransport{RoundTripper: inner}
	client := &http.Client{Transport: counting}
	before := *client
	c.accepted(s, c.provider(s, func(e *Endpoint) { e.HTTPClient = client }), c.message())
	if counting.requests.Load() == 0 {
		c.broken("the request did not go through the given client")
	}
	if !reflect.DeepEqual(before, *client) {
		c.broken("the given client was changed")
	}
	givenClientFails(c)
}

// givenClientFails lets the caller's transport break in a way of its own.
func givenClientFails(c *check) {
	s := c.stage()
	failing := &http.Client{Transport: failingTransport{}}
	p := c.provider(s, func(e *Endpoint) { e.HTTPClient = failing })
	_, err := c.send(c.Context(), p, c.message(), "the given client fails")
	c.failed(err, wanted{kind: provider.KindUnavailable}, "the given client fails")
	if !errors.Is(err, errOwnReason) {
		c.broken("the given client's error is not in the chain: %v", err)
	}
}

// failingTransport fails with an error of its own.
type failingTransport struct{}

func (failingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return nil, errOwnReason
}
