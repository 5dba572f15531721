// Package ronglian sends through Ronglian (容联云通讯, cloopen).
//
// # Service
//
// Mainland texts by template and international texts as free text, both through
// https://app.cloopen.com:8883. Requests are JSON, signed with an upper-case MD5
// over account, token and time in the query; the same time stands in the header
// Authorization. Up to a hundred mainland numbers go into one request, which gets
// one id for all of them. Ronglian makes no codes.
//
// Whether a text arrived is told by delivery reports, which Ronglian pushes or
// keeps in a queue. How it answers a query of one message is not documented. It
// pushes reports and replies as JSON or XML. What it wants to hear in return is not
// documented either: this package answers HTTP 200 without a body, and 500 when the
// push could not be handled, as public receivers do. Report.Extra holds, where the
// service sends them, "dateSent" and "status" as they stand on the wire, "smsCount"
// (parts that are billed), "appendCode" (the extension) and "spCode" (the number
// that sent).
//
// # Settings
//
// AccountSID (ACCOUNT SID), AuthToken (AUTH TOKEN) and AppID (APP ID) stand on the
// console's first page (控制台首页), under 开发者主账号. A sub-account (子账号) has an
// AccountSID and AuthToken of its own, which want SubAccount; it only sends mainland
// texts. The clock must be right within a day.
//
// Message.Ref is sent as reqId with mainland texts: 1 to 32 letters and digits (a
// UUID without its hyphens fits), each only once in an account's natural day. The
// service refuses a repetition, and the error says MayHaveSent: the first text may
// have arrived. Without a Ref no reqId is sent. An id that the caller does not know
// could not protect anything.
//
// # Trial account
//
// A trial account uses the same address and sends to the three test numbers
// (测试号码) that are registered in the console. It has template 1, whose values are
// one to four digits; Trial has that checked before any request. SandboxBaseURL is
// the older way to try things out.
//
// # Templates
//
// A mainland text needs a Template with an ID, which is a number; Params give the
// values for {1}, {2} and so on, in order. An international text is the Template's
// Text, filled in; a Template without one cannot go abroad. The signature belongs to
// the approved template.
//
// # Failure codes
//
// The table is codes.txt. Ronglian answers HTTP 200 whatever happened, and success
// is the code "000000" in exactly these letters. The table [report] of the same file
// says why a text failed that was accepted first.
//
// # Limits
//
// A hundred numbers per request here: the sources say 100 or 200. 250 characters per
// text, about five codes a day per number and template, and an interval between
// codes whose length is not documented. An international text that is empty or too
// long fails before any request; of a mainland text only the service knows the
// whole. Facts read on 2026-11-21.
package ronglian

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// Default values of Config, and the address of the older sandbox.
const (
	DefaultName    = "ronglian"
	DefaultBaseURL = "https://app.cloopen.com:8883"
	SandboxBaseURL = "https://sandboxapp.cloopen.com:8883"
)

// Config configures a Provider.
type Config struct {
	// AccountSID is the ACCOUNT SID. Required.
	AccountSID string
	// AuthToken is the AUTH TOKEN. Required.
	AuthToken provider.Secret
	// AppID is the APP ID. Required.
	AppID string
	// SubAccount says that AccountSID and AuthToken are those of a sub-account.
	SubAccount bool
	// SubAppend is the extension that is appended to the sender's number: up to
	// four digits. Default: none.
	SubAppend string
	// Trial says that the account is a trial account, so that what such accounts
	// cannot send fails before any request: values other than one to four digits,
	// and templates other than 1.
	Trial bool

	// Templates maps logical names to approved templates. Required.
	Templates provider.Templates

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
	// Now is the clock that requests are signed with. Default: time.Now.
	Now func() time.Time
}

// Provider sends through one Ronglian account. Besides provider.Provider it is a
// provider.BatchSender, BalanceReader, ReportPuller and ReportParser.
type Provider struct {
	adapter.Identity
	client *adapter.Client
	config func() Config // fmt does not look into functions
}

var (
	_ provider.BatchSender   = (*Provider)(nil)
	_ provider.BalanceReader = (*Provider)(nil)
	_ provider.ReportPuller  = (*Provider)(nil)
	_ provider.ReportParser  = (*Provider)(nil)
)

// New returns a Provider, or an error that names every faulty field. The Provider
// beside an error panics when it is used, and says why.
func New(cfg Config) (*Provider, error) {
	client, err := adapter.New(adapter.Config{
		Service: DefaultName, Title: "Ronglian", Codes: Codes(),
		Name: cfg.Name, BaseURL: cmp.Or(cfg.BaseURL, DefaultBaseURL), PlainHTTP: cfg.PlainHTTP, Templates: cfg.Templates,
		Credentials: []adapter.Credential{
			{Field: "AccountSID", Value: cfg.AccountSID},
			{Field: "AuthToken", Value: string(cfg.AuthToken)},
			{Field: "AppID", Value: cfg.AppID},
		},
		Timeout: cfg.Timeout, HTTPClient: cfg.HTTPClient, Now: cfg.Now,
	}, cfg.problems()...)
	if err != nil {
		return &Provider{}, err
	}
	return &Provider{client.Identity("ronglian.Provider"), client, func() Config { return cfg }}, nil
}

// Validate reports everything that is wrong with the configuration, by field.
func (cfg Config) Validate() error {
	_, err := New(cfg)
	return err
}

// longestSubAppend is how many digits SubAppend may have.
const longestSubAppend = 4

// problems checks what only Ronglian asks for.
func (cfg Config) problems() []error {
	var problems []error
	// The account stands in the path, and before a colon in the Authorization.
	if cfg.AccountSID != "" && !isAlphanumeric(cfg.AccountSID) {
		problems = append(problems, errors.New("AccountSID: want letters and digits only"))
	}
	if cfg.SubAppend != "" && (len(cfg.SubAppend) > longestSubAppend || !adapter.IsDigits(cfg.SubAppend)) {
		problems = append(problems, errors.New("SubAppend: want one to four digits"))
	}
	return append(problems, adapter.EachTemplate(cfg.Templates, cfg.templateProblems))
}

// trialTemplate is the one template of a trial account.
const trialTemplate = "1"

func (cfg Config) templateProblems(template provider.Template) []string {
	var problems []string
	if template.Sign != "" {
		problems = append(problems, "Sign: Ronglian takes the signature from the approved template")
	}
	switch {
	case template.ID == "":
	case !adapter.IsDigits(template.ID):
		problems = append(problems, "ID: want digits only")
	case cfg.Trial && template.ID != trialTemplate:
		problems = append(problems, "ID: a trial account has template "+trialTemplate+" only")
	}
	return problems
}

// isAlphanumeric reports whether text is made of ASCII letters and digits.
func isAlphanumeric(text string) bool {
	const all = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return text != "" && strings.Trim(text, all) == ""
}

// Send submits one text: a mainland one by the template's ID, an international one
// as the template's Text. Message.Ref goes with mainland texts only.
//
// Sources for international texts are thin. They disagree on whether the account or
// the application stands in appId; the application does here, as in the client that
// names the vendor's page. None shows the answer to a success, so the Receipt.ID of
// an international text is likely to be empty.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	call := p.client.NewSend(m)
	request, err := p.newSend(call, m)
	if err != nil {
		return provider.Receipt{}, err
	}
	return p.submit(ctx, call, request)
}

// ReadBalance returns the account's money in yuan. That the member is called balance
// rests on one old example of the vendor's, and that it counts yuan on inference:
// compare it with the console once. A reply without it is KindUnavailable.
func (p *Provider) ReadBalance(ctx context.Context) (provider.Balance, error) {
	call := p.client.NewCall(provider.OpBalance)
	if err := p.mainAccountOnly(call); err != nil {
		return provider.Balance{}, err
	}
	answer, err := p.exchange(ctx, call, adapter.Request{Method: http.MethodGet, Path: p.accountPath() + "/AccountInfo"})
	if err != nil {
		return provider.Balance{}, err
	}
	amount := answer.balance()
	if !adapter.IsDecimal(amount) {
		return provider.Balance{}, call.Unusable("Account.balance: not a number")
	}
	return provider.Balance{Provider: p.Name(), Amount: amount, Unit: provider.UnitYuan}, nil
}

// mainAccountOnly refuses what is documented for main accounts only.
func (p *Provider) mainAccountOnly(call *adapter.Call) error {
	if p.config().SubAccount {
		return call.Fail(provider.KindUnsupported, "SubAccount: a sub-account only sends mainland texts")
	}
	return nil
}
