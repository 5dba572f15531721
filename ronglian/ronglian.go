// Package ronglian sends through Ronglian (容联云通讯, cloopen).
//
// # Service
//
// Mainland texts by template and international texts as free text, both through
// https://app.cloopen.com:8883. Requests are JSON, signed with an upper-case MD5
// over account, token and time in the query; the same time stands in the header
// Authorization. Up to a hundred mainland numbers go into one request, which
// gets one id for all of them. Ronglian makes no codes. What became of a message
// is learnt from delivery reports, which it pushes or keeps in a queue, and not
// by asking for one message: what the answer to that call looks like is not
// documented.
//
// Reports and replies are pushed as JSON or XML. What the service wants to hear
// in return is not documented: this package answers HTTP 200 without a body, and
// 500 when the push could not be handled, which is what public receivers do.
// Report.Extra holds, where the service sends them, "dateSent" and "status" as
// they stand on the wire, "smsCount" (parts that are billed), "appendCode" (the
// extension) and "spCode" (the number that sent).
//
// # Settings
//
// AccountSID, AuthToken and AppID stand on the console's first page. A
// sub-account's own two work with SubAccount; it can only send mainland texts.
// The clock must be right within a day. A trial account uses the same address
// and sends to the three numbers registered in the console; SandboxBaseURL is
// the older way to try things out.
//
// # Templates
//
// A mainland text needs a Template with an ID, which is a number; Params give
// the values for {1}, {2} and so on, in order. An international text is the
// Template's Text, filled in; a Template without one cannot go abroad. The
// signature belongs to the approved template.
//
// Message.Ref is sent as reqId with mainland texts: 1 to 32 letters and digits
// (a UUID without its hyphens fits), each only once in an account's natural day.
// The service then refuses a repetition, and the error says MayHaveSent: the
// first one may have arrived. Without a Ref no reqId is sent. An id that the
// caller does not know could not protect anything.
//
// # Failure codes
//
// The table is in codes.go. Ronglian answers HTTP 200 whatever happened, and
// success is the code "000000" in exactly these letters.
//
// # Limits
//
// A hundred numbers per request here: the sources say 100 or 200. 250 characters
// per text, about five codes a day per number and template, and an interval
// between codes whose length is not documented. Trial accounts have template 1,
// whose values are one to four digits; Config.Trial has that checked before any
// request. An international text that is empty or too long fails before any
// request as well; of a mainland text only the service knows the whole. Facts read
// on 2026-11-21 from the vendor's SDKs, a tutorial of 2023-05 and public clients.
package ronglian

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// Provider sends through one Ronglian account. Besides provider.Provider it is a
// provider.BatchSender, BalanceReader, ReportPuller and ReportParser.
type Provider struct {
	// The settings sit behind a pointer because fmt, when it prints a struct that
	// holds a Provider in an unexported field, does not ask Format but shows the
	// fields of the Provider. It does not follow the pointers among them.
	cfg    *Config
	client *httpx.Client
	urls   urls
}

// urls are the addresses of the account's calls, without the signature.
type urls struct{ templateSMS, international, getArrived, accountInfo *url.URL }

func newURLs(client *httpx.Client, cfg Config) urls {
	account := "/2013-12-26/Accounts/" + cfg.AccountSID
	if cfg.SubAccount {
		account = "/2013-12-26/SubAccounts/" + cfg.AccountSID
	}
	return urls{
		templateSMS:   client.URL(account+"/SMS/TemplateSMS", ""),
		getArrived:    client.URL(account+"/SMS/GetArrived", ""),
		accountInfo:   client.URL(account+"/AccountInfo", ""),
		international: client.URL("/v2/account/"+cfg.AccountSID+"/international/send", ""),
	}
}

var (
	_ provider.BatchSender   = (*Provider)(nil)
	_ provider.BalanceReader = (*Provider)(nil)
	_ provider.ReportPuller  = (*Provider)(nil)
	_ provider.ReportParser  = (*Provider)(nil)
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
		return nil, fmt.Errorf("ronglian: config: %w", err)
	}
	return &Provider{cfg: &cfg, client: client, urls: newURLs(client, cfg)}, nil
}

// Name returns Config.Name.
func (p *Provider) Name() string { return p.cfg.Name }

// Format prints the name only, whatever the verb.
func (p *Provider) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "ronglian.Provider(%s)", p.cfg.Name)
}

// Send submits one text: a mainland one by the template's ID, an international
// one as the template's Text. Message.Ref goes with mainland texts only.
//
// Sources for international texts are thin. They disagree on whether the
// account or the application stands in appId; the application does here, as in
// the client that names the vendor's page. None shows the answer to a success,
// so the Receipt.ID of an international text may be empty.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	c, err := p.newSend(m)
	if err != nil {
		return provider.Receipt{}, httpx.Named(err, p.cfg.Name)
	}
	answer, err := p.exchange(ctx, c)
	if err != nil {
		return provider.Receipt{}, err
	}
	id := answer.id()
	if id == "" && m.To.IsMainland() {
		return provider.Receipt{}, p.withoutID()
	}
	return provider.Receipt{Provider: p.cfg.Name, ID: id, To: m.To, At: p.cfg.Now()}, nil
}

// newSend chooses the call for a message.
func (p *Provider) newSend(m provider.Message) (call, error) {
	if err := m.Validate(); err != nil {
		return call{}, err
	}
	template, err := p.cfg.Templates.Lookup(m.Template)
	if err != nil {
		return call{}, err
	}
	if !m.To.IsMainland() {
		return p.newInternational(m, template)
	}
	sms, err := p.newTemplateSMS(m, template)
	if err != nil {
		return call{}, err
	}
	return p.newTemplateCall(m, sms, m.To), nil
}

// ReadBalance returns the account's money in yuan. That the member is called
// balance rests on one old example of the vendor's, and that it counts yuan on
// inference: compare it with the console once. A reply without it is
// KindUnavailable.
func (p *Provider) ReadBalance(ctx context.Context) (provider.Balance, error) {
	if err := p.mainAccountOnly(provider.OpBalance); err != nil {
		return provider.Balance{}, err
	}
	answer, err := p.exchange(ctx, call{op: provider.OpBalance, method: http.MethodGet, url: p.urls.accountInfo})
	if err != nil {
		return provider.Balance{}, err
	}
	amount := string(answer.Account.Balance)
	if !httpx.IsDecimal(amount) {
		return provider.Balance{}, p.client.BadReply(provider.OpBalance, httpx.Reply{Status: http.StatusOK}, "Account.balance: not a number")
	}
	return provider.Balance{Provider: p.cfg.Name, Amount: amount, Unit: provider.UnitYuan}, nil
}

// mainAccountOnly refuses what is documented for main accounts only.
func (p *Provider) mainAccountOnly(op string) error {
	if !p.cfg.SubAccount {
		return nil
	}
	return &provider.Error{
		Provider: p.cfg.Name, Op: op, Kind: provider.KindUnsupported,
		Text: "SubAccount: a sub-account only sends mainland texts",
	}
}

// withoutID is the error for a success that names no message.
func (p *Provider) withoutID() error {
	return p.client.BadReply(provider.OpSend, httpx.Reply{Status: http.StatusOK}, "accepted, but without an id")
}
