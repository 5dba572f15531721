// Package zhenzisim simulates Zhenzi (榛子云) for tests: sending whole texts
// (version 1) and by template (version 2), the balance, and the lookup of one
// message.
//
// # Divergences
//
// What the real service does but no source states is simulated by a guess:
//
//   - the lookup of an unknown messageId answers code 0 with null;
//   - a messageId that repeats, and a number of values that does not fit the
//     template, are refused with 100;
//   - the found message has the member message only, because no other name is
//     known;
//   - a message is recorded at once and only if it is accepted;
//   - the templates' places are written {like this}, whatever is inside;
//   - without Config.Balance the account says that it has a million messages;
//   - a value in templateParams that is no string is refused with 100;
//   - version 1 is open to the account, although new ones may be refused;
//   - one text costs one message, whatever its length; the day of the limit per
//     number is Beijing's;
//   - the order in which faults are noticed, the wording of every refusal but
//     108 (the others have the words of the vendor's table), the content type of
//     replies, and the reply to anything but a POST.
//
// Not simulated, but for the scripted refusals: forbidden applications, lists of
// allowed addresses, missing accounts, the quota per clientIp (no code is
// known), reviews of texts, and status reports (their form is unknown).
package zhenzisim

import (
	"net/http"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/zhenzi"
)

// Config describes the simulated application. AppID and AppSecret are required;
// every other zero value switches the rule off.
type Config struct {
	// AppID and AppSecret are the only credentials accepted.
	AppID, AppSecret string
	// Templates are the approved templates by id: the text with {} or {name} for
	// each value. With none, every id is accepted and the text is the values.
	Templates map[string]string
	// Sign is the account's signature. Default: 榛子云.
	Sign string
	// Balance is the number of messages left; it runs down. nil: no end.
	Balance *int
	// DailyLimit is how many texts one number may get in a day. 0: no limit.
	DailyLimit int
	// DataAsText answers the balance as a string and the found message as a string
	// that holds the object, which is the other reading of the vendor's documents.
	DataAsText bool
}

// Service is a simulated Zhenzi application. Put it into a sim.Server.
type Service struct {
	*sim.Account

	cfg  Config
	sent map[string]string // words by messageId
}

// New returns a simulated application. It panics when cfg is one that no request could
// satisfy.
func New(cfg Config) *Service {
	sim.Demand(cfg.AppID != "", "zhenzisim: Config.AppID: must not be empty")
	sim.Demand(cfg.AppSecret != "", "zhenzisim: Config.AppSecret: must not be empty")
	sim.Demand(cfg.DailyLimit >= 0, "zhenzisim: Config.DailyLimit: must not be negative")
	for id := range cfg.Templates {
		sim.Demand(id != "", "zhenzisim: Config.Templates: want ids that are not empty")
	}
	if cfg.Sign == "" {
		cfg.Sign = "榛子云"
	}
	account := sim.AccountConfig{Balance: cfg.Balance, BalanceCode: "108", NumberField: "number"}
	if cfg.DailyLimit > 0 {
		account.Limits = []sim.Limit{{Code: "109", Most: cfg.DailyLimit}}
	}
	return &Service{Account: sim.NewAccount(account), cfg: cfg, sent: map[string]string{}}
}

// Name returns "zhenzi".
func (s *Service) Name() string { return "zhenzi" }

// Codes are those of the vendor's table.
func (s *Service) Codes() facts.Codes { return zhenzi.Codes() }

// The calls, by the ends of their paths.
const (
	textPath     = "/sms/send.do"
	templatePath = "/sms/v2/send.do"
	balancePath  = "/account/balance.do"
	lookupPath   = "/smslog/findSmsByMessageId.do"
)

// Owns reports whether the path is one of Zhenzi's.
func (s *Service) Owns(r *http.Request) bool {
	return slices.ContainsFunc([]string{textPath, templatePath, balancePath, lookupPath}, func(path string) bool { return is(r, path) })
}

// is reports whether a request is the call with that path.
func is(r *http.Request, path string) bool { return strings.HasSuffix(r.URL.Path, path) }

// Judge decides about a text, a question for the balance, or a lookup.
func (s *Service) Judge(c *sim.Call) sim.Outcome {
	if c.Request.Method != http.MethodPost {
		page := sim.Reply{Status: http.StatusMethodNotAllowed, ContentType: "text/html; charset=utf-8", Body: []byte("<html><body>405</body></html>")}
		return sim.RefuseWith(page, "method: want POST")
	}
	f, err := readForm(c)
	if err != nil {
		return sim.Refuse("100", "%v", err)
	}
	if o := sim.FirstRefusal(c, f, s.checks(c)...); o.Refused() {
		return o
	}
	switch {
	case is(c.Request, balancePath):
		return sim.Grant(s.data(s.Left()))
	case is(c.Request, lookupPath):
		return sim.Grant(s.foundData(f.messageID))
	}
	return s.accept(f)
}

// accept sends the text and remembers its words for lookups.
func (s *Service) accept(f form) sim.Outcome {
	o := sim.Accept(s.text(f))
	o.Then = func() any {
		if f.messageID != "" {
			s.sent[f.messageID] = s.words(f)
		}
		return "发送成功"
	}
	return o
}

// Answer writes the one form of reply.
func (s *Service) Answer(_ *sim.Call, o sim.Outcome) sim.Reply {
	if o.Refused() {
		return reply(o.Code, o.Words)
	}
	return reply("0", o.Data)
}
