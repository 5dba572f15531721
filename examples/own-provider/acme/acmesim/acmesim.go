// Package acmesim simulates Acme Text for tests: sending, the status of a text,
// and the balance.
//
// # Divergences
//
// A simulator of a real service lists here what no source states and is a guess.
// Acme does not exist, so nothing can differ.
package acmesim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cnsms/cnsms/sim"
)

const (
	textsPath   = "/v1/texts"
	balancePath = "/v1/balance"

	// price is what a text costs, in fen.
	price = 5

	// endless is the balance that an account without end tells, in fen.
	endless = 1_000_000
)

// Config describes the simulated account. Key and Secret are required; every
// other zero value switches the rule off.
type Config struct {
	// Key and Secret are the only credentials accepted.
	Key, Secret string
	// Templates are the approved templates by id, with {1}, {2} and so on for the
	// values. With none, every id is accepted and the text is the values.
	Templates map[string]string
	// Balance is the account's money in fen; it runs down by 5 a text. nil: no
	// end, and the account says that it has 10,000 yuan.
	Balance *int
	// Limits switches on the limit per number: one text a minute.
	Limits bool
}

// Service is a simulated Acme account. Put it into a sim.Server.
type Service struct {
	sim.Old

	cfg Config

	mu      sync.Mutex
	balance int
	last    map[string]time.Time // by number, for the limit
	states  map[string]string    // by id
}

var _ sim.Service = (*Service)(nil)

// New returns a simulated account.
func New(cfg Config) *Service {
	s := &Service{cfg: cfg, last: map[string]time.Time{}, states: map[string]string{}}
	if cfg.Balance != nil {
		s.balance = *cfg.Balance
	}
	return s
}

// Name returns "acme".
func (s *Service) Name() string { return "acme" }

// Owns reports whether the path is one of Acme's.
func (s *Service) Owns(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, textsPath) || r.URL.Path == balancePath
}

// SetState says what became of a text: queued, sent, delivered or failed.
func (s *Service) SetState(id, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.states[id] = state
}

// Serve answers one request.
func (s *Service) Serve(c *sim.Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if code := s.checkSignature(c); code != "" {
		refuse(c, refusal(code))
		return
	}
	id, asksForOne := strings.CutPrefix(c.Request.URL.Path, textsPath+"/")
	switch {
	case c.Request.Method == http.MethodPost && c.Request.URL.Path == textsPath:
		s.send(c)
	case c.Request.Method == http.MethodGet && asksForOne:
		s.status(c, id)
	case c.Request.Method == http.MethodGet && c.Request.URL.Path == balancePath:
		left := s.left()
		accept(c, map[string]string{"yuan": fmt.Sprintf("%d.%02d", left/100, left%100)})
	default:
		c.Explain("want POST %[1]s, GET %[1]s/{id} or GET %[2]s", textsPath, balancePath)
		refuse(c, refusal("bad_request"))
	}
}

// send is the order of every simulated send: the service's own checks, then the
// scripted refusal, then the text is accepted.
func (s *Service) send(c *sim.Call) {
	var t text
	if err := json.Unmarshal(c.Body, &t); err != nil {
		c.Explain("body: not the expected JSON")
		refuse(c, refusal("bad_request"))
		return
	}
	if code := s.check(c, t); code != "" {
		refuse(c, refusal(code))
		return
	}
	if scripted, ok := c.Refusal(); ok {
		c.Explain("scripted refusal")
		refuse(c, scripted)
		return
	}
	s.balance -= price
	s.last[t.To] = c.Now
	m := c.Accept(sim.Text{
		Mailbox: s.cfg.Key, ID: fmt.Sprintf("text-%d", c.Seq), Ref: t.Ref, To: t.To, Sign: "Acme",
		Template: t.Template, Params: t.Values, Text: "【Acme】" + fill(s.cfg.Templates[t.Template], t.Values),
	})
	s.states[m.ID] = "queued"
	accept(c, map[string]string{"id": m.ID})
}

func (s *Service) left() int {
	if s.cfg.Balance == nil {
		return endless
	}
	return s.balance
}

func (s *Service) status(c *sim.Call, id string) {
	state, known := s.states[id]
	if !known {
		c.Explain("id: no such text")
		refuse(c, sim.Refusal{Code: "no_such_text", Text: "no such text"})
		return
	}
	accept(c, map[string]string{"state": state})
}

// fill puts the values into the places of a template; without a template the
// text is the values.
func fill(template string, values []string) string {
	if template == "" {
		return strings.Join(values, " ")
	}
	for i, value := range values {
		template = strings.ReplaceAll(template, fmt.Sprintf("{%d}", i+1), value)
	}
	return template
}

func accept(c *sim.Call, members map[string]string) {
	members["code"] = "ok"
	c.ReplyJSON(http.StatusOK, "application/json", members)
}

func refuse(c *sim.Call, r sim.Refusal) {
	c.ReplyJSON(http.StatusUnprocessableEntity, "application/json", map[string]string{"code": r.Code, "message": r.Text})
}
