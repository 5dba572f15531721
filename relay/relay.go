// Package relay sends through a phone of one's own, behind the relay gateway of
// package gateway.
//
// # Service
//
// The gateway queues a text until a phone pulls it and sends it from its SIM card,
// or through an app that uses a vendor's SDK. It costs nothing, and it is slower and
// less certain than a paid service. So it suits a user's first attempt, with a paid
// service behind it: see package failover. Its wire contract is package relayapi.
//
// With Config.Wait, Send returns when a phone has sent the text. When the wait is
// over the gateway calls the text back, unless a phone has taken it, and says so. A
// composer then goes on knowing that nothing was sent. When no phone is online, the
// gateway refuses at once.
//
// One send is one request that sends. When its answer is lost and the caller's
// context still lasts, one more request calls the text back, or learns that it is
// too late for that.
//
// # Settings
//
// BaseURL is where the gateway is, Token one that the gateway knows as a site's.
// Lane chooses among the phones. Numbers outside mainland China are refused unless
// International is set: they are rarely part of what a SIM card sends for nothing.
//
// # Templates
//
// A Template needs a Text; the phone sends it with its places filled. On a lane whose
// app has a vendor make the codes, set Codes to a provider that can check them, such
// as mob.NewSDKVerifier, and let the Template's Ignore name "code". The text is then
// a note for the app.
//
// # Failure codes
//
// An error's Code is the gateway's error code, or the class of the phone's failure,
// or the state in which the text was left: "cancelled" and "expired" were not sent,
// "taken" may have been. The table is in codes.go.
//
// # Limits
//
// The gateway's: by default one text a minute, five an hour and ten a day for one
// number. Texts have 1000 characters at most.
package relay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// DefaultName is the name of a Provider whose Config sets none.
const DefaultName = "relay"

// ExtraPhone is the key in Receipt.Extra of the phone that sent, or holds, the text.
const ExtraPhone = "phone"

// Provider sends through one gateway. It is a provider.Provider, a
// provider.StatusReader, and with Config.Codes a provider.Verifier.
type Provider struct {
	// Behind a pointer, so that printing a struct that holds a Provider does not show
	// the settings.
	cfg      *settings
	client   *httpx.Client
	messages *url.URL
}

// settings are a Config with its defaults, and what is made of it once.
type settings struct {
	Config
	headers http.Header
}

var (
	_ provider.StatusReader = (*Provider)(nil)
	_ provider.Verifier     = (*Provider)(nil)
)

// New returns a Provider, or an error that names every faulty field.
func New(cfg Config) (*Provider, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	cfg.Templates = cfg.Templates.Clone()
	client, err := httpx.New(cfg.http())
	if err != nil {
		return nil, fmt.Errorf("relay: config: %w", err)
	}
	return &Provider{
		cfg: &settings{cfg, http.Header{
			"Authorization": {"Bearer " + string(cfg.Token)},
			"Content-Type":  {"application/json"},
			"Accept":        {"application/json"},
		}},
		client: client, messages: client.URL(relayapi.PathSubmissions, ""),
	}, nil
}

// Name returns Config.Name.
func (p *Provider) Name() string { return p.cfg.Name }

// Format prints the name only, whatever the verb.
func (p *Provider) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "relay.Provider(%s)", p.cfg.Name)
}

// Send submits one text, and waits for a phone if Config.Wait says so. Message.Ref
// is forwarded, and makes the submission repeatable: the same message with the same
// Ref and Attempt is sent at most once, however often it is submitted. One that was
// called back stays so; another try is another Attempt.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	text, err := p.render(m)
	if err != nil {
		return provider.Receipt{}, httpx.Named(err, p.cfg.Name)
	}
	key, err := p.key(m, text)
	if err != nil {
		return provider.Receipt{}, httpx.Named(err, p.cfg.Name)
	}
	inTime, wait, cancel := p.plan(ctx)
	defer cancel()
	status, err := p.submit(inTime, m, text, key, wait)
	if err == nil {
		err = p.verdict(status, wait)
	}
	if err != nil {
		return provider.Receipt{}, p.settle(ctx, key, p.redacted(err, m, text))
	}
	return p.receipt(m, status), nil
}

func (p *Provider) receipt(m provider.Message, status message) provider.Receipt {
	r := provider.Receipt{Provider: p.cfg.Name, ID: status.ID, To: m.To, At: p.cfg.Now()}
	if p.cfg.Codes != nil {
		r.Code = provider.CodeByProvider
	}
	if status.Phone != "" {
		r.Extra = map[string]string{ExtraPhone: status.Phone}
	}
	return r
}

// Verify has Config.Codes check a code. Without it the provider makes no codes, and
// the error is of KindUnsupported.
func (p *Provider) Verify(ctx context.Context, r provider.Receipt, code string) error {
	if p.cfg.Codes == nil {
		return &provider.Error{
			Provider: p.cfg.Name, Op: provider.OpVerify, Kind: provider.KindUnsupported, Text: "Codes: nobody makes codes on this lane",
		}
	}
	return p.cfg.Codes.Verify(ctx, r, code)
}

// ReadStatus asks the gateway what became of a text.
func (p *Provider) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	if r.ID == "" {
		return provider.Status{}, &provider.Error{
			Provider: p.cfg.Name, Op: provider.OpStatus, Kind: provider.KindConfig, Text: "Receipt.ID: no id",
		}
	}
	address := p.client.URL(relayapi.PathSubmissions+"/"+r.ID, "")
	status, err := p.exchange(ctx, provider.OpStatus, httpx.Request{Method: http.MethodGet, URL: address, Header: p.header("")})
	var refused *provider.Error
	if errors.As(err, &refused) && refused.Code == string(relayapi.CodeUnknownJob) {
		return provider.Status{State: provider.StateUnknown}, nil
	}
	if err != nil {
		return provider.Status{}, err
	}
	return statusOf(status), nil
}
