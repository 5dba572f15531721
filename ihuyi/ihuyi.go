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
// The table is codes.txt. Ihuyi answers HTTP 200 whatever happened. Code 2 is
// success, with an id or without. Replies are JSON, and XML where the account or a
// machine in front of the service does not mind what was asked for; both are read.
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
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// Default values of Config.
const (
	DefaultName          = "ihuyi"
	DefaultBaseURL       = "https://106.ihuyi.com"
	DefaultBaseURLIntl   = "https://api.isms.ihuyi.com"
	DefaultBaseURLNewer  = "https://api.ihuyi.com"
	DefaultVariableLimit = 8
)

// Config configures a Provider.
type Config struct {
	// Account is the APIID. Required.
	Account string
	// APIKey is the APIKEY. Required.
	APIKey provider.Secret
	// International says that the account is one for international texts.
	International bool
	// API is the interface to use. Default: APIClassic.
	API API
	// VariableLimit is how many characters a value may have in template mode, as
	// the console has it for the account: the vendor's own examples show longer
	// ones than the default. Default: DefaultVariableLimit, which is the service's.
	// A negative number leaves the check to the service.
	VariableLimit int

	// Templates maps logical names to approved templates. Required.
	Templates provider.Templates

	// Name stands in receipts and errors. Default: DefaultName.
	Name string
	// BaseURL is where the service is. Default: DefaultBaseURL, DefaultBaseURLIntl
	// with International, or DefaultBaseURLNewer with APINewer.
	BaseURL string
	// PlainHTTP lets BaseURL be http:// on another machine.
	PlainHTTP bool
	// Timeout bounds one exchange. Default: 10 s.
	Timeout time.Duration
	// HTTPClient gives the transport to use. Default: a transport of its own.
	HTTPClient *http.Client
	// Now is the clock that the dynamic password is made with. Default: time.Now.
	Now func() time.Time
}

// Provider sends through one Ihuyi account. It is a provider.Provider and a
// provider.BalanceReader.
type Provider struct {
	adapter.Identity
	client *adapter.Client
	config func() Config // fmt does not look into functions
}

var _ provider.BalanceReader = (*Provider)(nil)

// New returns a Provider, or an error that names every faulty field. The Provider
// beside an error panics when it is used, and says why.
func New(cfg Config) (*Provider, error) {
	cfg.VariableLimit = cmp.Or(cfg.VariableLimit, DefaultVariableLimit)
	client, err := adapter.New(adapter.Config{
		Service: DefaultName, Title: "Ihuyi", Codes: Codes(),
		Name: cfg.Name, BaseURL: cmp.Or(cfg.BaseURL, cfg.calls().baseURL), PlainHTTP: cfg.PlainHTTP, Templates: cfg.Templates,
		Credentials: []adapter.Credential{{Field: "Account", Value: cfg.Account}, {Field: "APIKey", Value: string(cfg.APIKey)}},
		Timeout:     cfg.Timeout, HTTPClient: cfg.HTTPClient, Now: cfg.Now,
	}, cfg.problems()...)
	if err != nil {
		return &Provider{}, err
	}
	return &Provider{client.Identity("ihuyi.Provider"), client, func() Config { return cfg }}, nil
}

// Validate reports everything that is wrong with the configuration, by field.
func (cfg Config) Validate() error {
	_, err := New(cfg)
	return err
}

// problems checks what only Ihuyi asks for.
func (cfg Config) problems() []error {
	var problems []error
	if cfg.API != APIClassic && cfg.API != APINewer {
		problems = append(problems, fmt.Errorf("API: no such interface: %d", int(cfg.API)))
	}
	return append(problems, adapter.EachTemplate(cfg.Templates, cfg.templateProblems))
}

func (cfg Config) templateProblems(template provider.Template) []string {
	var problems []string
	if template.Sign != "" {
		problems = append(problems, "Sign: Ihuyi takes the signature from the account")
	}
	if strings.Trim(template.ID, "0123456789") != "" {
		problems = append(problems, "ID: want digits only")
	}
	if cfg.International && template.ID != "" && template.Text == "" {
		problems = append(problems, "Text: must not be empty: international texts are sent whole")
	}
	return problems
}

// Send submits one text. Message.Ref is not forwarded: Ihuyi has no field for
// it.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	call := p.client.NewSend(m)
	form, err := p.submitForm(call, m)
	if err != nil {
		return provider.Receipt{}, err
	}
	answer, err := p.exchange(ctx, call, p.config().calls().submit, form)
	if err != nil {
		return provider.Receipt{}, err
	}
	return call.Receipt(answer.id()), nil
}

// ReadBalance returns the number of messages left. With APINewer and
// International it is KindUnsupported: no source tells where to ask.
func (p *Provider) ReadBalance(ctx context.Context) (provider.Balance, error) {
	call, at := p.client.NewCall(provider.OpBalance), p.config().calls().balance
	if at.path == "" {
		return provider.Balance{}, call.Fail(provider.KindUnsupported,
			"API: where the newer interface has the balance of international accounts is not known; APIClassic has it")
	}
	answer, err := p.exchange(ctx, call, at, form{})
	if err != nil {
		return provider.Balance{}, err
	}
	if !adapter.IsDecimal(string(answer.Num)) {
		return provider.Balance{}, call.Unusable("num: not a number")
	}
	return provider.Balance{Provider: p.Name(), Amount: string(answer.Num), Unit: provider.UnitMessages}, nil
}

// exchange signs and posts a form. Anything but success is an error.
func (p *Provider) exchange(ctx context.Context, call *adapter.Call, at address, f form) (reply, error) {
	p.sign(&f)
	call.Hide(f.password)
	var answer reply
	request := adapter.Request{Path: at.path, Query: at.query, Header: formHeader, Form: f.fields()}
	if err := call.Decode(ctx, request, answer.decode); err != nil {
		return reply{}, err
	}
	if answer.Code == "" {
		return reply{}, call.Unusable("code: missing")
	}
	return answer, call.Judge(string(answer.Code), string(answer.Msg))
}
