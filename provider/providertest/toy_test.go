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
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

const toyKey = "toy-secret-key"

// toyReply is what the toy service answers.
type toyReply struct {
	Result  string `json:"result"`
	ID      string `json:"id,omitempty"`
	Message string `json:"message,omitempty"`
}

// toyRequest is what it takes.
type toyRequest struct {
	Key    string   `json:"key"`
	To     []string `json:"to"`
	ID     string   `json:"template"`
	Params []string `json:"params"`
}

// toyService is the simulator of a service that does not exist.
type toyService struct{}

func (toyService) Name() string              { return "toy" }
func (toyService) Owns(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/toy/") }

func (toyService) Refusals() []sim.Refusal {
	return []sim.Refusal{
		{Code: "NO_MONEY", Kind: provider.KindBalance, Text: "no money left"},
		{Code: "TOO_OFTEN", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "too often for this phone"},
		{Code: "BUSY", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "try later"},
	}
}

func (s toyService) Serve(c *sim.Call) {
	var request toyRequest
	if err := json.Unmarshal(c.Body, &request); err != nil || request.Key != toyKey {
		c.Explain("key: is not the one of the account")
		c.ReplyJSON(http.StatusOK, "application/json", toyReply{Result: "BAD_KEY"})
		return
	}
	if refusal, ok := c.Refusal(); ok {
		c.Explain("scripted: %s", refusal.Code)
		c.ReplyJSON(http.StatusOK, "application/json", toyReply{Result: refusal.Code, Message: refusal.Text})
		return
	}
	id := fmt.Sprintf("toy-%d", c.Seq)
	for _, to := range request.To {
		c.Accept(sim.Message{ID: id, To: to, Template: request.ID, Params: request.Params})
	}
	c.ReplyJSON(http.StatusOK, "application/json", toyReply{Result: "OK", ID: id})
}

// toy is a correct adapter for the toy service. Each flaw breaks one thing.
type toy struct {
	flaw string
	*toyParts
}

// toyParts sits behind a pointer, so that printing a toy shows none of it.
type toyParts struct {
	endpoint  providertest.Endpoint
	templates provider.Templates
	client    *http.Client
	sends     atomic.Int64
	shared    map[string]string
}

func newToy(e providertest.Endpoint, flaw string) *toy {
	parts := &toyParts{endpoint: e, templates: e.Templates.Clone(), shared: map[string]string{}}
	parts.client = toyClient(e.HTTPClient)
	return &toy{flaw: flaw, toyParts: parts}
}

func toyClient(given *http.Client) *http.Client {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	if given != nil {
		client.Transport = given.Transport
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

func (t *toy) Name() string { return "toy" }

func (t *toy) fail(kind provider.Kind, text string) *provider.Error {
	return &provider.Error{Provider: t.Name(), Op: provider.OpSend, Kind: kind, Text: text}
}

func (t *toy) named(err error) error {
	var e *provider.Error
	if errors.As(err, &e) {
		e.Provider = t.Name()
	}
	return err
}

func (t *toy) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	body, err := t.request(m)
	if err != nil {
		return provider.Receipt{}, t.named(err)
	}
	reply, status, err := t.exchange(ctx, body)
	if err != nil {
		return provider.Receipt{}, err
	}
	return t.judge(m, reply, status)
}

func (t *toy) request(m provider.Message) ([]byte, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if !m.To.IsMainland() {
		return nil, t.fail(provider.KindUnsupported, "To: this service sends to mainland China only")
	}
	template, err := t.templates.Lookup(m.Template)
	if err != nil {
		return nil, err
	}
	values, err := template.Values(m.Params)
	if err != nil {
		return nil, err
	}
	return json.Marshal(toyRequest{Key: toyKey, To: []string{m.To.E164()}, ID: template.ID, Params: values})
}

func (t *toy) exchange(ctx context.Context, body []byte) ([]byte, int, error) {
	timeout := t.endpoint.Timeout
	if timeout == 0 {
		timeout = time.Minute
	}
	inner, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(inner, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	r, err := http.NewRequestWithContext(traced, http.MethodPost, t.endpoint.BaseURL+"/toy/send", bytes.NewReader(body))
	if err != nil {
		return nil, 0, t.fail(provider.KindConfig, "BaseURL: not usable")
	}
	response, err := t.client.Do(r)
	if err != nil {
		return nil, 0, t.broken(errors.Join(err, inner.Err()), connected.Load())
	}
	defer func() { _ = response.Body.Close() }()
	reply, err := io.ReadAll(io.LimitReader(response.Body, 1<<20+1))
	if err != nil {
		return nil, 0, t.broken(errors.Join(err, inner.Err()), true)
	}
	if len(reply) > 1<<20 {
		return nil, 0, t.broken(errors.New("too long"), true)
	}
	return reply, response.StatusCode, nil
}

func (t *toy) broken(err error, mayHaveSent bool) error {
	e := t.fail(provider.KindUnavailable, "")
	e.Err, e.MayHaveSent = err, mayHaveSent
	return e
}

func (t *toy) judge(m provider.Message, body []byte, status int) (provider.Receipt, error) {
	var reply toyReply
	if err := json.Unmarshal(body, &reply); err != nil || reply.Result == "" || status != http.StatusOK {
		e := t.fail(provider.KindUnavailable, "the reply is not what the service promises")
		e.MayHaveSent, e.HTTPStatus = true, status
		return provider.Receipt{}, e
	}
	if reply.Result == "OK" && reply.ID != "" {
		return provider.Receipt{Provider: t.Name(), ID: reply.ID, To: m.To, At: t.endpoint.Now()}, nil
	}
	refusals := toyService{}.Refusals()
	refusal, _ := sim.FindRefusal(refusals, reply.Result)
	e := t.fail(refusal.Kind, provider.Redact(m.Redact(reply.Message), toyKey))
	e.Scope, e.Code, e.MayHaveSent = refusal.Scope, reply.Result, refusal.MayHaveSent
	return provider.Receipt{}, e
}

var toyMessage = provider.Message{
	To: provider.MustParsePhone("13800138000"), Template: "login",
	Params: provider.Params{provider.ParamCode: "042137"},
}

// toyHarness builds toys with a flaw; "" is the correct one.
func toyHarness(flaw string) providertest.Harness {
	return providertest.Harness{
		Service:   func(testing.TB) sim.Service { return toyService{} },
		New:       func(_ testing.TB, e providertest.Endpoint) provider.Provider { return newToy(e, flaw) },
		Message:   toyMessage,
		Templates: provider.Templates{"login": {ID: "t1", Params: []string{"code"}}},
		RefusalReply: func(code, text string) providertest.Reply {
			body, _ := json.Marshal(toyReply{Result: code, Message: text})
			return providertest.Reply{ContentType: "application/json", Body: body}
		},
		Unlisted: map[string]provider.Kind{"ok": provider.KindUnknown, "31337": provider.KindUnknown},
		Secrets:  []string{toyKey},
	}
}

func TestToy(t *testing.T) {
	t.Parallel()
	providertest.Run(t, toyHarness(""))
}

var _ = slices.Contains[[]string]
