package adapter

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
)

// exchange is one request as it is to stand on the wire, and what became of it. It
// travels to the wire in the request's context.
type exchange struct {
	method    string
	address   *url.URL
	host      string // default: that of the address
	header    http.Header
	body      *body
	transport http.RoundTripper

	reached bool  // the transport was asked
	status  int   // of the reply, or 0
	err     error // of the transport
}

type exchangeKey struct{}

// wire is the transport of resty's client. It sends the request as the adapter has
// made it, without what an HTTP client adds by itself, and judges the status before
// anybody reads the reply.
type wire struct{}

var (
	errNoExchange = errors.New("adapter: a request without an exchange")
	errNoResponse = errors.New("the transport returned neither a response nor an error")
	errRedirect   = errors.New("the service redirects; redirects are not followed")
)

// RoundTrip makes the one request of an exchange.
func (wire) RoundTrip(r *http.Request) (*http.Response, error) {
	x, ok := r.Context().Value(exchangeKey{}).(*exchange)
	if !ok || x.reached {
		return nil, errNoExchange
	}
	x.reached = true
	response, err := x.transport.RoundTrip(x.request(r))
	if response == nil && err == nil {
		err = errNoResponse
	}
	if response != nil && response.Body == nil {
		response.Body = http.NoBody // http.Client would do the same, and test doubles count on it
	}
	if err == nil {
		x.status = response.StatusCode
		err = statusProblem(response.StatusCode)
	}
	if err != nil {
		if response != nil {
			_ = response.Body.Close()
		}
		x.err = err
		return nil, err
	}
	return response, nil
}

// request is the request without what resty and http.Client have added. It has no
// GetBody, without which net/http repeats no request whose body it has touched,
// whatever the HTTP version and whatever header a transport adds.
func (x *exchange) request(r *http.Request) *http.Request {
	request := http.Request{
		Method: x.method, URL: x.address, Host: x.host, Header: x.header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: x.body, ContentLength: int64(len(x.body.content)),
	}
	if request.Host == "" {
		request.Host = x.address.Host
	}
	return request.WithContext(r.Context())
}

// statusProblem judges a status whose reply must not be read: a redirect, or a
// switch of protocols, whose body has no end.
func statusProblem(status int) error {
	switch {
	case status >= 300 && status < 400:
		return errRedirect
	case status < 200:
		return fmt.Errorf("the service answers with HTTP status %d, which no request asked for", status)
	}
	return nil
}

// mayHaveLeft judges a failed exchange: false only when nothing of the request can
// have left, nor can leave any more.
func (x *exchange) mayHaveLeft() bool {
	if !x.reached {
		return false
	}
	if x.status != 0 || !x.body.withdraw() {
		return true
	}
	// A request without a body can have left although nobody has read from it. Only
	// an error of connecting is proof.
	return len(x.body.content) == 0 && !isConnectFailure(x.err)
}

// isConnectFailure reports whether an error says that there was no connection.
func isConnectFailure(err error) bool {
	var (
		operation *net.OpError
		lookup    *net.DNSError
	)
	return errors.As(err, &lookup) || errors.As(err, &operation) && operation.Op == "dial"
}

// body is the body of a request. It knows whether a transport has begun to read it,
// which is how MayHaveSent is known rather than guessed: what nobody has read has not
// left. It is never nil, also for a request without content, because net/http repeats
// such a request by itself when there is no body.
type body struct {
	content []byte
	reader  *bytes.Reader
	state   atomic.Int32
}

// The states of a body. It is begun or withdrawn once, and never both.
const (
	untouched int32 = iota
	begun
	withdrawn
)

var errWithdrawn = errors.New("the request was given up before it left")

func newBody(content []byte) *body {
	return &body{content: content, reader: bytes.NewReader(content)}
}

// Read gives the content to the transport, unless the request was given up.
func (b *body) Read(p []byte) (int, error) {
	if !b.state.CompareAndSwap(untouched, begun) && b.state.Load() == withdrawn {
		return 0, errWithdrawn
	}
	return b.reader.Read(p)
}

// Close does nothing: the content is in memory.
func (*body) Close() error { return nil }

// withdraw gives the request up, and reports whether nobody had begun to read it.
func (b *body) withdraw() bool {
	return b.state.CompareAndSwap(untouched, withdrawn) || b.state.Load() == withdrawn
}

var _ io.ReadCloser = (*body)(nil)
