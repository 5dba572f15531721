// Package ihuyisim simulates Ihuyi (互亿无线) for tests: sending and the number
// of messages left, mainland and international, as forms or queries, with plain
// APIKEY or dynamic password, through both interfaces: the classic one
// (webservice/sms.php and isms.php) with JSON or XML replies, and the newer one
// (sms/Submit.json, sms/GetNum.json, isms/Submit.json) with JSON.
//
// # Divergences
//
// What the real service does but no source states is simulated by a guess, or
// not at all:
//
//   - The length of the dynamic password's window (here ten minutes, as a sister
//     product documents), whether its letters may be capitals (here they may not),
//     and that the plain APIKEY is accepted with a time beside it.
//   - The order in which faults are noticed, the wording of most refusals (the msg
//     of 2, 405 and 406 are as seen on the wire), the content types of replies, and
//     the answers to what is no form (here 401) or asks for no known method.
//   - The name of the id in replies to international texts: the classic interface
//     sends both readings, the newer one ismsid, as the vendor's articles do, and
//     none with a refusal. Its other replies are those of the classic one.
//   - The newer interface's balance of international accounts is not there: no
//     source tells its address.
//   - 500 characters per text (an older document says 300; nobody says it of
//     international texts), what counts as emoji, and that a variable of eight
//     characters or less is checked in whole texts as well.
//   - Of the limits per number, the one on codes (4085) is not kept apart from the
//     one on texts (4082).
//   - Without Config.Balance the account says that it has a million messages.
//   - Delivery reports and replies (their form is unknown), the trial account's
//     rules, the login password of older accounts, templates that are submitted by
//     AddTemplate, SOAP, voice and marketing are not simulated.
package ihuyisim

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// Config describes the simulated account. Account and APIKey are required;
// every other zero value switches the rule off.
type Config struct {
	// Account and APIKey are the only credentials accepted.
	Account, APIKey string
	// International makes it an account for international texts.
	International bool
	// Templates are the approved templates by id, for template mode, which
	// international accounts do not have: the text with 【变量】 for each variable.
	// With none, every id is accepted and the text is the values.
	Templates map[string]string
	// Texts are the approved texts for whole-text mode, with 【变量】 for each
	// variable. With none, every text is accepted.
	Texts []string
	// Sign is the account's signature. Default: 互亿无线.
	Sign string
	// Balance is the number of messages left; it runs down. nil: no end.
	Balance *int
	// Limits switches on the default limits per number: one a second, five a day.
	Limits bool
	// Blocked are numbers on the blacklist, as they stand on the wire.
	Blocked []string
}

// plenty is what an account without an end says that it has left.
const plenty = 1_000_000

// Service is a simulated Ihuyi account. Put it into a sim.Server.
type Service struct {
	cfg Config

	mu      sync.Mutex
	balance int
	sent    map[string][]time.Time // by number, for the limits
}

var _ sim.Service = (*Service)(nil)

// New returns a simulated account.
func New(cfg Config) *Service {
	if cfg.Sign == "" {
		cfg.Sign = "互亿无线"
	}
	s := &Service{cfg: cfg, sent: map[string][]time.Time{}}
	if cfg.Balance != nil {
		s.balance = *cfg.Balance
	}
	return s
}

// Name returns "ihuyi".
func (s *Service) Name() string { return "ihuyi" }

// Owns reports whether the path is one of Ihuyi's.
func (s *Service) Owns(r *http.Request) bool {
	for _, path := range s.paths() {
		if strings.HasSuffix(r.URL.Path, path) {
			return true
		}
	}
	return false
}

// paths are the ends of the addresses of the account's product.
func (s *Service) paths() []string {
	if s.cfg.International {
		return []string{"/webservice/isms.php", "/isms/Submit.json"}
	}
	return []string{"/webservice/sms.php", "/sms/Submit.json", "/sms/GetNum.json"}
}

// Serve answers one request.
func (s *Service) Serve(c *sim.Call) {
	f, err := readForm(c)
	if err != nil {
		c.Explain("body: %v", err)
		replySubmit(c, f, refusal("401"), refusedID)
		return
	}
	if s.cfg.International {
		f.templateID = "" // a field that is not there is not read
	}
	switch f.method {
	case "Submit":
		s.submit(c, f)
	case "GetNum":
		s.number(c, f)
	default:
		c.Explain("method: want Submit or GetNum, in the query or in the path of the newer interface")
		c.Reply(http.StatusNotFound, "text/html; charset=utf-8", []byte("<html><body>404</body></html>"))
	}
}

func (s *Service) submit(c *sim.Call, f form) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if code := s.check(c, f); code != "" {
		replySubmit(c, f, refusal(code), refusedID)
		return
	}
	if scripted, ok := c.Refusal(); ok {
		c.Explain("scripted refusal")
		replySubmit(c, f, scripted, refusedID)
		return
	}
	s.balance--
	s.sent[f.mobile] = append(s.sent[f.mobile], c.Now)
	m := c.Accept(s.message(c, f))
	replySubmit(c, f, sim.Refusal{Code: "2", Text: "提交成功"}, m.ID)
}

func (s *Service) number(c *sim.Call, f form) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if code := s.checkCredentials(c, f); code != "" {
		replyNumber(c, f, refusal(code), 0)
		return
	}
	if scripted, ok := c.Refusal(); ok {
		c.Explain("scripted refusal")
		replyNumber(c, f, scripted, 0)
		return
	}
	left := plenty
	if s.cfg.Balance != nil {
		left = max(s.balance, 0)
	}
	replyNumber(c, f, sim.Refusal{Code: "2", Text: "查询成功"}, left)
}
