// Package tencent sends through Tencent Cloud SMS (腾讯云短信).
//
// # Service
//
// API version 2021-01-11 at https://sms.tencentcloudapi.com, through the vendor's Go
// SDK, which encodes requests and signs them (TC3-HMAC-SHA256). Mainland and foreign numbers go
// through the same address but want templates of their own. Besides sending, this
// package sends batches, asks for the state of a message, pulls delivery reports and
// replies, takes those that the service pushes, and reads statistics. Tencent makes no
// codes.
//
// # Settings
//
// SecretID and SecretKey come from the console's page of API keys (访问管理 >
// API密钥管理); Token belongs to a temporary key. AppID is the SDKAppID that the SMS
// console shows under 应用管理 (1400…), not the AppID of the account. The system's clock
// must be right to five minutes: the SDK signs with it, and Config.Now does not reach
// it.
//
// The SDK has a global variable, common.DefaultHttpClient, which it would take and
// change. This package never does: New fails while somebody has set it.
//
// # Trial account
//
// A new account gets 100 texts. A signature for mainland numbers needs a company:
// persons get none since 2025-09.
//
// # Templates
//
// A Template needs an ID, which is a number; Params are the values of {1}, {2} and so
// on. Text is not used. Mainland numbers need a signature: Sign of the Config or of the
// Template, without brackets.
//
// The service takes up to six digits in a template of its type "verification code"
// (验证码), and a template's id does not tell its type. A template with a parameter called
// "code" is therefore taken for one of that type: a code with a letter, or with a seventh
// digit, fails as KindTemplate before any request. Name templates of other types, such as
// a notice of the code of a parcel locker, in Config.Notices. A URL in any parameter fails
// as KindContent. All else is left to the service.
//
// # Failure codes
//
// The table is codes.txt. Tencent answers HTTP 200 whatever happened, and a failure may
// stand for the whole request or for one number; the codes mean the same in both places.
// Code Ok is success; Ok without a SerialNo is an unusable reply. A code that is not in
// the table means what its part before the dot means, such as LimitExceeded, and is
// unknown where that says nothing.
//
// Receipt.Extra holds "request_id", which Tencent's support asks for, and "fee", the
// number of segments billed. Carriers report later that a signature is not filed with
// them: that is the Kind of a Status, as far as the carrier's code tells.
//
// # Limits
//
// By default one text of the same content in 30 seconds per number, and two to ten a day
// (the vendor's pages disagree); the console can change them. The variables of a code
// template take up to six digits. 200 numbers a request, 500 characters a text. Facts read
// on 2026-11-21, codes of delivery reports on 2026-11-27.
package tencent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
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
	// PlainHTTP lets BaseURL be http:// on another machine.
	PlainHTTP bool
	// Timeout bounds one exchange. Default: 10 s.
	Timeout time.Duration
	// HTTPClient gives the transport to use. Default: a transport of its own.
	HTTPClient *http.Client
	// Now is the clock that receipts are stamped with. It does not reach the
	// signature, which the SDK makes with the system's clock. Default: time.Now.
	Now func() time.Time
}

// Provider sends through one application of a Tencent Cloud account. It is a
// provider.Provider, BatchSender, StatusReader, ReportPuller and ReportParser.
type Provider struct {
	adapter.Identity
	client *adapter.Client
	config func() Config // fmt does not look into functions
	sdk    *sdk
}

// New returns a Provider, or an error that names every faulty field. The Provider
// beside an error panics when it is used, and says why.
func New(cfg Config) (*Provider, error) {
	cfg.Region, cfg.BaseURL = cmp.Or(cfg.Region, DefaultRegion), cmp.Or(cfg.BaseURL, DefaultBaseURL)
	cfg.Notices = slices.Clone(cfg.Notices)
	client, err := adapter.New(adapter.Config{
		Service: DefaultName, Title: "Tencent", Codes: Codes(),
		Name: cfg.Name, BaseURL: cfg.BaseURL, PlainHTTP: cfg.PlainHTTP, Templates: cfg.Templates,
		Credentials: []adapter.Credential{
			{Field: "SecretID", Value: string(cfg.SecretID)}, {Field: "SecretKey", Value: string(cfg.SecretKey)},
			{Field: "Token", Value: string(cfg.Token), Optional: true},
		},
		Timeout: cfg.Timeout, HTTPClient: cfg.HTTPClient, Now: cfg.Now,
	}, cfg.problems()...)
	if err != nil {
		return &Provider{}, err
	}
	sdk, err := newSDK(cfg, client.BaseURL())
	if err != nil {
		return &Provider{}, fmt.Errorf("tencent: config: %w", err)
	}
	return &Provider{client.Identity("tencent.Provider"), client, func() Config { return cfg }, sdk}, nil
}

// Validate reports everything that is wrong with the configuration, by field.
func (cfg Config) Validate() error {
	_, err := New(cfg)
	return err
}

// problems checks what only Tencent asks for.
func (cfg Config) problems() []error {
	problems := []error{checkGlobals()}
	if cfg.AppID == "" {
		problems = append(problems, errors.New("AppID: must not be empty"))
	}
	for _, header := range [][2]string{{"AppID", cfg.AppID}, {"Region", cfg.Region}} {
		if strings.ContainsFunc(header[1], func(r rune) bool { return r <= ' ' || r > '~' }) {
			problems = append(problems, errors.New(header[0]+": has a space, a line end or another character that none of Tencent's has"))
		}
	}
	if hasBrackets(cfg.Sign) {
		problems = append(problems, errors.New(bracketsProblem))
	}
	for i, name := range cfg.Notices {
		if _, ok := cfg.Templates[name]; !ok {
			problems = append(problems, fmt.Errorf("Notices[%d]: there is no template %q", i, name))
		}
	}
	if base, err := url.Parse(cfg.BaseURL); err == nil && strings.Trim(base.Path, "/") != "" {
		problems = append(problems, errors.New("BaseURL: must not have a path: the service has one address for everything"))
	}
	return append(problems, adapter.EachTemplate(cfg.Templates, templateProblems))
}

func templateProblems(template provider.Template) []string {
	var problems []string
	if !adapter.IsDigits(template.ID) {
		problems = append(problems, "ID: want a number: Tencent sends by template id")
	}
	if hasBrackets(template.Sign) {
		problems = append(problems, bracketsProblem)
	}
	return problems
}

const bracketsProblem = "Sign: must not have brackets: the service adds them"

func hasBrackets(sign string) bool { return strings.ContainsAny(sign, "【】") }

// Send submits one text. Message.Ref goes out as SessionContext, which has room
// for 511 bytes, and comes back in reports where Tencent has switched that on.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	s, err := p.newSubmission(m, []provider.Phone{m.To})
	if err != nil {
		return provider.Receipt{}, err
	}
	var reply sendReply
	if err := p.sdk.ask(ctx, s.call, p.sdk.sendSMS(s), &reply); err != nil {
		return provider.Receipt{}, err
	}
	return s.resultOf(reply, m.To)
}
