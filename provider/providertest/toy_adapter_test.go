package providertest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
)

const (
	// codeOfService is a template id that lets the service make the code.
	codeOfService = "code-of-service"
	toyLimit      = 1 << 20
)

// toy is a correct adapter for the toy service, unless it has a flaw.
type toy struct {
	*toyParts // behind a pointer, so that printing a toy shows none of it
	shown     string
}

type toyParts struct {
	flaw      flaw
	endpoint  providertest.Endpoint
	templates provider.Templates
	client    *http.Client
	sends     atomic.Int64
}

func newToy(e providertest.Endpoint, f flaw) *toy {
	parts := &toyParts{flaw: f, endpoint: e, templates: e.Templates.Clone()}
	parts.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	if e.HTTPClient != nil {
		parts.client.Transport = e.HTTPClient.Transport
	}
	parts.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	t := &toy{toyParts: parts}
	if f.build != nil {
		f.build(t)
	}
	return t
}

func (t *toy) Name() string {
	if t.flaw.name != nil {
		return t.flaw.name(t)
	}
	return "toy"
}

func (t *toy) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	if t.flaw.before != nil {
		t.flaw.before(t, &m)
	}
	if t.flaw.send != nil {
		return t.flaw.send(ctx, t, m)
	}
	return t.deliver(ctx, m)
}

// deliver is Send without flaws in the order of things.
func (t *toy) deliver(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	t.sends.Add(1)
	r, err := t.attempt(ctx, m)
	if err == nil && t.flaw.receipt != nil {
		t.flaw.receipt(&r)
	}
	var failure *provider.Error
	if errors.As(err, &failure) {
		failure.Provider = "toy"
		if t.flaw.failure != nil {
			t.flaw.failure(failure)
		}
	}
	return r, err
}

func (t *toy) attempt(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	request, err := t.request(m)
	if err != nil {
		return provider.Receipt{}, err
	}
	reply, status, err := t.exchange(ctx, "/toy/send", request)
	if err != nil {
		return provider.Receipt{}, err
	}
	id, err := t.judge(m, reply, status)
	if err != nil {
		return provider.Receipt{}, err
	}
	origin := provider.CodeByCaller
	if request.Template == "" {
		origin = provider.CodeByProvider
	}
	return provider.Receipt{Provider: "toy", ID: id, To: m.To, Code: origin, At: t.endpoint.Now()}, nil
}

func failure(kind provider.Kind, text string) *provider.Error {
	return &provider.Error{Provider: "toy", Op: provider.OpSend, Kind: kind, Text: text}
}

// named puts the toy's name into a failure of package provider's.
func named(err error) error {
	var e *provider.Error
	if errors.As(err, &e) {
		e.Provider = "toy"
	}
	return err
}

// request turns a message into what goes onto the wire.
func (t *toy) request(m provider.Message) (toyRequest, error) {
	if t.flaw.request != nil {
		return t.flaw.request(t, m)
	}
	if err := m.Validate(); err != nil {
		return toyRequest{}, err
	}
	if !m.To.IsMainland() {
		return toyRequest{}, failure(provider.KindUnsupported, "To: this service sends to mainland China only")
	}
	template, err := t.templates.Lookup(m.Template)
	if err != nil {
		return toyRequest{}, err
	}
	values, err := template.Values(m.Params)
	if err != nil {
		return toyRequest{}, err
	}
	if template.ID == codeOfService {
		template.ID = ""
	}
	request := toyRequest{Key: toyKey, To: []string{m.To.E164()}, Template: template.ID, Params: values}
	if t.flaw.named != nil {
		request.Names = slices.Clone(template.Params)
		t.flaw.named(request.Names, request.Params)
	}
	return request, nil
}

// exchange makes one request and reads the reply.
func (t *toy) exchange(ctx context.Context, path string, request toyRequest) ([]byte, int, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return nil, 0, err
	}
	timeout := t.endpoint.Timeout
	if timeout == 0 {
		timeout = time.Minute
	}
	inner, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if t.flaw.context != nil {
		inner = t.flaw.context(inner)
	}
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(inner, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	r, err := http.NewRequestWithContext(traced, http.MethodPost, t.endpoint.BaseURL+path, bytes.NewReader(body))
	if err != nil {
		return nil, 0, failure(provider.KindConfig, "BaseURL: not usable")
	}
	if !t.flaw.repeatable {
		r.GetBody = nil // net/http repeats requests that have it
	}
	if t.flaw.wire != nil {
		t.flaw.wire(r)
	}
	response, err := t.client.Do(r)
	if err != nil {
		return nil, 0, lost(errors.Join(t.conceal(err), inner.Err()), connected.Load())
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode < 200 && !t.flaw.readsAnything {
		return nil, 0, lost(errors.New("no reply to this request"), true)
	}
	if status := response.StatusCode; !t.flaw.impatient && (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) {
		e := failure(provider.KindUnavailable, "later")
		e.MayHaveSent, e.RetryAfter, e.HTTPStatus = true, t.waitOf(response.Header), status
		return nil, 0, e
	}
	reply, err := t.read(response.Body)
	if err != nil {
		return nil, 0, lost(errors.Join(t.conceal(err), inner.Err()), true)
	}
	return reply, response.StatusCode, nil
}

// conceal takes the address out of an error of net/http, and keeps the words of
// one that quotes the reply to itself.
func (t *toy) conceal(err error) error {
	if t.flaw.quoteTransport {
		return err
	}
	var addressed *url.Error
	if errors.As(err, &addressed) {
		err = addressed.Err
	}
	if strings.Contains(err.Error(), `"`) {
		return errors.New("the transport failed in words that may repeat the request")
	}
	return err
}

func (t *toy) read(body io.Reader) ([]byte, error) {
	if t.flaw.read != nil {
		return t.flaw.read(body)
	}
	reply, err := io.ReadAll(io.LimitReader(body, toyLimit+1))
	if len(reply) > toyLimit {
		return nil, errors.New("the reply is too long")
	}
	return reply, err
}

// lost is the failure of an exchange without a usable reply.
func lost(err error, mayHaveSent bool) error {
	e := failure(provider.KindUnavailable, "")
	e.Err, e.MayHaveSent = err, mayHaveSent
	return e
}

// judge turns a reply into the id of a receipt or a failure.
func (t *toy) judge(m provider.Message, body []byte, status int) (string, error) {
	if t.flaw.judge != nil {
		if id, decided := t.flaw.judge(body, status); decided {
			return id, nil
		}
	}
	reply, err := t.decode(body)
	if err != nil || reply.Result == "" || status != http.StatusOK {
		e := failure(provider.KindUnavailable, "the reply is not what the service promises")
		e.MayHaveSent, e.HTTPStatus = true, status
		if t.flaw.quoteReply {
			e.Text += fmt.Sprintf(": %s", body)
		}
		return "", e
	}
	if reply.Result == "OK" {
		return reply.ID, nil
	}
	refusal, listed := toyService{}.Codes().Lookup(reply.Result)
	e := failure(refusal.Kind, provider.Redact(m.Redact(reply.Message), toyKey))
	if t.flaw.quoteReply {
		e.Text = reply.Message
	}
	e.Scope, e.Code, e.MayHaveSent = refusal.Scope, reply.Result, refusal.MayHaveSent || !listed
	return "", e
}

// decode reads a reply leniently: only the result decides.
func (t *toy) decode(body []byte) (toyReply, error) {
	if t.flaw.strict {
		var reply toyReply
		return reply, json.Unmarshal(body, &reply)
	}
	var reply struct {
		Result      string
		ID, Message json.RawMessage
	}
	err := json.Unmarshal(bytes.Trim(body, "\ufeff \r\n"), &reply)
	text := func(raw json.RawMessage) (text string) {
		_ = json.Unmarshal(raw, &text)
		return text
	}
	return toyReply{Result: reply.Result, ID: text(reply.ID), Message: text(reply.Message)}, err
}

// waitOf is what the header Retry-After asks for.
func (t *toy) waitOf(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	wait := 24 * time.Hour
	if date, err := http.ParseTime(text); err == nil {
		wait = date.Sub(t.endpoint.Now())
	} else if strings.Trim(text, "0123456789") != "" {
		return 0
	} else if seconds, err := strconv.Atoi(text); err == nil {
		wait = time.Duration(seconds) * time.Second
	}
	return max(0, min(wait, 24*time.Hour))
}

// verifyingToy checks codes that the service made.
type verifyingToy struct{ *toy }

func (t *verifyingToy) Verify(ctx context.Context, r provider.Receipt, code string) error {
	if t.flaw.verify != nil {
		return t.flaw.verify(code)
	}
	reply, _, err := t.exchange(ctx, "/toy/verify", toyRequest{Key: toyKey, To: []string{r.To.E164()}, Code: code})
	if err != nil {
		return err
	}
	if !bytes.Contains(reply, []byte(`"OK"`)) {
		return &provider.Error{Provider: "toy", Op: provider.OpVerify, Kind: provider.KindCodeMismatch, Code: "WRONG_CODE"}
	}
	return nil
}

// batchToy sends batches.
type batchToy struct{ *toy }

func (t *batchToy) SendBatch(ctx context.Context, m provider.Message, to []provider.Phone) ([]provider.BatchResult, error) {
	if len(to) == 0 {
		return nil, failure(provider.KindRecipient, "to: nobody")
	}
	m.To = to[0]
	request, err := t.request(m)
	if err != nil {
		return nil, named(err)
	}
	request.To = nil
	for _, phone := range to {
		request.To = append(request.To, phone.E164())
	}
	reply, status, err := t.exchange(ctx, "/toy/send", request)
	var id string
	if err == nil {
		id, err = t.judge(m, reply, status)
	}
	results := make([]provider.BatchResult, len(to))
	for i, phone := range to {
		results[i] = provider.BatchResult{To: phone, Err: err}
		if err == nil {
			results[i].Receipt = provider.Receipt{Provider: "toy", ID: fmt.Sprintf("%s-%d", id, i), To: phone, At: t.endpoint.Now()}
		}
	}
	if t.flaw.batch != nil {
		return t.flaw.batch(ctx, t, results)
	}
	return results, nil
}

// passOn is a wrapper, inTurn a composer that asks one member after the other.
type passOn struct{ inner provider.Provider }

func (p *passOn) Name() string              { return p.inner.Name() }
func (p *passOn) Unwrap() provider.Provider { return p.inner }
func (p *passOn) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	return p.inner.Send(ctx, m)
}

type inTurn struct{ members []provider.Provider }

func (g *inTurn) Name() string { return "in-turn" }
func (g *inTurn) Providers() []provider.Provider {
	return append([]provider.Provider(nil), g.members...)
}

func (g *inTurn) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	var problems []error
	for _, member := range g.members {
		r, err := member.Send(ctx, m)
		if err == nil {
			return r, nil
		}
		problems = append(problems, err)
		if ctx.Err() != nil {
			break
		}
	}
	return provider.Receipt{}, errors.Join(problems...)
}
