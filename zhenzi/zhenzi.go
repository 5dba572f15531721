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
// Zhenzi returns no id of a message. The adapter makes one itself, sends it as
// messageId and puts it into Receipt.ID: 24 random characters, behind
// Message.Ref and a hyphen where there is a Ref. It never repeats, also when a
// caller sends the same Ref again.
//
// When a send brings no usable answer, Send asks once whether the service has
// the message (findSmsByMessageId), for two seconds at most and within the
// caller's context: of a deadline that is near, a quarter is kept for it, and
// after a cancellation there is no asking. If the service has the message, the
// send counts as accepted, which is likely but documented nowhere, and the
// receipt's Extra has ExtraConfirmedBy. Otherwise the error keeps MayHaveSent,
// because nothing is known about when a message is recorded and how a missing
// one is answered, and holds a *LostReplyError with the messageId for a later
// ReadStatus. The question is the only request besides the send; nothing is ever
// sent twice.
//
// # Settings
//
// AppID and AppSecret are those of the application in the console. Nobody says
// whether the certificate of the personal host, whose name has an underscore, is
// valid; the vendor's own clients do not check it. This adapter does. To do
// without at your own risk, give an HTTPClient with such a transport.
//
// # Templates
//
// A Template with an ID is sent by template (version 2 of the interface): the
// values of Params, in order. A Template without an ID is sent as whole text
// (version 1), of 1000 characters at most, which new accounts may not be allowed
// any more. There is no field for a signature, and the optional clientIp (the
// end user's address, for a quota set in the console) is not sent.
//
// # Failure codes
//
// The table is in codes.go; code 0 is success. 100 means an empty or malformed
// field or number; because numbers are checked beforehand, it counts as a fault
// of the request (KindConfig).
//
// # Limits
//
// 1000 characters per text; the console can set a limit per number and day. Of a
// message's status only its existence is documented. Facts read on 2026-11-21
// from a tutorial, the vendor's clients and copies of its documents.
package zhenzi

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// Provider sends through one Zhenzi application. It is a provider.Provider, a
// provider.BalanceReader and a provider.StatusReader.
type Provider struct {
	// cfg is behind a pointer because fmt, given a Provider that sits in an
	// unexported field, prints its fields without asking Format. It follows one
	// pointer, never two.
	cfg         *Config
	client      *httpx.Client
	textURL     *url.URL
	templateURL *url.URL
	balanceURL  *url.URL
	lookupURL   *url.URL
}

var (
	_ provider.BalanceReader = (*Provider)(nil)
	_ provider.StatusReader  = (*Provider)(nil)
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
		return nil, fmt.Errorf("zhenzi: config: %w", err)
	}
	return &Provider{
		cfg:         &cfg,
		client:      client,
		textURL:     client.URL(textPath, ""),
		templateURL: client.URL(templatePath, ""),
		balanceURL:  client.URL(balancePath, ""),
		lookupURL:   client.URL(lookupPath, ""),
	}, nil
}

// Name returns Config.Name.
func (p *Provider) Name() string { return p.cfg.Name }

// Format prints the name only, whatever the verb.
func (p *Provider) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "zhenzi.Provider(%s)", p.cfg.Name)
}

// Send submits one text. Message.Ref becomes the first part of the messageId.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	request, err := p.newSubmit(m)
	if err != nil {
		return provider.Receipt{}, httpx.Named(err, p.cfg.Name)
	}
	reply, err := p.submit(ctx, request)
	if err != nil {
		return p.settle(ctx, m, request.messageID, err)
	}
	if reply.Code != codeAccepted {
		return provider.Receipt{}, p.refusal(provider.OpSend, reply, m)
	}
	return p.receipt(m, request.messageID), nil
}

// submit makes the exchange of a send, and leaves time for a lookup.
func (p *Provider) submit(ctx context.Context, f form) (reply, error) {
	ctx, cancel := keepLookupTime(ctx)
	defer cancel()
	address := p.textURL
	if f.templateID != "" {
		address = p.templateURL
	}
	return p.exchange(ctx, provider.OpSend, address, f.encode())
}

func (p *Provider) receipt(m provider.Message, messageID string) provider.Receipt {
	return provider.Receipt{Provider: p.cfg.Name, ID: messageID, To: m.To, At: p.cfg.Now()}
}

// ReadBalance returns the number of messages left.
func (p *Provider) ReadBalance(ctx context.Context) (provider.Balance, error) {
	reply, err := p.exchange(ctx, provider.OpBalance, p.balanceURL, p.newForm().encode())
	if err != nil {
		return provider.Balance{}, err
	}
	if reply.Code != codeAccepted {
		return provider.Balance{}, p.refusal(provider.OpBalance, reply, provider.Message{})
	}
	count, err := reply.count()
	if err != nil {
		return provider.Balance{}, p.client.BadReply(provider.OpBalance, httpx.Reply{Status: http.StatusOK}, err.Error())
	}
	return provider.Balance{Provider: p.cfg.Name, Amount: strconv.FormatInt(count, 10), Unit: provider.UnitMessages}, nil
}
