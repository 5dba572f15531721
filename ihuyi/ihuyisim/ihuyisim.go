// Package ihuyisim simulates Ihuyi (互亿无线) for tests: the classic Submit and
// GetNum calls, mainland and international, as forms or queries, with JSON or
// XML replies, plain APIKEY or dynamic password.
//
// # Divergences
//
// What the real service does but no source states is simulated by a guess, or
// not at all: the length of the dynamic password's window (here ten minutes,
// as a sister product documents), the order in which faults are noticed, the
// wording of most refusals (the msg of 2, 405 and 406 are as seen on the wire),
// the international reply's field name (both readings are sent), delivery
// reports (their form is unknown), and the trial account's rules.
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
	// Templates are the approved templates by id, for template mode: the text with
	// 【变量】 for each variable. With none, every id is accepted and the text is
	// the values.
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
	return strings.HasSuffix(r.URL.Path, s.path())
}

func (s *Service) path() string {
	if s.cfg.International {
		return "/webservice/isms.php"
	}
	return "/webservice/sms.php"
}

// Serve answers one request.
func (s *Service) Serve(c *sim.Call) {
	f, err := readForm(c)
	if err != nil {
		c.Explain("body: %v", err)
		replySubmit(c, f, refusal("401"), "0")
		return
	}
	switch f.method {
	case "Submit":
		s.submit(c, f)
	case "GetNum":
		s.number(c, f)
	default:
		c.Explain("method: want Submit or GetNum")
		c.Reply(http.StatusNotFound, "text/html; charset=utf-8", []byte("<html><body>404</body></html>"))
	}
}

func (s *Service) submit(c *sim.Call, f form) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if code := s.check(c, f); code != "" {
		replySubmit(c, f, refusal(code), "0")
		return
	}
	if scripted, ok := c.Refusal(); ok {
		c.Explain("scripted refusal")
		replySubmit(c, f, scripted, "0")
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
	replyNumber(c, f, sim.Refusal{Code: "2", Text: "查询成功"}, max(s.balance, 0))
}
