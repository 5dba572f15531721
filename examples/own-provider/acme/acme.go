// Package acme sends through Acme Text, a service that does not exist. It shows
// what an adapter looks like that lives outside the module: it imports package
// provider and the standard library. docs/adding-a-provider.md explains each
// step.
//
// # Service
//
// One text to one number per request, at home and abroad, as JSON over HTTPS.
// Requests are signed (HMAC-SHA256), so that the secret does not travel. Acme
// makes no codes. It tells what became of a text, and what is left on the
// account.
//
// # Settings
//
// Key and Secret stand side by side in the console. The clock must be right to
// five minutes, because the time is signed.
//
// # Templates
//
// A Template needs an ID; Params are the values of {1}, {2} and so on, in order,
// each of 20 characters at most. Text and Sign are not used: Acme keeps both.
//
// # Failure codes
//
// The table is in codes.go. Acme answers HTTP 200 to what it has done and 422 to
// what it refuses; anything else is no answer of its own.
//
// # Limits
//
// One text a minute per number. Facts read on 2026-11-21 from
// testdata/README.md, which makes them up.
package acme

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/cnsms/cnsms/provider"
)

// Provider sends through one Acme account. It is a provider.Provider, a
// provider.BalanceReader and a provider.StatusReader.
type Provider struct {
	// The settings sit behind a pointer because fmt, when it prints a struct that
	// holds a Provider in an unexported field, shows the fields of the Provider
	// without asking Format. It does not follow the pointers among them.
	cfg       *Config
	transport http.RoundTripper
}

var (
	_ provider.BalanceReader = (*Provider)(nil)
	_ provider.StatusReader  = (*Provider)(nil)
)

// New returns a Provider, or an error that names every faulty field.
func New(cfg Config) (*Provider, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	cfg.Templates = cfg.Templates.Clone()
	return &Provider{cfg: &cfg, transport: newTransport(cfg.HTTPClient)}, nil
}

// Name returns Config.Name.
func (p *Provider) Name() string { return p.cfg.Name }

// Format prints the name only, whatever the verb.
func (p *Provider) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "acme.Provider(%s)", p.cfg.Name)
}

// Send submits one text. Message.Ref goes with it.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	body, err := p.newText(m)
	if err != nil {
		return provider.Receipt{}, p.named(err)
	}
	reply, err := p.call(ctx, provider.OpSend, http.MethodPost, textsPath, body, m.Redact)
	if err != nil {
		return provider.Receipt{}, err
	}
	if reply.ID == "" {
		return provider.Receipt{}, p.badReply(provider.OpSend, http.StatusOK, "accepted, but without an id")
	}
	return provider.Receipt{Provider: p.cfg.Name, ID: reply.ID, To: m.To, At: p.cfg.Now()}, nil
}

// ReadBalance returns the money left, in yuan.
func (p *Provider) ReadBalance(ctx context.Context) (provider.Balance, error) {
	reply, err := p.call(ctx, provider.OpBalance, http.MethodGet, balancePath, nil, provider.Redact)
	if err != nil {
		return provider.Balance{}, err
	}
	if !decimal.MatchString(reply.Yuan) {
		return provider.Balance{}, p.badReply(provider.OpBalance, http.StatusOK, "yuan: not a number")
	}
	return provider.Balance{Provider: p.cfg.Name, Amount: reply.Yuan, Unit: provider.UnitYuan}, nil
}

// ReadStatus asks what became of a text.
func (p *Provider) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	reply, err := p.call(ctx, provider.OpStatus, http.MethodGet, textsPath+"/"+url.PathEscape(r.ID), nil, provider.Redact)
	if codeOf(err) == codeNoSuchText {
		return provider.Status{}, nil
	}
	if err != nil {
		return provider.Status{}, err
	}
	return provider.Status{State: states[reply.State], Code: reply.State}, nil
}
