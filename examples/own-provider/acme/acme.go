// Package acme sends through Acme Text, a service that does not exist. It shows
// what an adapter looks like; docs/adding-a-provider.md explains each step.
//
// # Service
//
// One text to one number per request, at home and abroad. Acme makes no codes. It
// tells the state of a text, and what is left on the account.
//
// # Settings
//
// Key and Secret stand in the console. The clock must be right to five minutes.
//
// # Templates
//
// A Template needs an ID; Params are the values of {1}, {2} and so on, in order,
// each of 20 characters at most. Text and Sign are not used: Acme keeps both.
//
// # Failure codes
//
// See codes.txt. HTTP 200 is success, 422 a refusal.
//
// # Limits
//
// One text a minute per number. Facts read on 2026-11-21 in testdata/README.md.
package acme

import (
	"cmp"
	"context"
	_ "embed"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/provider/facts"
)

// Default values of Config.
const (
	DefaultName    = "acme"
	DefaultBaseURL = "https://text.acme.example"
)

//go:embed codes.txt
var codesFile string
var codes = facts.MustParseCodes(codesFile)

// Codes returns the service's table of codes.
func Codes() facts.Codes { return codes }

// Config configures a Provider.
type Config struct {
	// Key is the account's key. Required.
	Key string
	// Secret is what requests are signed with. Required.
	Secret provider.Secret

	// Templates maps logical names to approved templates. Required.
	Templates provider.Templates

	// Name stands in receipts and errors. Default: DefaultName.
	Name string
	// BaseURL is where the service is. Default: DefaultBaseURL.
	BaseURL string
	// Timeout bounds one exchange. Default: 10 s.
	Timeout time.Duration
	// HTTPClient gives the transport to use. Default: a transport of its own.
	HTTPClient *http.Client
	// Now is the clock that requests are signed with. Default: time.Now.
	Now func() time.Time
}

// Provider sends through one Acme account. It is a provider.Provider, a
// provider.BalanceReader and a provider.StatusReader.
type Provider struct {
	adapter.Identity
	client *adapter.Client
	config func() Config // fmt does not look into functions
}

var (
	_ provider.BalanceReader = (*Provider)(nil)
	_ provider.StatusReader  = (*Provider)(nil)
)

// New returns a Provider, or an error that names every faulty field.
func New(cfg Config) (*Provider, error) {
	client, err := adapter.New(adapter.Config{
		Service: DefaultName, Title: "Acme", Codes: codes,
		Name: cfg.Name, BaseURL: cmp.Or(cfg.BaseURL, DefaultBaseURL), Templates: cfg.Templates,
		Credentials: []adapter.Credential{{Field: "Key", Value: cfg.Key}, {Field: "Secret", Value: string(cfg.Secret)}},
		Timeout:     cfg.Timeout, HTTPClient: cfg.HTTPClient, Now: cfg.Now,
	}, adapter.EachTemplate(cfg.Templates, templateProblems))
	if err != nil {
		return nil, err
	}
	return &Provider{client.Identity("acme.Provider"), client, func() Config { return cfg }}, nil
}

// templateProblems also refuses what would have no effect.
func templateProblems(template provider.Template) (problems []string) {
	if template.ID == "" {
		problems = append(problems, "ID: must not be empty")
	}
	if template.Sign != "" {
		problems = append(problems, "Sign: Acme takes the signature from the template")
	}
	return problems
}

// Send submits one text. Message.Ref goes with it.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	call := p.client.NewSend(m)
	body, err := p.newText(call, m)
	if err != nil {
		return provider.Receipt{}, err
	}
	answer, err := p.exchange(ctx, call, http.MethodPost, textsPath, body)
	if err != nil {
		return provider.Receipt{}, err
	}
	return call.Receipt(string(answer.ID)), nil
}

// ReadBalance returns the money left, in yuan.
func (p *Provider) ReadBalance(ctx context.Context) (provider.Balance, error) {
	call := p.client.NewCall(provider.OpBalance)
	answer, err := p.exchange(ctx, call, http.MethodGet, balancePath, nil)
	if err != nil {
		return provider.Balance{}, err
	}
	if !adapter.IsDecimal(string(answer.Yuan)) {
		return provider.Balance{}, call.Unusable("yuan: not a number")
	}
	return provider.Balance{Provider: p.Name(), Amount: string(answer.Yuan), Unit: provider.UnitYuan}, nil
}

// ReadStatus asks for the state of a text.
func (p *Provider) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	call, err := p.client.NewStatus(r)
	if err != nil {
		return provider.Status{}, err
	}
	answer, err := p.exchange(ctx, call, http.MethodGet, textsPath+"/"+r.ID, nil)
	if answer.Code == codeNoSuchText {
		return provider.Status{}, nil
	}
	if err != nil {
		return provider.Status{}, err
	}
	state, listed := states[string(answer.State)]
	status := provider.Status{State: state}
	status.Code, status.Text = call.StatusCode(string(answer.State), listed)
	return status, nil
}
