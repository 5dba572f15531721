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
//     Of the words of refusals, those of 111109, 160032, 160038, 160040, 160042 and
//     161125 were seen in replies, but for the 【账号】 or 【短信】 that some have
//     before them; the others are those of the vendor's lists.
//   - What becomes of a list of numbers of which one is wrong: here none gets a
//     text. Which of the numbers of an accepted list got it, the reports tell.
//   - Lengths that are not documented: the interval between codes (here a minute),
//     what a text costs (here 5 fen), and whether the 250 characters hold for
//     international texts. Up to 200 numbers are taken, as newer sources say; older
//     ones say 100.
//   - A value that is null counts as left out.
//   - Without Config.Balance the account says that it has 10,000 yuan.
//   - Reports come at once, everything is delivered but for Config.Undelivered,
//     and what is pushed takes any answer of HTTP 200 for a yes. Reports of
//     international texts carry the number as it was sent to. What stands in
//     replies, in pulled reports, and in GetArrived's answer when there is nothing,
//     is taken over from the pushed report or left out.
//   - A lower-case sig is accepted, as the vendor's Go SDK sends it; Config.StrictSig
//     refuses it. JSON must be JSON: the real parser is said to take single quotes.
//   - QuerySMS, the calls about templates and sub-accounts, the older SMS/Messages,
//     bills and voice calls are not simulated: they are refused with 112602 and a
//     statusMsg that begins with "not simulated".
package rongliansim

import (
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/ronglian"
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
	// Blocked are numbers on the blacklist, as they stand on the wire: 13800000000,
	// or 006013800000.
	Blocked []string
	// Undelivered are numbers whose reports say that the text did not arrive, as they
	// stand on the wire.
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

// defaultPrice is what one number costs, in fen.
const defaultPrice = 5

// Service is a simulated Ronglian account. Put it into a sim.Server.
type Service struct {
	*sim.Account

	cfg    Config
	reqIDs map[string]time.Time // when a reqId was used
	news   []arrival            // what nobody has fetched yet, oldest first
}

// New returns a simulated account. It panics when cfg is one that no request could
// satisfy.
func New(cfg Config) *Service {
	cfg.demand()
	if cfg.Sign == "" {
		cfg.Sign = "云通讯"
	}
	if cfg.Price == 0 {
		cfg.Price = defaultPrice
	}
	account := sim.AccountConfig{Balance: cfg.Balance, BalanceCode: "111142", Blocked: cfg.Blocked, NumberField: "to"}
	if cfg.Limits {
		account.Limits = []sim.Limit{
			{Code: "160038", Most: 1, Within: interval, Like: haveOneTemplate},
			{Code: "160040", Most: dailyLimit, Like: haveOneTemplate},
		}
	}
	return &Service{
		Account: sim.NewAccount(account),
		cfg:     cfg, reqIDs: map[string]time.Time{},
	}
}

// demand panics when the configuration is one that no request could satisfy, or has
// numbers and templates that no request could name.
func (cfg Config) demand() {
	sim.Demand(isAlphanumeric(cfg.AccountSID), "rongliansim: Config.AccountSID: want letters and digits")
	sim.Demand(cfg.AuthToken != "", "rongliansim: Config.AuthToken: must not be empty")
	sim.Demand(cfg.AppID != "", "rongliansim: Config.AppID: must not be empty")
	sim.Demand(cfg.SubAccountSID == "" || isAlphanumeric(cfg.SubAccountSID), "rongliansim: Config.SubAccountSID: want letters and digits")
	sim.Demand((cfg.SubAccountSID == "") == (cfg.SubAuthToken == ""), "rongliansim: Config.SubAuthToken: want it with SubAccountSID")
	sim.Demand(cfg.Price >= 0, "rongliansim: Config.Price: must not be negative")
	for id, text := range cfg.Templates {
		shortest := places.Fill(text, make([]string, places.Count(text)))
		sim.Demand(sim.IsDigits(id), "rongliansim: Config.Templates: want numbers for ids")
		sim.Demand(utf8.RuneCountInString(shortest) <= longestText, "rongliansim: Config.Templates: a text is over %d characters without its values", longestText)
	}
	sim.Demand(!cfg.Trial || slices.ContainsFunc(cfg.TestNumbers, sim.IsMainland), "rongliansim: Config.TestNumbers: a trial account sends to them only; want a mainland number")
	_, hasTrial := cfg.Templates[trialTemplate]
	sim.Demand(!cfg.Trial || hasTrial || len(cfg.Templates) == 0, "rongliansim: Config.Templates: a trial account has template %s only", trialTemplate)
	for field, numbers := range map[string][]string{"Blocked": cfg.Blocked, "Undelivered": cfg.Undelivered, "TestNumbers": cfg.TestNumbers} {
		isOther := func(number string) bool { return !sim.IsMainland(number) && !isForeign(number) }
		sim.Demand(!slices.ContainsFunc(numbers, isOther), "rongliansim: Config.%s: want numbers as they stand on the wire", field)
	}
}

// Name returns "ronglian".
func (s *Service) Name() string { return "ronglian" }

// Codes are those of the vendor's table.
func (s *Service) Codes() facts.Codes { return ronglian.Codes() }

// Owns reports whether the path is one of Ronglian's.
func (s *Service) Owns(r *http.Request) bool {
	isIn := func(part string) bool { return strings.Contains(r.URL.Path, part) }
	return slices.ContainsFunc([]string{"/Accounts/", "/SubAccounts/", "/" + callInternational}, isIn)
}

// The calls, by what stands behind the account in the path.
const (
	callText          = "SMS/TemplateSMS"
	callInternational = "international/send"
	callArrived       = "SMS/GetArrived"
	callAccount       = "AccountInfo"
)

// calls say which method each call wants, and how it is judged.
var calls = map[string]struct {
	method string
	judge  func(*Service, *sim.Call, request) sim.Outcome
}{
	callText:          {http.MethodPost, (*Service).judgeText},
	callInternational: {http.MethodPost, (*Service).judgeInternational},
	callArrived:       {http.MethodPost, (*Service).judgeArrived},
	callAccount:       {http.MethodGet, (*Service).judgeAccount},
}

// notSimulated are the other calls of the service, by what stands behind the account
// in the path.
var notSimulated = []string{
	"SMS/QuerySMS", "SMS/QuerySMSTemplate", "SMS/CreateSMSTemplate", "SMS/Messages",
	"Calls/VoiceVerify", "Calls/LandingCalls", "Calls/Callback", "ivr/createconf", "ivr/conf",
	"SubAccounts", "GetSubAccounts", "QuerySubAccountByName", "CloseSubAccount", "BillRecords",
}

// Judge decides about one request. Calls that are not simulated say so whoever asks.
func (s *Service) Judge(c *sim.Call) sim.Outcome {
	a := readAddress(c)
	if slices.Contains(notSimulated, a.call) {
		return sim.NotSimulated("112602", "path", a.call)
	}
	call, known := calls[a.call]
	if !known || a.sub && a.call != callText { // a sub-account only sends
		return sim.RefuseWith(notFound, "path: no such call")
	}
	a.method = call.method
	if o := sim.FirstRefusal(c, a, s.checkPath, s.checkAuthorization, s.checkAccount, s.checkSig, s.checkHTTP); o.Refused() {
		return o
	}
	r, err := readRequest(c, a)
	if err != nil {
		return sim.Refuse("112616", "%v", err)
	}
	return call.judge(s, c, r)
}

// judgeText decides about a mainland text, to one number or several.
func (s *Service) judgeText(c *sim.Call, r request) sim.Outcome {
	o := sim.FirstRefusal(c, r, s.checkApp, s.checkNumbers, s.checkTemplate, s.checkTrial, s.checkExtras)
	if o.Refused() {
		return o
	}
	return s.accept(c, r, s.content(r))
}

// judgeInternational decides about an international text. Other fields are not read.
func (s *Service) judgeInternational(c *sim.Call, r request) sim.Outcome {
	r = request{account: r.account, AppID: r.AppID, Mobile: r.Mobile, Content: r.Content}
	if o := sim.FirstRefusal(c, r, s.checkApp, s.checkMobile); o.Refused() {
		return o
	}
	return s.accept(c, r, string(r.Content))
}

// content is the template with its values, or the values where it is not known.
func (s *Service) content(r request) string {
	return places.Fill(s.cfg.Templates[string(r.TemplateID)], r.values())
}

// cost is what a text costs, in fen.
func (s *Service) cost(r request) int { return s.cfg.Price * len(r.numbers()) }

// accept sends a text to each number, under one id, and queues the reports.
func (s *Service) accept(c *sim.Call, r request, content string) sim.Outcome {
	id := newID(c)
	var texts []sim.Text
	var reports []arrival
	for _, number := range r.numbers() {
		texts = append(texts, sim.Text{
			Mailbox: r.account, ID: id, Ref: string(r.ReqID), To: e164(number), Sign: s.cfg.Sign,
			Template: string(r.TemplateID), Params: r.values(), Text: sim.Signed(s.cfg.Sign, content),
		})
		reports = append(reports, s.newReport(c, r, number, content))
	}
	o := sim.Accept(texts...)
	o.Cost = s.cost(r)
	o.Then = func() any {
		s.news = append(s.news, reports...)
		if r.ReqID != "" {
			s.reqIDs[string(r.ReqID)] = c.Now
		}
		return reply{TemplateSMS: &accepted{id, c.Now.In(sim.Beijing).Format(wireTime)}}
	}
	return o
}

// judgeAccount decides about a question for the account's money.
func (s *Service) judgeAccount(*sim.Call, request) sim.Outcome {
	return sim.Grant(reply{Account: newAccount(s.Left())})
}
