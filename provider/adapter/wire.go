package adapter

import (
	"net/http"
	"net/url"
)

// exchange is one request as it is to stand on the wire, and what became of it. It
// travels to the wire in the request's context.
type exchange struct {
	method    string
	address   *url.URL
	host      string // default: that of the address
	header    http.Header
	content   []byte
	transport http.RoundTripper
	departure departure

	reached     bool        // the transport was asked
	status      int         // of the reply, or 0
	replyHeader http.Header // of the reply, or nil
	err         error       // of the transport
}

type exchangeKey struct{}

// wire is the transport of resty's client. It sends the request as the adapter has
// made it, without what an HTTP client adds by itself, and judges the status before
// anybody reads the reply.
type wire struct{}

const (
	errNoExchange = plainError("a request without an exchange")
	errNoResponse = plainError("the transport returned neither a response nor an error")
	errRedirect   = plainError("the service redirects; redirects are not followed")
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
	if response != nil {
		x.status, x.replyHeader = response.StatusCode, response.Header
		if response.Body == nil {
			response.Body = http.NoBody // http.Client would do the same, and test doubles count on it
		}
	}
	if err == nil {
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
		ContentLength: int64(len(x.content)),
	}
	if request.Host == "" {
		request.Host = x.address.Host
	}
	body, ctx := x.departure.watch(r.Context(), x.content)
	request.Body = body
	return request.WithContext(ctx)
}

// statusProblem judges a status whose reply must not be read: a redirect, or a
// switch of protocols, whose body has no end.
func statusProblem(status int) error {
	switch {
	case status >= 300 && status < 400:
		return errRedirect
	case status < 200:
		return plainError("the service switches protocols or answers with no final status; no request asked for that")
	}
	return nil
}

// mayHaveLeft judges a failed exchange: false only when nothing of the request's
// content can have left, nor can leave any more.
func (x *exchange) mayHaveLeft() bool {
	return x.reached && (x.status != 0 || x.departure.mayHaveLeft())
}
