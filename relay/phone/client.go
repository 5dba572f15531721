package phone

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// maxReply is how much of a response is read: 1 MiB. The gateway's are some hundred
// bytes long.
const maxReply = 1 << 20

// client posts requests to the gateway, and each of them once. It calls the transport
// directly, because an http.Client follows redirects and would take the token along.
type client struct {
	base      *url.URL
	header    http.Header
	transport http.RoundTripper
	timeout   time.Duration
}

// reply is a response, read to its end.
type reply struct {
	status int
	body   []byte
}

// newClient returns the client of a valid Config. Its time limit is that of a pull, which
// may wait and still needs the time of another request.
func newClient(cfg Config, base *url.URL) *client {
	c := &client{base: base, timeout: cfg.Timeout + cfg.Wait, header: http.Header{
		"Authorization": {"Bearer " + string(cfg.Token)},
		"Content-Type":  {"application/json"},
		"Accept":        {"application/json"},
	}}
	if cfg.HTTPClient == nil {
		c.transport = newTransport(cfg.Dial)
		return c
	}
	c.transport = cfg.HTTPClient.Transport
	if c.transport == nil {
		c.transport = http.DefaultTransport
	}
	if limit := cfg.HTTPClient.Timeout; limit > 0 {
		c.timeout = min(c.timeout, limit)
	}
	return c
}

// post makes one request. The error does not repeat anything of the request or of the
// response, and is the context's when the context has ended.
func (c *client) post(ctx context.Context, path string, body []byte) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return reply{}, err
	}
	response, err := c.transport.RoundTrip(c.request(ctx, path, body)) //nolint:bodyclose // read closes it.
	if err == nil {
		var got reply
		if got, err = read(response); err == nil {
			return got, nil
		}
	}
	if ended := ctx.Err(); ended != nil {
		return reply{}, ended // some transports return an error of their own
	}
	return reply{}, c.conceal(err, body)
}

// request has no GetBody, without which net/http repeats no request whose body it has
// touched.
func (c *client) request(ctx context.Context, path string, body []byte) *http.Request {
	address := *c.base
	address.Path += path
	request := http.Request{
		Method: http.MethodPost, URL: &address, Host: address.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: c.header.Clone(), // transports that add headers exist
		Body:   io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
	return request.WithContext(ctx)
}

var (
	errNoResponse = errors.New("the transport returned neither a response nor an error")
	errRedirect   = errors.New("the gateway redirects; redirects are not followed")
	errNoStatus   = errors.New("the gateway switches protocols or answers with no final status")
	errTooLarge   = errors.New("the response is larger than 1 MiB")
)

// read reads a response, but no more of it than maxReply, and closes it. It leaves alone
// what no gateway answers: a redirect, and a switch of protocols, whose body has no end.
func read(response *http.Response) (reply, error) {
	if response == nil {
		return reply{}, errNoResponse
	}
	if response.Body == nil { // test doubles leave it out
		response.Body = http.NoBody
	}
	defer func() { _ = response.Body.Close() }()
	switch {
	case response.StatusCode >= 300 && response.StatusCode < 400:
		return reply{}, errRedirect
	case response.StatusCode < 200:
		return reply{}, errNoStatus
	case response.ContentLength > maxReply:
		return reply{}, errTooLarge
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxReply+1))
	if err == nil && len(body) > maxReply {
		err = errTooLarge
	}
	return reply{response.StatusCode, body}, err
}

const (
	connectTimeout = 5 * time.Second
	// idleTimeout is short because a phone moves from one network to another, and its
	// connections die without a word.
	idleTimeout = 8 * time.Second
	// longestHead is how much of a response's head is read. Go's default is 10 MB.
	longestHead = 256 << 10
)

// newTransport returns a transport that shares nothing with http.DefaultTransport. It
// speaks HTTP/1.1 only: over HTTP/2 net/http repeats requests by itself and goes on
// using a connection that has died.
func newTransport(dial func(ctx context.Context, network, address string) (net.Conn, error)) *http.Transport {
	if dial == nil {
		dial = (&net.Dialer{Timeout: connectTimeout}).DialContext
	}
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dial,
		Protocols:           protocols,
		IdleConnTimeout:     idleTimeout,
		TLSHandshakeTimeout: connectTimeout,

		MaxResponseHeaderBytes: longestHead,
	}
}
