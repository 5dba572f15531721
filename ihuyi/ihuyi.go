// Package ihuyi sends through Ihuyi (互亿无线).
//
// # Service
//
// Mainland texts through https://106.ihuyi.com, international ones through
// https://api.isms.ihuyi.com; the two are separate products, each with an
// APIID and APIKEY of its own, so each is a Provider of its own: set
// Config.International for the second and let failover.NewRouter choose by
// country. Requests are forms over HTTPS, signed with the dynamic password
// (MD5 over account, key, number, text and time) so that the key itself does
// not travel; replies are JSON. Ihuyi takes one number per request, makes no
// codes, and returns an id but offers no way to ask what became of it. It pushes
// delivery reports and replies, in a form that no source shows, so this package
// does not read them.
//
// The vendor's documents want HTTPS for both products. Of the classic interface
// for international texts public clients show plain HTTP only; if its host should
// turn out not to answer HTTPS, APINewer is the way, or Config.BaseURL.
//
// Config.API chooses between two interfaces. The classic one stands in the
// vendor's interface document and in a tutorial of 2023-05, which shows it at
// work. The newer one, https://api.ihuyi.com, is known from public clients of
// 2024 to 2026: seven that send mainland texts, one of them with the dynamic
// password, and two that ask for the balance. For international texts it rests on
// articles by the vendor, which show the form and the name of the id; where its
// balance of international accounts is, nobody says. It has not been seen at work.
//
// # Settings
//
// Account is the APIID of the console (C and eight digits, I for
// international), APIKey the APIKEY beside it. The clock must be right: the
// dynamic password expires.
//
// # Templates
//
// A Template with an ID is sent in template mode: the values of Params, in
// order, joined by "|", which therefore no value may contain. A Template
// without an ID is sent as whole text, which must match a text approved in the
// console. International texts are always sent whole: the document of that
// product has no field for a template. The default text of a trial account is
//
//	您的验证码是：{code}。请不要把验证码泄露给其他人。
//
// with a full-width colon. The signature is the account's; it cannot be chosen
// per message.
//
// # Failure codes
//
// The table is in codes.go. Ihuyi answers HTTP 200 whatever happened. Code 2
// is success; code 2 without an id is treated as "no usable answer".
//
// # Limits
//
// By default one text a second, five a day and five codes per number, and eight
// characters per variable; the console can change them. 500 characters per text
// (300 in an older document). What is certain fails before any request: a value
// over Config.VariableLimit in template mode, and a whole text that is empty or,
// on the mainland, over 500 characters. The limit of variables holds in whole
// texts too, but which part of one is a variable only the service knows. Facts
// read on 2026-11-21 from the vendor's interface document and articles, a
// tutorial of 2023-05 and public clients.
package ihuyi

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// Provider sends through one Ihuyi account. It is a provider.Provider and a
// provider.BalanceReader.
type Provider struct {
	// The settings sit behind a pointer because fmt, when it prints a struct that
	// holds a Provider in an unexported field, does not ask Format but shows the
	// fields of the Provider. It does not follow the pointers among them.
	cfg        *Config
	client     *httpx.Client
	submitURL  *url.URL
	balanceURL *url.URL // nil where the balance cannot be asked for
	format     string
}

var _ provider.BalanceReader = (*Provider)(nil)

// New returns a Provider, or an error that names every faulty field.
func New(cfg Config) (*Provider, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	cfg.Templates = cfg.Templates.Clone()
	client, err := httpx.New(cfg.http())
	if err != nil {
		return nil, fmt.Errorf("ihuyi: config: %w", err)
	}
	calls := cfg.calls()
	p := &Provider{cfg: &cfg, client: client, submitURL: client.URL(calls.submit.path, calls.submit.query), format: calls.format}
	if calls.balance.path != "" {
		p.balanceURL = client.URL(calls.balance.path, calls.balance.query)
	}
	return p, nil
}

// Name returns Config.Name.
func (p *Provider) Name() string { return p.cfg.Name }

// Format prints the name only, whatever the verb.
func (p *Provider) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "ihuyi.Provider(%s)", p.cfg.Name)
}

// Send submits one text. Message.Ref is not forwarded: Ihuyi has no field for
// it.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	request, err := p.newSubmit(m)
	if err != nil {
		return provider.Receipt{}, httpx.Named(err, p.cfg.Name)
	}
	reply, err := p.exchange(ctx, provider.OpSend, p.submitURL, request)
	if err != nil {
		return provider.Receipt{}, err
	}
	if reply.Code != codeAccepted {
		return provider.Receipt{}, p.refusal(provider.OpSend, reply, m, request.password)
	}
	id := reply.id()
	if id == "" || id == "0" {
		return provider.Receipt{}, p.client.BadReply(provider.OpSend, httpx.Reply{Status: http.StatusOK}, "accepted, but without an id")
	}
	return provider.Receipt{Provider: p.cfg.Name, ID: id, To: m.To, At: p.cfg.Now()}, nil
}

// ReadBalance returns the number of messages left. With APINewer and
// International it is KindUnsupported: no source tells where to ask.
func (p *Provider) ReadBalance(ctx context.Context) (provider.Balance, error) {
	if p.balanceURL == nil {
		return provider.Balance{}, &provider.Error{
			Provider: p.cfg.Name, Op: provider.OpBalance, Kind: provider.KindUnsupported,
			Text: "API: where the newer interface has the balance of international accounts is not known; APIClassic has it",
		}
	}
	request := p.newBalanceQuery()
	reply, err := p.exchange(ctx, provider.OpBalance, p.balanceURL, request)
	if err != nil {
		return provider.Balance{}, err
	}
	if reply.Code != codeAccepted {
		return provider.Balance{}, p.refusal(provider.OpBalance, reply, provider.Message{}, request.password)
	}
	if !httpx.IsDecimal(string(reply.Num)) {
		return provider.Balance{}, p.client.BadReply(provider.OpBalance, httpx.Reply{Status: http.StatusOK}, "num: not a number")
	}
	return provider.Balance{Provider: p.cfg.Name, Amount: string(reply.Num), Unit: provider.UnitMessages}, nil
}

// exchange posts a form and reads the reply.
func (p *Provider) exchange(ctx context.Context, op string, address *url.URL, f form) (reply, error) {
	answer, err := p.client.Do(ctx, httpx.Request{Op: op, Method: http.MethodPost, URL: address, Header: formHeader, Body: f.encode()})
	if err != nil {
		return reply{}, err
	}
	if answer.Status != http.StatusOK {
		return reply{}, p.client.BadReply(op, answer, "HTTP status")
	}
	decoded, err := decode(answer.Body)
	if err != nil {
		return reply{}, p.client.BadReply(op, answer, err.Error())
	}
	return decoded, nil
}

// refusal turns a code into an error. The service's words, and a code that is in
// no table, may repeat anything that was sent, hence the redaction.
func (p *Provider) refusal(op string, r reply, m provider.Message, password string) error {
	redact := func(text string) string { return m.Redact(text, string(p.cfg.APIKey), password) }
	meaning, code := meaningOf(string(r.Code)), string(r.Code)
	if meaning.kind == provider.KindUnknown {
		code = redact(code)
	}
	return &provider.Error{
		Provider: p.cfg.Name, Op: op, Kind: meaning.kind, Scope: meaning.scope, RetryAfter: meaning.retryAfter,
		Code: code, Text: redact(string(r.Msg)), HTTPStatus: http.StatusOK,
	}
}
