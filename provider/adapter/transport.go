package adapter

import (
	"net"
	"net/http"
	"time"
)

// goTransport is Go's own default transport, as it was before the program began.
var goTransport, _ = http.DefaultTransport.(*http.Transport)

// transport is the one to use now: the user's, one that somebody has put into the
// place of Go's default, or the package's own; and how it shows what has left.
func (e *exchanger) transport() (http.RoundTripper, departure) {
	if e.client != nil && e.client.Transport != nil {
		return e.client.Transport, &foreignDeparture{}
	}
	if current := http.DefaultTransport; current != nil && !isGoTransport(current) {
		return current, &foreignDeparture{}
	}
	return e.own, &ownDeparture{}
}

func isGoTransport(transport http.RoundTripper) bool {
	known, ok := transport.(*http.Transport) // other types may not be comparable
	return ok && known == goTransport
}

// closeIdle makes the next request open a connection of its own, as far as a
// transport can do that.
func closeIdle(transport http.RoundTripper) {
	if closer, ok := transport.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

const (
	connectTimeout = 5 * time.Second
	// idleTimeout is shorter than the shortest known time after which a service
	// closes an idle connection, which is 10 s: a request on a connection that the
	// service is just closing is lost.
	idleTimeout = 8 * time.Second
	// mostIdle is how many idle connections are kept. With Go's default of two, most
	// of many concurrent sends would open a connection of their own.
	mostIdle = 256
	// longestHead is how much of a reply's head is read; the services' are some
	// hundred bytes long. Go's default is 10 MB.
	longestHead = 256 << 10
)

// newTransport returns a transport that shares nothing with http.DefaultTransport.
// It speaks HTTP/1.1 only: over HTTP/2 net/http repeats requests by itself and goes on
// using a connection that has died.
func newTransport() *http.Transport {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: connectTimeout, KeepAlive: idleTimeout}).DialContext,
		Protocols:           protocols,
		MaxIdleConnsPerHost: mostIdle,
		IdleConnTimeout:     idleTimeout,
		TLSHandshakeTimeout: connectTimeout,

		MaxResponseHeaderBytes: longestHead,
	}
}
