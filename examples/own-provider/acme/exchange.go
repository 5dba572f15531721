package acme

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/cnsms/cnsms/provider"
)

// mostReply is how much of a reply is read. Acme answers with some hundred
// bytes.
const mostReply = 1 << 20

// call makes one signed request and returns the reply of a success.
func (p *Provider) call(ctx context.Context, op, method, path string, body []byte,
	redact func(text string, secrets ...string) string,
) (reply, error) {
	status, answer, err := p.exchange(ctx, op, method, path, body)
	if err != nil {
		return reply{}, err
	}
	if status != http.StatusOK && status != http.StatusUnprocessableEntity {
		return reply{}, p.badReply(op, status, "HTTP status")
	}
	r, err := decode(answer)
	if err != nil {
		return reply{}, p.badReply(op, status, err.Error())
	}
	if status != http.StatusOK || r.Code != codeOK {
		return reply{}, p.refusal(op, status, r, redact)
	}
	return r, nil
}

// exchange makes one request and reads the whole reply. It asks the transport
// itself: http.Client would follow redirects, which takes the number and the
// signature to another server, and would put the address into its errors.
func (p *Provider) exchange(ctx context.Context, op, method, path string, body []byte) (int, []byte, error) {
	if err := ctx.Err(); err != nil {
		return 0, nil, p.broken(op, 0, false, err)
	}
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	var watch connectionWatch
	request, err := http.NewRequestWithContext(watch.attach(ctx), method, p.cfg.BaseURL+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, p.broken(op, 0, false, errors.New("BaseURL: no request can be made of it"))
	}
	p.addHeaders(request, body)

	response, err := p.transport.RoundTrip(request)
	if err != nil {
		return 0, nil, p.broken(op, 0, watch.mayHaveSent(), cause(ctx, err))
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, mostReply+1))
	if err == nil && len(answer) > mostReply {
		err = errors.New("the reply is larger than 1 MiB")
	}
	if err != nil {
		return 0, nil, p.broken(op, response.StatusCode, true, cause(ctx, err))
	}
	return response.StatusCode, answer, nil
}

func (p *Provider) addHeaders(request *http.Request, body []byte) {
	now := strconv.FormatInt(p.cfg.Now().Unix(), 10)
	request.Header.Set("Acme-Key", p.cfg.Key)
	request.Header.Set("Acme-Time", now)
	request.Header.Set("Acme-Sign", sign(string(p.cfg.Secret), request.Method, request.URL.EscapedPath(), now, body))
	if len(body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
}

// newTransport returns the transport of the caller's client, or one that keeps
// enough connections for many sends at a time: Go's default keeps two.
func newTransport(client *http.Client) http.RoundTripper {
	if client != nil && client.Transport != nil {
		return client.Transport
	}
	standard, ok := http.DefaultTransport.(*http.Transport)
	if client != nil || !ok {
		return http.DefaultTransport
	}
	own := standard.Clone()
	own.MaxIdleConns = 0
	own.MaxIdleConnsPerHost = 100
	return own
}

// connectionWatch sees whether the transport had a connection for the request.
// Before that nothing can have been sent. The transport may call it after
// RoundTrip has returned, hence the atomics.
type connectionWatch struct{ asked, got atomic.Bool }

func (w *connectionWatch) attach(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { w.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.got.Store(true) },
	})
}

// mayHaveSent is false only when it is certain that nothing left. A transport
// that reports nothing, such as a test double, leaves it open.
func (w *connectionWatch) mayHaveSent() bool { return !w.asked.Load() || w.got.Load() }

// cause is why an exchange broke off. The end of the context always shows: a
// transport may return another error then. An error that quotes something does
// not: net/http quotes what it cannot read of a reply, and that may repeat the
// whole request.
func cause(ctx context.Context, err error) error {
	var unreadable textproto.ProtocolError
	if errors.As(err, &unreadable) || strings.Contains(err.Error(), `"`) {
		err = errors.New("the transport failed; its words are left out, because they may repeat the request")
	}
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		return errors.Join(err, ended)
	}
	return err
}

// broken is the error of an exchange without a usable reply. Only a send can
// have sent something.
func (p *Provider) broken(op string, status int, mayHaveSent bool, err error) error {
	return &provider.Error{
		Provider: p.cfg.Name, Op: op, Kind: provider.KindUnavailable,
		HTTPStatus: status, MayHaveSent: mayHaveSent && op == provider.OpSend, Err: err,
	}
}

// badReply is the error of a reply that is not what Acme promises.
func (p *Provider) badReply(op string, status int, problem string) error {
	return p.broken(op, status, true, errors.New("unusable reply: "+problem))
}

// named puts the adapter's name into an error of package provider, which does
// not know it.
func (p *Provider) named(err error) error {
	var known *provider.Error
	if !errors.As(err, &known) {
		return err
	}
	named := *known
	named.Provider = p.cfg.Name
	return &named
}
