// Package rongliansim simulates Ronglian (容联云通讯, cloopen) for tests: sending
// by template with main and sub-accounts, international texts, the account's
// balance, and reports and replies, pulled or pushed. Requests are JSON or XML by
// Content-Type, replies by Accept.
//
// # Divergences
//
// What the real service does but no source states is simulated by a guess, or
// not at all:
//
//   - The answer to an international text, to AccountInfo (but for the name
//     balance, which stands in an old example) and to GetArrived as XML, and the
//     content types of replies.
//   - The order in which faults are noticed, and which of several codes that mean
//     much the same comes back; codes for a reqId with other characters than
//     letters and digits, and for a day's limit, are the likeliest of the table.
//     The wording of refusals is the service's own for 111109, 160032, 160038,
//     160040, 160042 and 161125; the others describe the code.
//   - Lengths that are not documented: the interval between codes (here a minute),
//     what a text costs (here 5 fen), and whether the 250 characters hold for
//     international texts. Up to 200 numbers are taken, as newer sources say; older
//     ones say 100.
//   - Without Config.Balance the account says that it has 10,000 yuan.
//   - Reports come at once, everything is delivered but for Config.Undelivered,
//     and what is pushed takes any answer of HTTP 200 for a yes. Reports of
//     international texts carry the number as it was sent to. What stands in
//     replies, in pulled reports, and in GetArrived's answer when there is nothing,
//     is taken over from the pushed report or left out.
//   - A lower-case sig is accepted, as the vendor's Go SDK sends it; Config.StrictSig
//     refuses it. JSON must be JSON: the real parser is said to take single quotes.
//   - QuerySMS, the calls about templates, and voice calls are not simulated.
package rongliansim

import (
	"net/http"
	"strings"
	"sync"

	"github.com/cnsms/cnsms/sim"
)

// Config describes the simulated account. AccountSID, AuthToken and AppID are
// required; every other zero value switches the rule off.
type Config struct {
	// AccountSID and AuthToken are the main account's credentials.
	AccountSID, AuthToken string
	// AppID is the account's application.
	AppID string
	// SubAccountSID and SubAuthToken are the credentials of its sub-account. None:
	// there is no sub-account.
	SubAccountSID, SubAuthToken string
	// Templates are the approved templates by id, with {1}, {2} and so on for the
	// values. With none, every id is accepted and the text is the values.
	Templates map[string]string
	// Sign is the account's signature. Default: 云通讯.
	Sign string
	// Balance is the account's money in fen; it runs down by Price for each number.
	// nil: no end.
	Balance *int
	// Price is what one number costs, in fen. Default: 5.
	Price int
	// Limits switches on the limits per number and template: one a minute, five a
	// day.
	Limits bool
	// Blocked are numbers on the blacklist, as they stand on the wire.
	Blocked []string
	// Undelivered are numbers whose reports say that the text did not arrive.
	Undelivered []string
	// Trial makes it a trial account: template 1, values of one to four digits, and
	// TestNumbers only.
	Trial bool
	// TestNumbers are the numbers registered with a trial account.
	TestNumbers []string
	// Mainland says that the account may not send abroad.
	Mainland bool
	// StrictSig refuses a sig in lower case.
	StrictSig bool
	// PushXML pushes reports and replies as XML. Default: JSON.
	PushXML bool
}

const (
	// defaultPrice is what one number costs, in fen.
	defaultPrice = 5
	// plenty is what an account without an end says that it has left, in fen.
	plenty = 1_000_000
)

// Service is a simulated Ronglian account. Put it into a sim.Server.
type Service struct {
	sim.Old

	cfg Config

	mu      sync.Mutex
	balance int               // in fen
	sent    map[string][]sent // by number, for the limits
	reqIDs  map[string]string // the day on which a reqId was used
	news    []arrival         // what nobody has fetched yet, oldest first
}

var _ sim.Service = (*Service)(nil)

// New returns a simulated account.
func New(cfg Config) *Service {
	if cfg.Sign == "" {
		cfg.Sign = "云通讯"
	}
	if cfg.Price == 0 {
		cfg.Price = defaultPrice
	}
	s := &Service{cfg: cfg, sent: map[string][]sent{}, reqIDs: map[string]string{}}
	if cfg.Balance != nil {
		s.balance = *cfg.Balance
	}
	return s
}

// Name returns "ronglian".
func (s *Service) Name() string { return "ronglian" }

// Owns reports whether the path is one of Ronglian's.
func (s *Service) Owns(r *http.Request) bool {
	for _, part := range []string{"/Accounts/", "/SubAccounts/", "/international/send"} {
		if strings.Contains(r.URL.Path, part) {
			return true
		}
	}
	return false
}

// handlers are the calls by what stands behind the account in the path.
var handlers = map[string]struct {
	method string
	handle func(s *Service, c *sim.Call, a *attempt) reply
}{
	"SMS/TemplateSMS":    {http.MethodPost, (*Service).templateSMS},
	"international/send": {http.MethodPost, (*Service).international},
	"SMS/GetArrived":     {http.MethodPost, (*Service).getArrived},
	"AccountInfo":        {http.MethodGet, (*Service).accountInfo},
}

// Serve answers one request.
func (s *Service) Serve(c *sim.Call) {
	a := readAttempt(c)
	call, known := handlers[a.call]
	if !known || !a.fits() {
		c.Explain("path: no such call is simulated")
		c.Reply(http.StatusNotFound, "text/html; charset=utf-8", []byte("<html><body>404</body></html>"))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if code := s.checkAttempt(c, a, call.method); code != "" {
		a.answer(c, refused(code))
		return
	}
	a.answer(c, call.handle(s, c, a))
}

// templateSMS answers a mainland text, to one number or several.
func (s *Service) templateSMS(c *sim.Call, a *attempt) reply {
	if code := s.checkTemplateSMS(c, a.request); code != "" {
		return refused(code)
	}
	if scripted, ok := c.Refusal(); ok {
		return explained(c, scripted)
	}
	id := newID(c)
	for _, number := range a.request.numbers() {
		s.accept(c, number, string(a.request.SubAppend), message(s.templateText(a.request), sim.Text{
			Mailbox: a.account, ID: id, Ref: string(a.request.ReqID), To: "+86" + number, Sign: s.cfg.Sign,
			Template: string(a.request.TemplateID), Params: a.request.values(),
		}))
	}
	if a.request.ReqID != "" {
		s.reqIDs[string(a.request.ReqID)] = day(c.Now)
	}
	return acceptedReply(c, id)
}

// international answers an international text.
func (s *Service) international(c *sim.Call, a *attempt) reply {
	if code := s.checkInternational(c, a.request); code != "" {
		return refused(code)
	}
	if scripted, ok := c.Refusal(); ok {
		return explained(c, scripted)
	}
	id := newID(c)
	number := string(a.request.Mobile)
	s.accept(c, number, "", message(string(a.request.Content), sim.Text{
		Mailbox: a.account, ID: id, To: "+" + strings.TrimPrefix(number, "00"), Sign: s.cfg.Sign,
	}))
	return acceptedReply(c, id)
}

// message completes a text as the phone shows it.
func message(text string, m sim.Text) sim.Text {
	m.Text = "【" + m.Sign + "】" + text
	return m
}

// accept takes a text and queues its report.
func (s *Service) accept(c *sim.Call, number, subAppend string, m sim.Text) {
	m = c.Accept(m)
	s.balance -= s.cfg.Price
	s.sent[number] = append(s.sent[number], sent{c.Now, m.Template})
	s.news = append(s.news, s.reportOf(number, subAppend, m))
}

// accountInfo answers a request for the account's money.
func (s *Service) accountInfo(c *sim.Call, _ *attempt) reply {
	if scripted, ok := c.Refusal(); ok {
		return explained(c, scripted)
	}
	if s.cfg.Balance == nil {
		return accountReply(plenty)
	}
	return accountReply(max(s.balance, 0))
}
