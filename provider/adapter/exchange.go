package adapter

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/cnsms/cnsms/provider"
)

// MaxReply is how much of a reply is read: 1 MiB. The services answer with some
// hundred bytes.
const MaxReply = 1 << 20

// Reply is what the service answered, read to its end.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do makes the one request of a call. The error is a *provider.Error of
// KindUnavailable that matches ctx.Err() when the context ended. A redirect is an
// error, and so is a reply larger than MaxReply; any other reply is returned whatever
// its status.
func (c *Call) Do(ctx context.Context, r Request) (Reply, error) {
	content, contentType, err := r.body()
	if err != nil {
		return Reply{}, c.Fail(provider.KindConfig, "the request cannot be written as JSON")
	}
	return c.exchange(ctx, &exchange{
		method: r.method(), address: r.address(c.client.settings().base), header: r.header(contentType),
		body: newBody(content),
	})
}

// Forward is Do for a request that somebody else has built, such as a vendor's SDK.
// The request's own context is not used.
func (c *Call) Forward(ctx context.Context, r *http.Request) (Reply, error) {
	var content []byte
	if r.Body != nil {
		var err error
		if content, err = io.ReadAll(r.Body); err != nil {
			return Reply{}, c.Fail(provider.KindConfig, "the body of the request cannot be read")
		}
		_ = r.Body.Close()
	}
	return c.exchange(ctx, &exchange{
		method: r.Method, address: r.URL, host: r.Host, header: r.Header.Clone(), body: newBody(content),
	})
}

// exchange makes the exchange x and reads the reply.
func (c *Call) exchange(ctx context.Context, x *exchange) (Reply, error) {
	if ctx.Err() != nil {
		return Reply{}, c.broken(false, ended(ctx, nil))
	}
	settings := c.client.settings()
	ctx, cancel := settings.exchange.bound(ctx)
	defer cancel()
	response, err := settings.exchange.do(ctx, x)
	c.status = x.status
	if err != nil {
		return Reply{}, c.broken(x.mayHaveLeft(), ended(ctx, conceal(err, x.address)))
	}
	// A transport may hand out a body that does not know of the context.
	stop := context.AfterFunc(ctx, func() { _ = response.Body.Close() })
	defer stop()
	defer func() { _ = response.Body.Close() }()
	body, err := readAll(response)
	if err != nil {
		return Reply{}, c.broken(true, ended(ctx, conceal(err, x.address)))
	}
	return Reply{response.StatusCode, response.Header, body}, nil
}

// exchanger makes exchanges for one Client.
type exchanger struct {
	resty   *resty.Client
	client  *http.Client // the user's, or nil
	own     http.RoundTripper
	timeout time.Duration
}

func newExchanger(cfg Config) exchanger {
	return exchanger{resty: newResty(), client: cfg.HTTPClient, own: newTransport(), timeout: cfg.Timeout}
}

// newResty returns a client that makes one request as it is told to, and nothing
// by itself. The http.Client is the package's own: a user's could follow redirects or
// send cookies.
func newResty() *resty.Client {
	useLastResponse := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return resty.NewWithClient(&http.Client{Transport: wire{}}).
		SetRetryCount(0).
		SetRedirectPolicy(resty.RedirectPolicyFunc(useLastResponse)).
		SetDoNotParseResponse(true).
		SetAllowGetMethodPayload(true).
		SetLogger(silence{})
}

// silence is a logger that logs nothing.
type silence struct{}

func (silence) Errorf(string, ...any) {}
func (silence) Warnf(string, ...any)  {}
func (silence) Debugf(string, ...any) {}

// bound gives the context the adapter's time limit, if that is earlier than the
// context's own.
func (e exchanger) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	limit := &timeLimit{"Config.Timeout", e.timeout}
	if e.client != nil && e.client.Timeout > 0 && e.client.Timeout < limit.length {
		limit = &timeLimit{"HTTPClient.Timeout", e.client.Timeout}
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= limit.length {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, limit.length, limit)
}

// do sends the request through resty. The response's body is not read yet.
func (e exchanger) do(ctx context.Context, x *exchange) (*http.Response, error) {
	x.transport = e.transport()
	request := e.resty.R().SetContext(context.WithValue(ctx, exchangeKey{}, x))
	if len(x.body.content) > 0 {
		request.SetBody(bytes.NewReader(x.body.content)) // of other readers resty would make a copy
	}
	response, err := request.Execute(x.method, x.address.String())
	if err != nil {
		return nil, peel(err)
	}
	return response.RawResponse, nil
}

// peel takes off what net/http wraps around an error: the address of the request.
func peel(err error) error {
	for {
		var wrapped *url.Error
		if !errors.As(err, &wrapped) {
			return err
		}
		err = wrapped.Err
	}
}

var errTooLarge = errors.New("the reply is larger than 1 MiB")

// readAll reads the body, but no more of it than MaxReply.
func readAll(response *http.Response) ([]byte, error) {
	if response.ContentLength > MaxReply {
		return nil, errTooLarge
	}
	var body bytes.Buffer
	if response.ContentLength > 0 {
		body.Grow(int(response.ContentLength) + bytes.MinRead)
	}
	if _, err := body.ReadFrom(io.LimitReader(response.Body, MaxReply+1)); err != nil {
		return nil, err
	}
	if body.Len() > MaxReply {
		return nil, errTooLarge
	}
	return body.Bytes(), nil
}
