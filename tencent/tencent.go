// Package tencent sends through Tencent Cloud SMS (腾讯云短信).
//
// # Service
//
// API version 2021-01-11 at https://sms.tencentcloudapi.com, through the
// vendor's Go SDK, which signs (TC3-HMAC-SHA256) and encodes. Mainland and
// foreign numbers go through the same address but want templates of their own.
// Besides sending, this package sends batches, reads what became of a message,
// pulls delivery reports and replies, takes those that the service pushes, and
// reads statistics. Tencent makes no codes.
//
// # Settings
//
// SecretID and SecretKey come from the console's page of API keys; Token
// belongs to a temporary key. AppID is the SmsSdkAppId of the SMS console
// (1400…), not the AppID of the account. The system's clock must be right to
// five minutes: the SDK signs with it, and Config.Now does not reach it.
//
// The SDK has a global variable, common.DefaultHttpClient, which it would take
// and change. This package never does: New fails while somebody has set it.
//
// # Templates
//
// A Template needs an ID, which is a number; Params are the values of {1}, {2}
// and so on. Text is not used. Mainland numbers need a signature: Sign of the
// Config or of the Template, without brackets.
//
// The service takes up to six digits in a template of its type "verification
// code", and a template's id does not tell its type. A template with a parameter
// called "code" is therefore taken for one of that type: a code with a letter, or
// with a seventh digit, fails as KindTemplate before any request. Name templates
// of other types, such as a notice of the code of a parcel locker, in
// Config.Notices. A URL in any parameter fails as KindContent. All else is left to
// the service.
//
// # Failure codes
//
// The table is in codes.go. Tencent answers HTTP 200 whatever happened, and a
// failure may stand for the whole request or for one number; the codes mean the
// same in both places. Code Ok is success; Ok without a SerialNo is treated as
// "no usable answer". A code that is not in the table means what its part before
// the dot means, such as LimitExceeded, and is unknown where that says nothing.
//
// Receipt.Extra holds "request_id", which Tencent's support asks for, and "fee",
// the number of segments billed.
//
// # Limits
//
// By default one text of the same content in 30 seconds per number, and two to
// ten a day (the vendor's pages disagree); the console can change them. The
// variables of a code template take up to six digits. 200 numbers a request,
// 500 characters a text. Facts read on 2026-11-21 from the vendor's pages and
// SDK (v1.1.0) and from recorded replies.
package tencent

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// Default values of Config.
const (
	DefaultName    = "tencent"
	DefaultBaseURL = "https://sms.tencentcloudapi.com"
	DefaultRegion  = "ap-guangzhou"
)

// Config configures a Provider.
type Config struct {
	// SecretID and SecretKey are the API key. Required.
	SecretID, SecretKey provider.Secret
	// Token belongs to a temporary API key; empty for a permanent one.
	Token provider.Secret
	// AppID is the SmsSdkAppId of the SMS console. Required.
	AppID string
	// Region is sent along with each request. Default: DefaultRegion.
	Region string
	// Sign is the signature, without brackets, of messages whose template has none
	// of its own. Mainland numbers need one.
	Sign string
	// SenderID is shown as the sender outside mainland China, where one was
	// granted.
	SenderID string
	// ExtendCode is appended to the sender's number, where that was granted.
	ExtendCode string

	// Templates maps logical names to approved templates. Required.
	Templates provider.Templates
	// Notices are the names of those Templates whose parameter "code" is no
	// verification code: it may then be anything. Default: none.
	Notices []string

	// Name stands in receipts and errors. Default: DefaultName.
	Name string
	// BaseURL is where the service is: a scheme and a host, perhaps a port, no
	// path. A region's own host is sms.ap-guangzhou.tencentcloudapi.com or alike,
	// that of the international station sms.intl.tencentcloudapi.com. Default:
	// DefaultBaseURL.
	BaseURL string
	// Timeout bounds one exchange. Default: 10 s.
	Timeout time.Duration
	// HTTPClient gives the transport to use. Default: a transport of its own.
	HTTPClient *http.Client
	// Now is the clock that receipts are stamped with. It does not reach the
	// signature, which the SDK makes with the system's clock. Default: time.Now.
	Now func() time.Time
}

func (cfg Config) withDefaults() Config {
	if cfg.Name == "" {
		cfg.Name = DefaultName
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = DefaultBaseURL
	}
	if cfg.Region == "" {
		cfg.Region = DefaultRegion
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return cfg
}

func (cfg Config) http() httpx.Config {
	return httpx.Config{Provider: cfg.Name, BaseURL: cfg.BaseURL, Timeout: cfg.Timeout, HTTPClient: cfg.HTTPClient}
}

// Provider sends through one application of a Tencent Cloud account. It is a
// provider.Provider, BatchSender, StatusReader, ReportPuller and ReportParser.
type Provider struct {
	cfg Config // without the credentials
	sdk *sdk
}

// New returns a Provider, or an error that names every faulty field.
func New(cfg Config) (*Provider, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	cfg.Templates = cfg.Templates.Clone()
	cfg.Notices = slices.Clone(cfg.Notices)
	client, err := newSDK(cfg)
	if err != nil {
		return nil, fmt.Errorf("tencent: config: %w", err)
	}
	cfg.SecretID, cfg.SecretKey, cfg.Token = "", "", "" // what is not here cannot be printed
	return &Provider{cfg: cfg, sdk: client}, nil
}

// Name returns Config.Name.
func (p *Provider) Name() string { return p.cfg.Name }

// Format prints the name only, whatever the verb.
func (p *Provider) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "tencent.Provider(%s)", p.cfg.Name)
}

// Send submits one text. Message.Ref goes out as SessionContext, which has room
// for 511 bytes, and comes back in reports where Tencent has switched that on.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	s, err := p.newSubmission(m, []provider.Phone{m.To})
	if err != nil {
		return provider.Receipt{}, httpx.Named(err, p.cfg.Name)
	}
	reply, err := p.submit(ctx, s)
	if err != nil {
		return provider.Receipt{}, err
	}
	return p.resultOf(s, reply, m.To)
}
