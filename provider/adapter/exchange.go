package adapter

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
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
		content: content,
	})
}

// Forward is Do for a request that somebody else has built, such as a vendor's SDK.
// The request's own context is not used.
func (c *Call) Forward(ctx context.Context, r *http.Request) (Reply, error) {
	if r.URL == nil {
		return Reply{}, c.Fail(provider.KindConfig, "the request has no URL")
	}
	var content []byte
	if r.Body != nil {
		var err error
		if content, err = io.ReadAll(r.Body); err != nil {
			return Reply{}, c.Fail(provider.KindConfig, "the body of the request cannot be read")
		}
		_ = r.Body.Close()
	}
	return c.exchange(ctx, &exchange{
		method: r.Method, address: r.URL, host: r.Host, header: r.Header.Clone(), content: content,
	})
}

// exchange makes the exchange x and reads the reply.
func (c *Call) exchange(ctx context.Context, x *exchange) (Reply, error) {
	if ctx.Err() != nil {
		return Reply{}, c.broken(false, ended(ctx, nil))
	}
	exchanger := c.client.settings().exchange
	ctx, cancel := exchanger.bound(ctx)
	defer cancel()
	response, err := exchanger.do(ctx, x) //nolint:bodyclose // read closes it.
	c.status, c.retryAfter = x.status, retryAfter(x.status, x.replyHeader, c.client.Now)
	var body []byte
	if err == nil {
		body, err = x.read(ctx, response)
	}
	if err != nil {
		exchanger.doubt(ctx)
		return Reply{}, c.broken(x.mayHaveLeft(), ended(ctx, c.conceal(err, x)))
	}
	return Reply{response.StatusCode, response.Header, body}, nil
}

// exchanger makes exchanges for one Client.
type exchanger struct {
	resty   *resty.Client
	client  *http.Client // the user's, or nil
	own     *http.Transport
	timeout time.Duration
	silent  atomic.Bool // the last connection may have died
}

func newExchanger(cfg Config) *exchanger {
	return &exchanger{resty: newResty(), client: cfg.HTTPClient, own: newTransport(), timeout: cfg.Timeout}
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
func (e *exchanger) bound(ctx context.Context) (context.Context, context.CancelFunc) {
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
func (e *exchanger) do(ctx context.Context, x *exchange) (*http.Response, error) {
	x.transport, x.departure = e.transport()
	if e.silent.Swap(false) {
		closeIdle(x.transport)
	}
	request := e.resty.R().SetContext(context.WithValue(ctx, exchangeKey{}, x))
	if len(x.content) > 0 {
		request.SetBody(bytes.NewReader(x.content)) // of other readers resty would make a copy
	}
	response, err := request.Execute(x.method, x.address.String())
	switch {
	case x.err != nil:
		return nil, x.err // without what net/http has put around it
	case err != nil:
		return nil, err
	}
	return response.RawResponse, nil
}

// doubt remembers a request that got no answer in time: its connection may have
// died without a word, and others that have been idle meanwhile along with it.
func (e *exchanger) doubt(ctx context.Context) {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		e.silent.Store(true)
	}
}
