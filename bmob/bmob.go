// Package bmob sends through Bmob (后端云), which makes and checks its codes
// itself.
//
// # Service
//
// Mainland numbers only, one per request, as JSON over HTTPS:
//
//   - requestSmsCode and verifySmsCode: Bmob makes a code, sends it and checks it.
//     The caller never sees the code, so receipts say CodeByProvider and the check
//     goes through provider.Verify.
//   - requestSms: an approved template filled with the caller's parameters.
//     Receipts say CodeByCaller. The call is absent from the pages of 2019 to 2024
//     and stands in those of 2025 again; the account may have to be reviewed for
//     it.
//   - querySms, for ReadStatus: public pages stopped mentioning it in 2017, but its
//     failure code is in the table of 2025. It may be gone.
//   - requestCaptcha and verifyCaptcha: a picture puzzle before a code is sent, for
//     templates that the console switches it on for. What SolveCaptcha returns
//     goes into Message.Captcha, which requestSms does not use.
//
// # Settings
//
// Either AppID and RESTKey (the "REST API Key") stand in every request, which is
// enough on a server; or SecretKey and SafeCode, with which requests are signed
// (X-Bmob-Safe-Sign, MD5) so that the safety code does not travel. Signed requests
// need a right clock: ten seconds off is too much. The clock's seconds are
// signed, as the vendor's SDKs do; one page says milliseconds.
//
// The vendor changed the host several times, and newer applications have a domain
// of their own, which the console shows: set BaseURL to it. The signature is set in
// the console too.
//
// # Trial account
//
// Every account has 10 texts for free, and buys the next ones in the console (应用,
// 短信, 充值), 1000 at least. The default signature is the vendor's own.
//
// # Templates
//
// A Template's ID is the template's name in the console. A Template without
// Params is sent by requestSmsCode, and may lack the ID: Bmob then sends its
// default text. That call has no parameters, so a message that carries any is
// refused, unless the template's Ignore names them. With
//
//	"login": {Ignore: []string{"code"}}
//
// a message that fits a service which sends the caller's code fits Bmob as well:
// Bmob then sends a code of its own, and the receipt says who checks it. Without
// it the message fails as KindTemplate, and a failover chain goes on to the next
// provider.
// A chain with another sender has to be told that two codes are wanted; see package
// failover.
//
// A Template with Params, which needs an ID, is sent by requestSms. The names in
// Params are the names of the template's variables.
//
// # Failure codes
//
// The table is in codes.txt. Business failures come with HTTP 400 or another 4xx,
// a code and an error text. HTTP 401 and 500 come without a code; the HTTP status
// then stands as the code. 10016 has two meanings, which only its words tell
// apart. A wrong code, one that has expired and one that was used are the same,
// 207, and come back as KindCodeMismatch.
//
// # Limits
//
// A code has 6 digits, lives 5 minutes and is good for one successful check. A
// number gets 1 text a minute, 5 an hour and 10 a day from one application, all
// of it 10010. A text is billed by its characters with the signature: up to 70 are
// one message, longer ones a message for every 67. Facts read on 2026-11-21.
package bmob

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// Default values of Config.
const (
	DefaultName    = "bmob"
	DefaultBaseURL = "https://api2.bmob.cn"
)

// Config configures a Provider. It wants AppID and RESTKey, or SecretKey and
// SafeCode.
type Config struct {
	// AppID is the Application ID.
	AppID string
	// RESTKey is the REST API Key.
	RESTKey provider.Secret
	// SecretKey is the Secret Key, which travels with signed requests.
	SecretKey provider.Secret
	// SafeCode is the API safety code, which requests are signed with.
	SafeCode provider.Secret
	// VerifyInBody sends the code that is to be checked in the body, as the newest
	// documents have it. By default it is a part of the path, as all others have
	// it, where proxies may log it.
	VerifyInBody bool
	// Captcha says what the puzzles of IssueCaptcha look like.
	Captcha CaptchaConfig

	// Templates maps logical names to templates. Required.
	Templates provider.Templates
	// Rand is where the nonces of signed requests come from. It must be safe for
	// concurrent use. Default: crypto/rand.Reader.
	Rand io.Reader

	// Name stands in receipts and errors. Default: DefaultName.
	Name string
	// BaseURL is where the service is, without /1. Default: DefaultBaseURL.
	BaseURL string
	// PlainHTTP lets BaseURL be http:// on another machine.
	PlainHTTP bool
	// Timeout bounds one exchange. Default: 10 s.
	Timeout time.Duration
	// HTTPClient gives the transport to use. Default: a transport of its own.
	HTTPClient *http.Client
	// Now is the clock of receipts and signatures. Default: time.Now.
	Now func() time.Time
}

// Provider sends through one Bmob application. It is a provider.Provider, a
// provider.Verifier, a provider.StatusReader and a provider.CaptchaIssuer.
type Provider struct {
	adapter.Identity
	client *adapter.Client
	config func() Config // fmt does not look into functions
}

var (
	_ provider.Verifier      = (*Provider)(nil)
	_ provider.StatusReader  = (*Provider)(nil)
	_ provider.CaptchaIssuer = (*Provider)(nil)
	_ provider.CodeMaker     = (*Provider)(nil)
)

// New returns a Provider, or an error that names every faulty field. The Provider
// beside an error panics when it is used, and says why.
func New(cfg Config) (*Provider, error) {
	credentials, problem := cfg.credentials()
	client, err := adapter.New(adapter.Config{
		Service: DefaultName, Title: "Bmob", Codes: Codes(),
		Name: cfg.Name, BaseURL: cmp.Or(cfg.BaseURL, DefaultBaseURL), Root: "/1", PlainHTTP: cfg.PlainHTTP,
		Credentials: credentials, Templates: cfg.Templates, OwnText: true,
		Timeout: cfg.Timeout, HTTPClient: cfg.HTTPClient, Now: cfg.Now, Rand: cfg.Rand,
	}, problem, cfg.Captcha.validate())
	if err != nil {
		return &Provider{}, err
	}
	return &Provider{client.Identity("bmob.Provider"), client, func() Config { return cfg }}, nil
}

// Validate reports everything that is wrong with the configuration, by field.
func (cfg Config) Validate() error {
	_, err := New(cfg)
	return err
}

// signs reports whether requests are signed.
func (cfg Config) signs() bool { return cfg.SecretKey != "" || cfg.SafeCode != "" }

// credentials returns those of the way in that the user has chosen, and what is
// wrong with the choice.
func (cfg Config) credentials() ([]adapter.Credential, error) {
	plain := []adapter.Credential{{Field: "AppID", Value: cfg.AppID}, {Field: "RESTKey", Value: string(cfg.RESTKey)}}
	signing := []adapter.Credential{{Field: "SecretKey", Value: string(cfg.SecretKey)}, {Field: "SafeCode", Value: string(cfg.SafeCode)}}
	isPlain := cfg.AppID != "" || cfg.RESTKey != ""
	switch {
	case cfg.signs() && isPlain:
		return signing, errors.New("AppID, RESTKey: not together with SecretKey and SafeCode, with which requests are signed")
	case cfg.signs():
		return signing, nil
	case isPlain:
		return plain, nil
	}
	return nil, errors.New("AppID, RESTKey: must not be empty (or give SecretKey and SafeCode, to sign requests)")
}

const mainlandOnly = "Bmob takes mainland numbers only"

// Send submits one text: through requestSms for a template with parameters, through
// requestSmsCode otherwise. Message.Ref is not forwarded: Bmob has no field for it.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	call := p.client.NewSend(m)
	call.Hide(m.Captcha)
	template, err := call.Template()
	switch {
	case err != nil:
		return provider.Receipt{}, err
	case !m.To.IsMainland():
		return provider.Receipt{}, call.Fail(provider.KindUnsupported, "To: "+mainlandOnly)
	case len(template.Params) > 0:
		return p.sendText(ctx, call, template, m.To)
	}
	if err := call.OwnText(template); err != nil {
		return provider.Receipt{}, err
	}
	body := codeBody{Phone: m.To.National(), Template: template.ID, ValidateToken: m.Captcha}
	return p.submit(ctx, call, codePath, body, provider.CodeByProvider)
}

// CodeTemplates lists the templates without Params, in whose texts Bmob puts its own
// code.
func (p *Provider) CodeTemplates() []string {
	return p.client.TemplateNames(func(template provider.Template) bool { return len(template.Params) == 0 })
}

// sendText fills a template with the caller's parameters.
func (p *Provider) sendText(ctx context.Context, call *adapter.Call, template provider.Template, to provider.Phone) (provider.Receipt, error) {
	content, err := call.Vars(template)
	if err != nil {
		return provider.Receipt{}, err
	}
	slices.SortFunc(content, func(a, b adapter.Field) int { return strings.Compare(a.Name, b.Name) }) // as the requests in testdata have them
	body := textBody{Phone: to.National(), Content: content, Template: template.ID}
	return p.submit(ctx, call, textPath, body, provider.CodeByCaller)
}

func (p *Provider) submit(ctx context.Context, call *adapter.Call, path string, body any, code provider.CodeOrigin) (provider.Receipt, error) {
	answer, err := p.exchange(ctx, call, http.MethodPost, path, body)
	if err != nil {
		return provider.Receipt{}, err
	}
	if answer.SMSID == nil && answer.Msg != msgOK {
		return provider.Receipt{}, call.Unusable("smsId: missing") // nothing says that the text was accepted
	}
	receipt := call.Receipt(answer.id())
	receipt.Code = code
	return receipt, nil
}
