// Package zhenzi sends through Zhenzi (榛子云).
//
// # Service
//
// Mainland texts, one number per request, through the host for personal
// accounts (DefaultBaseURL) or the one for companies (DefaultBaseURLCompany,
// chosen by Config.Company). Requests are forms over HTTPS; the credentials
// travel in them, there is no signature. Replies are JSON. Zhenzi makes no codes
// and takes no numbers abroad.
//
// Zhenzi returns no id of a message. The adapter makes one, sends it as messageId and
// puts it into Receipt.ID: 24 random characters, behind Message.Ref and a hyphen where
// there is a Ref. It never repeats, also when a caller sends the same Ref again.
//
// When a send brings no usable answer, Send asks once whether the service has the
// message (findSmsByMessageId), for two seconds at most and within the caller's
// context: of a near deadline it keeps a quarter for that, and after a cancellation it
// does not ask. A message that the service has counts as accepted, and the receipt's
// Extra has ExtraConfirmedBy; that is likely right, and documented nowhere. Otherwise
// the error keeps MayHaveSent, because the service may record a message late, and holds
// a *LostReplyError with the messageId for a later ReadStatus. Nothing is sent twice.
//
// # Settings
//
// AppID and AppSecret are those of the application in the console. Whether the
// certificate of the personal host, whose name has an underscore, is valid is
// not known: the vendor's own clients do not check it. This adapter does. To do
// without at your own risk, give an HTTPClient with such a transport.
//
// # Trial account
//
// None is known. The least top-up is 20 yuan, a text costs about 0.03. The last
// article that shows the service at work is of 2023-12.
//
// # Templates
//
// A Template with an ID is sent by template (version 2 of the interface): the
// values of Params, in order. A Template without an ID is sent as whole text
// (version 1), which new accounts may not be allowed any more. There is no field
// for a signature, and the optional clientIp (the end user's address, for a
// quota set in the console) is not sent.
//
// # Failure codes
//
// The table is codes.txt; code 0 is success. After a code of the table nothing was
// sent, unless it says otherwise; after any other code nobody knows.
//
// # Limits
//
// 1000 characters per text, which is checked before the request; the console can
// set a limit per number and day. Of a message's status only its existence is
// documented. Facts read on 2026-11-21; testdata/README.md has the sources.
package zhenzi

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// Default values of Config.
const (
	DefaultName           = "zhenzi"
	DefaultBaseURL        = "https://sms_developer.zhenzikj.com"
	DefaultBaseURLCompany = "https://sms.zhenzikj.com"
)

// Config configures a Provider.
type Config struct {
	// AppID is the application's appId. Required.
	AppID string
	// AppSecret is the application's appSecret. Required.
	AppSecret provider.Secret
	// Company says that the account is a company's.
	Company bool

	// Templates maps logical names to approved templates. Required.
	Templates provider.Templates
	// Rand is where messageIds come from. It must be safe for concurrent use.
	// Default: crypto/rand.Reader.
	Rand io.Reader

	// Name stands in receipts and errors. Default: DefaultName.
	Name string
	// BaseURL is where the service is. Default: DefaultBaseURL, or
	// DefaultBaseURLCompany with Company.
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

// Provider sends through one Zhenzi application. It is a provider.Provider, a
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

// New returns a Provider, or an error that names every faulty field. The Provider
// beside an error panics when it is used, and says why.
func New(cfg Config) (*Provider, error) {
	client, err := adapter.New(adapter.Config{
		Service: DefaultName, Title: "Zhenzi", Codes: Codes(),
		Name: cfg.Name, BaseURL: cmp.Or(cfg.BaseURL, cfg.defaultBaseURL()), PlainHTTP: cfg.PlainHTTP, Templates: cfg.Templates,
		Credentials: []adapter.Credential{{Field: "AppID", Value: cfg.AppID}, {Field: "AppSecret", Value: string(cfg.AppSecret)}},
		Timeout:     cfg.Timeout, HTTPClient: cfg.HTTPClient, Now: cfg.Now, Rand: cfg.Rand,
	}, adapter.EachTemplate(cfg.Templates, templateProblems))
	if err != nil {
		return &Provider{}, err
	}
	return &Provider{client.Identity("zhenzi.Provider"), client, func() Config { return cfg }}, nil
}

// Validate reports everything that is wrong with the configuration, by field.
func (cfg Config) Validate() error {
	_, err := New(cfg)
	return err
}

func (cfg Config) defaultBaseURL() string {
	if cfg.Company {
		return DefaultBaseURLCompany
	}
	return DefaultBaseURL
}

func templateProblems(template provider.Template) []string {
	if template.Sign != "" {
		return []string{"Sign: Zhenzi has no field for a signature"}
	}
	return nil
}

// Send submits one text. Message.Ref becomes the first part of the messageId.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	call := p.client.NewSend(m)
	s, err := p.newSubmission(call, m)
	if err != nil {
		return provider.Receipt{}, err
	}
	inTime, cancel := keepLookupTime(ctx)
	defer cancel()
	if _, err := p.exchange(inTime, call, s.path, s.form); err != nil {
		return p.settle(ctx, call, m, s.messageID, err)
	}
	return call.Receipt(s.messageID), nil
}

// ReadBalance returns the number of messages left.
func (p *Provider) ReadBalance(ctx context.Context) (provider.Balance, error) {
	call := p.client.NewCall(provider.OpBalance)
	answer, err := p.exchange(ctx, call, balancePath, p.newForm())
	if err != nil {
		return provider.Balance{}, err
	}
	count, ok := answer.count()
	if !ok {
		return provider.Balance{}, call.Unusable("data: not a number of messages")
	}
	return provider.Balance{Provider: p.Name(), Amount: count, Unit: provider.UnitMessages}, nil
}
