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
// One send is one request that sends. When its response is lost and the caller's
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
// "taken" may have been. The table is codes.txt.
//
// # Limits
//
// The gateway's: by default one text a minute, five an hour and ten a day for one
// number. Texts have 1000 characters at most, which is checked before the request.
package relay

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// DefaultName is the name of a Provider whose Config sets none.
const DefaultName = "relay"

// root is how the gateway's paths begin.
const root = "/v1"

// ExtraPhone is the key in Receipt.Extra of the phone that sent, or holds, the text.
const ExtraPhone = "phone"

// Config configures a Provider.
type Config struct {
	// Token is a site's token at the gateway. Required.
	Token provider.Secret
	// Lane chooses among the phones; the token must be for it. Default:
	// relayapi.DefaultLane.
	Lane string
	// Wait is how long Send waits for a phone, at most relayapi.MaxWait; it waits
	// less when its context ends earlier. Default: 0, which does not wait: Send
	// returns when the gateway has stored the text.
	Wait time.Duration
	// TTL is how long a phone may take the text, from relayapi.MinTTL to
	// relayapi.MaxTTL. Default: as long as Send waits, or relayapi.DefaultTTL when it
	// does not.
	TTL time.Duration
	// Codes checks the codes of a lane whose app has a vendor make them. Receipts then
	// say CodeByProvider. Default: the caller makes the codes.
	Codes provider.Verifier
	// International lets numbers outside mainland China through. The gateway must have given
	// the token their countries, too.
	International bool

	// Templates maps logical names to texts. Required.
	Templates provider.Templates
	// Rand is where idempotency keys come from. It must be safe for concurrent use.
	// Default: crypto/rand.Reader.
	Rand io.Reader

	// Name stands in receipts and errors. Default: DefaultName.
	Name string
	// BaseURL is where the gateway is, without /v1. Required.
	BaseURL string
	// PlainHTTP lets BaseURL be http:// on another machine.
	PlainHTTP bool
	// Timeout bounds one exchange, beyond Wait. Default: 10 s.
	Timeout time.Duration
	// HTTPClient gives the transport to use. Default: a transport of its own.
	HTTPClient *http.Client
	// Now is the clock of receipts. Default: time.Now.
	Now func() time.Time
}

// Provider sends through one gateway. It is a provider.Provider, a
// provider.StatusReader, and with Config.Codes a provider.Verifier.
type Provider struct {
	adapter.Identity
	client *adapter.Client
	config func() Config // fmt does not look into functions
}

var (
	_ provider.StatusReader = (*Provider)(nil)
	_ provider.Verifier     = (*Provider)(nil)
	_ provider.CodeMaker    = (*Provider)(nil)
)

// New returns a Provider, or an error that names every faulty field. The Provider
// beside an error panics when it is used, and says why.
func New(cfg Config) (*Provider, error) {
	cfg.Lane = cmp.Or(cfg.Lane, relayapi.DefaultLane)
	client, err := adapter.New(adapter.Config{
		Service: DefaultName, Title: "The relay", Codes: Codes(),
		Name: cfg.Name, BaseURL: cfg.BaseURL, Root: root, PlainHTTP: cfg.PlainHTTP, Templates: cfg.Templates,
		Credentials: []adapter.Credential{{Field: "Token", Value: string(cfg.Token)}},
		Timeout:     cfg.timeout(), HTTPClient: cfg.HTTPClient, Now: cfg.Now, Rand: cfg.Rand,
	}, cfg.problems()...)
	if err != nil {
		return &Provider{}, err
	}
	return &Provider{client.Identity("relay.Provider"), client, func() Config { return cfg }}, nil
}

// Validate reports everything that is wrong with the configuration, by field.
func (cfg Config) Validate() error {
	_, err := New(cfg)
	return err
}

// timeout bounds one exchange. The gateway waits first, and then needs the time of
// another exchange.
func (cfg Config) timeout() time.Duration {
	if cfg.Timeout < 0 {
		return cfg.Timeout // which the kit refuses
	}
	return cmp.Or(cfg.Timeout, adapter.DefaultTimeout) + cfg.Wait
}

// problems checks what only the relay asks for.
func (cfg Config) problems() []error {
	var problems []error
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if !relayapi.ValidLane(cfg.Lane) {
		add("Lane: %s", relayapi.LaneForm)
	}
	if cfg.Wait < 0 || cfg.Wait > relayapi.MaxWait {
		add("Wait: must be between 0 and %v", relayapi.MaxWait)
	}
	if cfg.TTL != 0 && (cfg.TTL < relayapi.MinTTL || cfg.TTL > relayapi.MaxTTL) {
		add("TTL: must be between %v and %v, or 0", relayapi.MinTTL, relayapi.MaxTTL)
	}
	if client := cfg.HTTPClient; client != nil && client.Timeout > 0 && client.Timeout <= cfg.Wait {
		add("HTTPClient: its Timeout must be longer than Wait")
	}
	return append(problems, adapter.EachTemplate(cfg.Templates, templateProblems))
}

func templateProblems(template provider.Template) []string {
	var problems []string
	if template.Text == "" {
		problems = append(problems, "Text: must not be empty, a phone sends whole texts")
	}
	if template.Sign != "" {
		problems = append(problems, "Sign: a phone has no signature; write it into Text")
	}
	return problems
}

// Send submits one text, and waits for a phone if Config.Wait says so. Message.Ref
// is forwarded, and makes the submission repeatable: the same message with the same
// Ref, Attempt and Visit is sent at most once, however often it is submitted. One that
// was called back stays so; another try is another Attempt, or, where a composer asks
// the relay at a second place, another Visit.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	call := p.client.NewSend(m)
	text, err := p.render(call, m)
	if err != nil {
		return provider.Receipt{}, err
	}
	call.Hide(text)
	key, err := p.key(call, m, text)
	if err != nil {
		return provider.Receipt{}, err
	}
	inTime, wait, cancel := p.plan(ctx)
	defer cancel()
	s, err := p.exchange(inTime, call, p.submit(m, text, key, wait))
	if err == nil {
		err = verdict(call, s, wait)
	}
	if err != nil && canBeCalledBack(s) {
		err = p.settle(ctx, key, err)
	}
	if err != nil {
		return provider.Receipt{}, err
	}
	return p.receipt(call, s), nil
}

// CodeTemplates lists every template when Config.Codes is set, because the phone's app
// then has a vendor make the codes, and none otherwise.
func (p *Provider) CodeTemplates() []string {
	return p.client.TemplateNames(func(provider.Template) bool { return p.config().Codes != nil })
}

func (p *Provider) receipt(call *adapter.Call, s submission) provider.Receipt {
	r := call.Receipt(s.ID)
	if p.config().Codes != nil {
		r.Code = provider.CodeByProvider
	}
	if s.Phone != "" {
		r.Extra = map[string]string{ExtraPhone: string(s.Phone)}
	}
	return r
}

// Verify has Config.Codes check a code. Without it the provider makes no codes, and
// the error is of KindUnsupported.
func (p *Provider) Verify(ctx context.Context, r provider.Receipt, code string) error {
	call, verifier := p.client.NewCall(provider.OpVerify), p.config().Codes
	if verifier == nil {
		return call.Fail(provider.KindUnsupported, "Codes: nobody makes codes on this lane")
	}
	return verifier.Verify(ctx, r, code)
}
