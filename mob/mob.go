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
// AppKey is the application's App Key. It is the only credential: Mob takes
// requests from the addresses that the console lists, ten at most. In the console
// (后台管理, SecurityCodeSDK模块, 短信设置) switch on HTTP API 接口 and enter the
// server's addresses there, 服务端验证 for NewSDKVerifier, and the regions abroad.
//
// # Trial account
//
// None is known for these calls: every text that is delivered is charged, and the
// default signature may be blocked by carriers. A signature of one's own wants a
// business licence. The free texts that Mob speaks of are those of the phone SDK.
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
// A chain with another sender has to be told that two codes are wanted; see package
// failover.
//
// # Failure codes
//
// The tables are in codes.txt: custom/msg has numbers of its own, in which 201 to
// 218 are failures. Only status 200 is success. A wrong code and one that has
// expired are the same status, 468, and come back as KindCodeMismatch; too many
// checks are KindCodeExpired. Mob answers HTTP 200 whatever happened.
//
// # Limits
//
// A code has 4 digits (the console can change that), lives 5 minutes and bears 3
// checks. A number gets 2 codes a minute and 5 in 12 hours from one application,
// and 10 a day from all applications together, the phone SDK's included. A value
// of custom/msg has 1 to 10 characters, its whole text 70; a number gets 5 of
// these texts a minute. One key makes 100 requests a minute. Nobody says whether
// a code can be checked again after it was right: take a nil error once. Facts
// read on 2026-11-21.
package mob

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
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
	// PlainHTTP lets BaseURL be http:// on another machine.
	PlainHTTP bool
	// Timeout bounds one exchange. Default: 10 s.
	Timeout time.Duration
	// HTTPClient gives the transport to use. Default: a transport of its own.
	HTTPClient *http.Client
	// Now is the clock of receipts. Default: time.Now.
	Now func() time.Time
}

// Provider sends through one Mob application. It is a provider.Provider and a
// provider.Verifier.
type Provider struct {
	adapter.Identity
	account
}

var (
	_ provider.Verifier  = (*Provider)(nil)
	_ provider.CodeMaker = (*Provider)(nil)
)

// New returns a Provider, or an error that names every faulty field. The Provider
// beside an error panics when it is used, and says why.
func New(cfg Config) (*Provider, error) {
	client, err := adapter.New(cfg.common(), adapter.EachTemplate(cfg.Templates, templateProblems))
	if err != nil {
		return &Provider{}, err
	}
	return &Provider{client.Identity("mob.Provider"), account{client, func() Config { return cfg }}}, nil
}

// Validate reports everything that is wrong with the configuration of a
// Provider, by field.
func (cfg Config) Validate() error {
	_, err := New(cfg)
	return err
}

// common is what the kit has to know.
func (cfg Config) common() adapter.Config {
	return adapter.Config{
		Service: DefaultName, Title: "Mob", Codes: Codes(),
		Name: cfg.Name, BaseURL: cmp.Or(cfg.BaseURL, DefaultBaseURL), PlainHTTP: cfg.PlainHTTP,
		Credentials: []adapter.Credential{{Field: "AppKey", Value: string(cfg.AppKey)}},
		Templates:   cfg.Templates, OwnText: true,
		Timeout: cfg.Timeout, HTTPClient: cfg.HTTPClient, Now: cfg.Now, Rand: cfg.Rand,
	}
}

// ownFields are the fields of custom/msg that no variable can be called.
var ownFields = []string{"appKey", "templateCode", "zone", "phone"}

func templateProblems(template provider.Template) []string {
	var problems []string
	for _, name := range template.Params {
		if slices.Contains(ownFields, name) {
			problems = append(problems, fmt.Sprintf("Params: %q is a field of the request itself", name))
		}
	}
	return problems
}

// Send submits one text: through custom/msg for a template with an ID, as Mob's own
// text otherwise. Neither Message.Ref nor Message.Captcha is forwarded: Mob has no
// field for them.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	call := p.client.NewSend(m)
	template, err := call.Template()
	if err != nil {
		return provider.Receipt{}, err
	}
	if template.ID != "" {
		return p.sendCustom(ctx, call, template, m.To)
	}
	if err := call.OwnText(template); err != nil {
		return provider.Receipt{}, err
	}
	return p.send(ctx, call, sendPath, p.form("appkey", "", m.To), provider.CodeByProvider)
}

// CodeTemplates lists the templates without an ID, in whose texts Mob puts its own
// code.
func (p *Provider) CodeTemplates() []string {
	return p.client.TemplateNames(func(template provider.Template) bool { return template.ID == "" })
}

func (p *Provider) sendCustom(ctx context.Context, call *adapter.Call, template provider.Template, to provider.Phone) (provider.Receipt, error) {
	form, err := p.customForm(call, template, to)
	if err != nil {
		return provider.Receipt{}, err
	}
	call.Use(codes.Table("custom"))
	return p.send(ctx, call, customPath, form, provider.CodeByCaller)
}

// send posts a form. The receipt has an id of the adapter's own: Mob gives none.
func (p *Provider) send(ctx context.Context, call *adapter.Call, path string, form adapter.Form, code provider.CodeOrigin) (provider.Receipt, error) {
	id, err := call.NewID()
	if err != nil {
		return provider.Receipt{}, err
	}
	if err := p.post(ctx, call, path, form); err != nil {
		return provider.Receipt{}, err
	}
	receipt := call.Receipt(id)
	receipt.Code = code
	return receipt, nil
}
