// Package mob sends through Mob (MobTech SMSSDK), which makes and checks the
// codes itself.
//
// # Service
//
// Three products behind https://webapi.sms.mob.com, one number per request, all
// as forms over HTTPS; there is no signature. Replies are JSON.
//
//   - sendmsg and checkcode: Mob makes a code, sends it in a text of its own and
//     checks it. The caller never sees the code, so receipts say CodeByProvider
//     and the check goes through provider.Verify.
//   - custom/msg: an approved template filled with the caller's parameters.
//     Receipts say CodeByCaller.
//   - verify: checks a code that the SMSSDK of a phone's app has sent. Such codes
//     are none of checkcode's: see NewSDKVerifier.
//
// Mob returns no id of a message and cannot be asked what became of one. The
// adapter makes an id itself, 24 random characters, so that receipts can be told
// apart. The number's country goes into the zone field; numbers abroad work where
// the console has their region switched on.
//
// # Settings
//
// AppKey is the application's key. It is the only credential: Mob takes requests
// from the addresses that the console lists, ten at most. The console also
// switches the products on (status 469, 212 or 474 says that one is off).
//
// # Templates
//
// A Template with an ID is sent by custom/msg: ID is the templateCode, and the
// names in Params are the names of the template's variables. A Template without
// an ID, such as
//
//	"login": {Ignore: []string{"code"}}
//
// is sent by sendmsg. That call has no parameters, so a message that carries any
// is refused, unless the template's Ignore names them. With "code" in Ignore a
// message that fits a service which sends the caller's code fits Mob as well:
// Mob then sends a code of its own, and the receipt says who checks it. Without
// it the message fails as KindTemplate, and a failover chain goes on to the next
// provider.
//
// # Failure codes
//
// The two tables are in codes.go: custom/msg has numbers of its own, in which
// 201 to 218 are failures. Only status 200 is success. A wrong code and one that
// has expired are the same status, 468, and come back as KindCodeMismatch; too
// many checks are KindCodeExpired. Mob answers HTTP 200 whatever happened.
//
// # Limits
//
// A code has 4 digits (the console can change that), lives 5 minutes and bears 3
// checks. A number gets 2 codes a minute and 5 in 12 hours from one application,
// and 10 a day from all applications together, the phone SDK's included. A value
// of custom/msg has 1 to 10 characters, its whole text 70; a number gets 5 of
// these texts a minute. One key makes 100 requests a minute. Facts read on
// 2026-11-21 from the vendor's interface pages of 2016, copies of its status
// tables, an article of 2022 and public clients. Nobody says whether a code can
// be checked again after it was right: take a nil error once.
package mob

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// Default values of Config.
const (
	DefaultName    = "mob"
	DefaultBaseURL = "https://webapi.sms.mob.com"
)

// Config configures a Provider or an SDKVerifier.
type Config struct {
	// AppKey is the application's key. Required.
	AppKey provider.Secret

	// Templates maps logical names to approved templates (with an ID) or to Mob's
	// own text (without). Required; NewSDKVerifier does not use it.
	Templates provider.Templates
	// Rand is where receipt ids come from. It must be safe for concurrent use.
	// Default: crypto/rand.Reader.
	Rand io.Reader

	// Name stands in receipts and errors. Default: DefaultName.
	Name string
	// BaseURL is where the service is. Default: DefaultBaseURL.
	BaseURL string
	// Timeout bounds one exchange. Default: 10 s.
	Timeout time.Duration
	// HTTPClient gives the transport to use. Default: a transport of its own.
	HTTPClient *http.Client
	// Now is the clock of receipts. Default: time.Now.
	Now func() time.Time
}

func (cfg Config) withDefaults() Config {
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	if cfg.Name == "" {
		cfg.Name = DefaultName
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = DefaultBaseURL
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return cfg
}

func (cfg Config) http() httpx.Config {
	return httpx.Config{Provider: cfg.Name, BaseURL: cfg.BaseURL, Timeout: cfg.Timeout, HTTPClient: cfg.HTTPClient}
}

// Provider sends through one Mob application. It is a provider.Provider and a
// provider.Verifier.
type Provider struct {
	account
	sendURL   *url.URL
	customURL *url.URL
	checkURL  *url.URL
}

var _ provider.Verifier = (*Provider)(nil)

// New returns a Provider, or an error that names every faulty field.
func New(cfg Config) (*Provider, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	a, err := newAccount(cfg)
	if err != nil {
		return nil, err
	}
	return &Provider{
		account:   a,
		sendURL:   a.client.URL(sendPath, ""),
		customURL: a.client.URL(customPath, ""),
		checkURL:  a.client.URL(checkPath, ""),
	}, nil
}

// Name returns Config.Name.
func (p *Provider) Name() string { return p.cfg.Name }

// Format prints the name only, whatever the verb.
func (p *Provider) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "mob.Provider(%s)", p.cfg.Name)
}

// Send submits one text. Neither Message.Ref nor Message.Captcha is forwarded:
// Mob has no field for them.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	s, err := p.newSubmit(m)
	if err != nil {
		return provider.Receipt{}, httpx.Named(err, p.cfg.Name)
	}
	reply, err := p.exchange(ctx, provider.OpSend, s.address, s.form)
	if err != nil {
		return provider.Receipt{}, err
	}
	if reply.Status != statusDone {
		return provider.Receipt{}, p.refusal(provider.OpSend, s.statuses, reply, m.Redact)
	}
	return provider.Receipt{Provider: p.cfg.Name, ID: s.id, To: m.To, Code: s.code, At: p.cfg.Now()}, nil
}

// Verify checks a code that Send had Mob make. Each call costs one of the three
// checks that Mob allows, except for a code that is not made of digits: it is
// wrong without asking.
func (p *Provider) Verify(ctx context.Context, r provider.Receipt, code string) error {
	return p.verify(ctx, p.checkURL, r, code)
}
