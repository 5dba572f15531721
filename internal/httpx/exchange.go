package httpx

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"

	"github.com/cnsms/cnsms/provider"
)

// MaxReply is how much of a reply is read: 1 MiB. The services answer with some
// hundred bytes.
const MaxReply = 1 << 20

// Request is one request of an adapter.
type Request struct {
	// Op is the operation, such as provider.OpSend, for errors.
	Op string
	// Method is the HTTP method.
	Method string
	// URL is the whole address; see Client.URL. It is not changed.
	URL *url.URL
	// Header are the headers. They are not changed.
	Header http.Header
	// Body is the body; nil for none.
	Body []byte
}

// Reply is what the service answered, read to its end.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do makes one exchange. The error is an *provider.Error of KindUnavailable
// that says whether the request may have reached the service, and that matches
// ctx.Err() when the context ended. A redirect is an error, and so is a reply
// larger than MaxReply; any other reply is returned whatever its status.
func (c *Client) Do(ctx context.Context, r Request) (Reply, error) {
	return c.exchange(ctx, r.Op, r.URL, r.withContext)
}

// Forward is Do for a request that somebody else has built, such as a vendor's
// SDK. The request's own context is not used.
func (c *Client) Forward(ctx context.Context, op string, request *http.Request) (Reply, error) {
	return c.exchange(ctx, op, request.URL, request.WithContext)
}

// exchange sends the request that build makes with the context it is given.
func (c *Client) exchange(ctx context.Context, op string, address *url.URL, build func(context.Context) *http.Request) (Reply, error) {
	if err := ctx.Err(); err != nil {
		return Reply{}, c.broken(op, 0, false, err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	watch := &connectionWatch{}
	response, err := c.transport.RoundTrip(build(watch.attach(ctx)))
	if response == nil && err == nil {
		err = errNoResponse
	}
	if err != nil {
		err = joinContext(ctx, conceal(err, address))
		return Reply{}, c.broken(op, 0, watch.mayHaveSent(c.transport, err), err)
	}
	if response.Body == nil {
		response.Body = http.NoBody // http.Client would do the same, and test doubles count on it
	}
	defer func() { _ = response.Body.Close() }()
	if isRedirect(response.StatusCode) {
		return Reply{}, c.broken(op, response.StatusCode, true, errors.New("the service redirects; redirects are not followed"))
	}
	body, err := readAll(response)
	if err != nil {
		return Reply{}, c.broken(op, response.StatusCode, true, joinContext(ctx, conceal(err, address)))
	}
	return Reply{response.StatusCode, response.Header, body}, nil
}

// withContext builds the request for net/http. The map of headers is copied,
// because transports that add headers exist, but not their values, which nobody
// changes in place.
func (r Request) withContext(ctx context.Context) *http.Request {
	request := http.Request{
		Method: r.Method, URL: r.URL, Host: r.URL.Host, Header: maps.Clone(r.Header),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if request.Header == nil {
		request.Header = http.Header{}
	}
	if len(r.Body) > 0 {
		request.ContentLength = int64(len(r.Body))
		request.Body = newBody(r.Body)
		// The transport may use GetBody when a kept connection turns out to be
		// closed before a byte was written. That is no second request.
		request.GetBody = func() (io.ReadCloser, error) { return newBody(r.Body), nil }
	}
	return request.WithContext(ctx)
}

// newBody wraps content in exactly this way because net/http knows it for a body
// in memory, and then writes head and body of the request together.
func newBody(content []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(content)) }

func isRedirect(status int) bool { return status >= 300 && status < 400 }

var (
	errNoResponse = errors.New("the transport returned neither a response nor an error")
	errTooLarge   = errors.New("the reply is larger than 1 MiB")
)

// readAll reads the body, but no more of it than MaxReply.
func readAll(response *http.Response) ([]byte, error) {
	if response.ContentLength > MaxReply {
		return nil, errTooLarge
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, MaxReply+1))
	if err != nil {
		return nil, err
	}
	if len(body) > MaxReply {
		return nil, errTooLarge
	}
	return body, nil
}

// joinContext makes sure that the end of the context shows in the error: some
// transports return an error of their own.
func joinContext(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		return errors.Join(err, ended)
	}
	return err
}

// broken is the error of an exchange that brought no usable reply.
func (c *Client) broken(op string, status int, mayHaveSent bool, err error) error {
	return &provider.Error{
		Provider: c.provider, Op: op, Kind: provider.KindUnavailable,
		HTTPStatus: status, MayHaveSent: mayHaveSent && op == provider.OpSend, Err: err,
	}
}

// BadReply is the error for a reply that is not what the service promises. The
// reply's text is not repeated: it could hold anything.
func (c *Client) BadReply(op string, reply Reply, problem string) error {
	return &provider.Error{
		Provider: c.provider, Op: op, Kind: provider.KindUnavailable,
		HTTPStatus: reply.Status, MayHaveSent: op == provider.OpSend, Text: "unusable reply: " + problem,
	}
}
