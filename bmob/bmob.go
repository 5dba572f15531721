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
// of their own, which the console shows: set BaseURL to it.
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
//
// A Template with Params, which needs an ID, is sent by requestSms. The names in
// Params are the names of the template's variables.
//
// # Failure codes
//
// The table is in codes.go. Business failures come with HTTP 400 or another 4xx,
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
// one message, longer ones a message for every 67. Facts read on 2026-11-21 from
// the vendor's documents of 2018 to 2026, its SDKs and public clients.
package bmob

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// Provider sends through one Bmob application. It is a provider.Provider, a
// provider.Verifier, a provider.StatusReader and a provider.CaptchaIssuer.
type Provider struct {
	// The settings sit behind a pointer because fmt, when it prints a struct that
	// holds a Provider in an unexported field, shows the fields without asking
	// Format. It does not follow the pointers among them.
	cfg    *Config
	client *httpx.Client
	// plain are the headers of plain authentication, behind a pointer for the same
	// reason; nil where requests are signed.
	plain   *http.Header
	codeURL *url.URL
	textURL *url.URL
}

var (
	_ provider.Verifier      = (*Provider)(nil)
	_ provider.StatusReader  = (*Provider)(nil)
	_ provider.CaptchaIssuer = (*Provider)(nil)
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
		return nil, fmt.Errorf("bmob: config: %w", err)
	}
	p := &Provider{cfg: &cfg, client: client, codeURL: client.URL(codePath, ""), textURL: client.URL(textPath, "")}
	if !cfg.signs() {
		p.plain = plainHeader(cfg)
	}
	return p, nil
}

// Name returns Config.Name.
func (p *Provider) Name() string { return p.cfg.Name }

// Format prints the name only, whatever the verb.
func (p *Provider) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "bmob.Provider(%s)", p.cfg.Name)
}

// Send submits one text. Message.Ref is not forwarded: Bmob has no field for it.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	s, err := p.newSubmit(m)
	if err != nil {
		return provider.Receipt{}, httpx.Named(err, p.cfg.Name)
	}
	redact := func(text string, secrets ...string) string { return m.Redact(text, append(secrets, m.Captcha)...) }
	reply, err := p.exchange(ctx, call{op: provider.OpSend, path: s.path, address: s.address, body: s.body, redact: redact})
	if err != nil {
		return provider.Receipt{}, err
	}
	if reply.SMSID == "" || reply.SMSID == "0" {
		return provider.Receipt{}, p.client.BadReply(provider.OpSend, httpx.Reply{Status: http.StatusOK}, "smsId: missing")
	}
	return provider.Receipt{Provider: p.cfg.Name, ID: string(reply.SMSID), To: m.To, Code: s.code, At: p.cfg.Now()}, nil
}

// Verify checks a code that Send had Bmob make. A code that is not made of
// digits is wrong without asking.
func (p *Provider) Verify(ctx context.Context, r provider.Receipt, code string) error {
	if err := checkMade(r, code); err != nil {
		return httpx.Named(err, p.cfg.Name)
	}
	body := verifyBody{Phone: r.To.National()}
	path := verifyPath + "/" + code
	if p.cfg.VerifyInBody {
		path, body.Code = verifyPath, code
	}
	reply, err := p.exchange(ctx, call{op: provider.OpVerify, path: path, body: encode(body), redact: hide(r.To.National(), code)})
	if err != nil {
		return err
	}
	if reply.Msg != "ok" {
		return p.client.BadReply(provider.OpVerify, httpx.Reply{Status: http.StatusOK}, `msg: not "ok"`)
	}
	return nil
}

// ReadStatus asks what became of a message (querySms). SENDING is StatePending,
// SUCCESS is StateSent, because nobody says that it means the handset, and FAIL
// is StateFailed. Status.Text says whether the code was checked and right.
func (p *Provider) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	if !isDigits(r.ID) {
		return provider.Status{}, nil // none of Bmob's ids
	}
	reply, err := p.exchange(ctx, call{op: provider.OpStatus, method: http.MethodGet, path: queryPath + "/" + r.ID, redact: hide(r.To.National())})
	if isUnknownID(err) {
		return provider.Status{}, nil
	}
	if err != nil {
		return provider.Status{}, err
	}
	if reply.SMSState == "" {
		return provider.Status{}, p.client.BadReply(provider.OpStatus, httpx.Reply{Status: http.StatusOK}, "sms_state: missing")
	}
	status := provider.Status{State: states[reply.SMSState], Code: reply.SMSState}
	if reply.VerifyState {
		status.Text = "the code was checked and right"
	}
	return status, nil
}
