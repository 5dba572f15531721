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
//     108, the content type of replies, and the reply to anything but a POST.
//
// Not simulated, but for the scripted refusals: forbidden applications, lists of
// allowed addresses, missing accounts, the quota per clientIp (no code is
// known), reviews of texts, and status reports (their form is unknown).
package zhenzisim

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cnsms/cnsms/sim"
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
	sim.Old

	cfg Config

	mu      sync.Mutex
	balance int
	sent    map[string][]time.Time // by number, for the limit
	texts   map[string]string      // by messageId
}

var _ sim.Service = (*Service)(nil)

// New returns a simulated application.
func New(cfg Config) *Service {
	if cfg.Sign == "" {
		cfg.Sign = "榛子云"
	}
	s := &Service{cfg: cfg, sent: map[string][]time.Time{}, texts: map[string]string{}}
	if cfg.Balance != nil {
		s.balance = *cfg.Balance
	}
	return s
}

// Name returns "zhenzi".
func (s *Service) Name() string { return "zhenzi" }

// The calls, by the ends of their paths.
const (
	textPath     = "/sms/send.do"
	templatePath = "/sms/v2/send.do"
	balancePath  = "/account/balance.do"
	lookupPath   = "/smslog/findSmsByMessageId.do"
)

// Owns reports whether the path is one of Zhenzi's.
func (s *Service) Owns(r *http.Request) bool {
	for _, path := range []string{textPath, templatePath, balancePath, lookupPath} {
		if strings.HasSuffix(r.URL.Path, path) {
			return true
		}
	}
	return false
}

// Serve answers one request.
func (s *Service) Serve(c *sim.Call) {
	if c.Request.Method != http.MethodPost {
		c.Explain("method: want POST")
		c.Reply(http.StatusMethodNotAllowed, "text/html; charset=utf-8", []byte("<html><body>405</body></html>"))
		return
	}
	f, err := readForm(c)
	if err != nil {
		c.Explain("body: %v", err)
		replyRefusal(c, refusal("100"))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if refused, ok := s.refuse(c, f); ok {
		replyRefusal(c, refused)
		return
	}
	switch {
	case strings.HasSuffix(c.Request.URL.Path, balancePath):
		s.replyBalance(c)
	case strings.HasSuffix(c.Request.URL.Path, lookupPath):
		s.replyLookup(c, f)
	default:
		s.accept(c, f)
	}
}

// refuse returns what to refuse the request with: by the service's own rules,
// or by the script.
func (s *Service) refuse(c *sim.Call, f form) (sim.Refusal, bool) {
	if code := s.check(c, f); code != "" {
		return refusal(code), true
	}
	scripted, ok := c.Refusal()
	if ok {
		c.Explain("scripted refusal")
	}
	return scripted, ok
}

// accept takes the text.
func (s *Service) accept(c *sim.Call, f form) {
	c.Accept(s.message(f))
	s.balance--
	s.sent[f.number] = append(s.sent[f.number], c.Now)
	if f.messageID != "" {
		s.texts[f.messageID] = s.textOf(f)
	}
	reply(c, 0, "发送成功")
}
