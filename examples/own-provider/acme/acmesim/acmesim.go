// Package acmesim simulates Acme Text for tests: sending, the status of a text,
// and the balance.
//
// # Divergences
//
// A simulator of a real service lists here what no source states and is a guess.
// Acme does not exist, so nothing can differ.
package acmesim

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/cnsms/cnsms/examples/own-provider/acme"
	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
)

const (
	textsPath   = "/v1/texts"
	balancePath = "/v1/balance"
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
	*sim.Account

	cfg    Config
	states map[string]string // by id
}

// New returns a simulated account. It panics without a Key or a Secret, because no
// request could bring them.
func New(cfg Config) *Service {
	sim.Demand(cfg.Key != "", "acmesim: Config.Key: must not be empty")
	sim.Demand(cfg.Secret != "", "acmesim: Config.Secret: must not be empty")
	account := sim.AccountConfig{Balance: cfg.Balance, BalanceCode: "no_credit", NumberField: "to"}
	if cfg.Limits {
		account.Limits = []sim.Limit{{Code: "number_limit", Most: 1, Within: time.Minute}}
	}
	return &Service{Account: sim.NewAccount(account), cfg: cfg, states: map[string]string{}}
}

// Name returns "acme".
func (s *Service) Name() string { return "acme" }

// Owns reports whether the path is one of Acme's.
func (s *Service) Owns(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, textsPath) || r.URL.Path == balancePath
}

// Codes are Acme's.
func (s *Service) Codes() facts.Codes { return acme.Codes() }

// SetState says what became of a text: queued, sent, delivered or failed.
func (s *Service) SetState(id, state string) {
	s.Lock()
	defer s.Unlock()
	s.states[id] = state
}

// members are those of an answer.
type members map[string]string

// Judge decides about a request.
func (s *Service) Judge(c *sim.Call) sim.Outcome {
	if o := s.checkSignature(c); o.Refused() {
		return o
	}
	id, asksForOne := strings.CutPrefix(c.Request.URL.Path, textsPath+"/")
	switch {
	case c.Request.Method == http.MethodPost && c.Request.URL.Path == textsPath:
		return s.judgeText(c)
	case c.Request.Method == http.MethodGet && asksForOne:
		state, known := s.states[id]
		if !known {
			return sim.Refuse("no_such_text", "id: no such text")
		}
		return sim.Grant(members{"state": state})
	case c.Request.Method == http.MethodGet && c.Request.URL.Path == balancePath:
		return sim.Grant(members{"yuan": fmt.Sprintf("%d.%02d", s.Left()/100, s.Left()%100)})
	}
	return sim.Refuse("bad_request", "method: want POST %[1]s, GET %[1]s/{id} or GET %[2]s", textsPath, balancePath)
}

// judgeText grants a text that passes every check.
func (s *Service) judgeText(c *sim.Call) sim.Outcome {
	var t text
	if err := c.JSON(&t); err != nil {
		return sim.Refuse("bad_request", "%v", err)
	}
	if o := s.checkText(t); o.Refused() {
		return o
	}
	id := fmt.Sprintf("text-%d", c.Seq)
	o := sim.Accept(sim.Text{
		Mailbox: s.cfg.Key, ID: id, Ref: t.Ref, To: t.To, Sign: "Acme", Template: t.Template, Params: t.Values,
		Text: sim.Signed("Acme", places.Fill(s.cfg.Templates[t.Template], t.Values)),
	})
	o.Cost = price
	o.Then = func() any {
		s.states[id] = "queued"
		return members{"id": id}
	}
	return o
}

// Answer writes HTTP 200 and the members, or HTTP 422 and the refusal.
func (s *Service) Answer(_ *sim.Call, o sim.Outcome) sim.Reply {
	if o.Refused() {
		return sim.JSON(http.StatusUnprocessableEntity, "application/json", members{"code": o.Code, "message": o.Words})
	}
	answer := members{"code": "ok"}
	maps.Copy(answer, o.Data.(members))
	return sim.JSON(http.StatusOK, "application/json", answer)
}
