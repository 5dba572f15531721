// Package acmesim simulates Acme Text for tests: sending, the status of a text,
// and the balance. A simulator of a real service says here what is a guess.
package acmesim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cnsms/cnsms/examples/own-provider/acme"
	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
)

const (
	textsPath      = "/v1/texts"
	balancePath    = "/v1/balance"
	clockTolerance = 5 * time.Minute
	longestValue   = 20 // characters
	price          = 5  // fen
)

// places are where a template has its values.
var places = sim.Numbered()

// Config describes the simulated account. Key and Secret are required; every
// other zero value switches the rule off.
type Config struct {
	// Key and Secret are the only credentials accepted.
	Key, Secret string
	// Templates are the approved templates by id, with {1}, {2} and so on for the
	// values. With none, every id is accepted and the text is the values.
	Templates map[string]string
	// Balance is the account's money in fen; it runs down by 5 a text. nil: no end.
	Balance *int
	// Limits switches on the limit per number: one text a minute.
	Limits bool
}

// Service is a simulated Acme account. Put it into a sim.Server.
type Service struct {
	*sim.Account

	cfg   Config
	known map[string]bool // the ids of texts
}

// New returns a simulated account. It panics without a Key or a Secret.
func New(cfg Config) *Service {
	sim.Demand(sim.IsHeaderValue(cfg.Key), "acmesim: Config.Key: must not be empty, nor have space around it")
	sim.Demand(cfg.Secret != "", "acmesim: Config.Secret: must not be empty")
	account := sim.AccountConfig{Balance: cfg.Balance, BalanceCode: "no_credit", NumberField: "to"}
	if cfg.Limits {
		account.Limits = []sim.Limit{{Code: "number_limit", Most: 1, Within: time.Minute}}
	}
	return &Service{Account: sim.NewAccount(account), cfg: cfg, known: map[string]bool{}}
}

// Name returns "acme".
func (s *Service) Name() string { return "acme" }

// Owns reports whether the path is one of Acme's.
func (s *Service) Owns(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, textsPath) || r.URL.Path == balancePath
}

// Codes are Acme's.
func (s *Service) Codes() facts.Codes { return acme.Codes() }

// members are those of an answer.
type members map[string]string

// Judge decides about a request.
func (s *Service) Judge(c *sim.Call) sim.Outcome {
	if o := s.checkSignature(c); o.Refused() {
		return o
	}
	id, asksForOne := strings.CutPrefix(c.Request.URL.Path, textsPath+"/")
	switch call := c.Request.Method + " " + c.Request.URL.Path; {
	case call == "POST "+textsPath:
		return s.judgeText(c)
	case call == "GET "+balancePath:
		return sim.Grant(members{"code": "ok", "yuan": fmt.Sprintf("%d.%02d", s.Left()/100, s.Left()%100)})
	case c.Request.Method != http.MethodGet || !asksForOne:
		return sim.Refuse("bad_request", "method: want POST %[1]s, GET %[1]s/{id} or GET %[2]s", textsPath, balancePath)
	case !s.known[id]:
		return sim.Refuse("no_such_text", "id: no such text")
	}
	return sim.Grant(members{"code": "ok", "state": "queued"})
}

// checkSignature says which part is wrong, which a real service never does.
func (s *Service) checkSignature(c *sim.Call) sim.Outcome {
	header := c.Request.Header
	if header.Get("Acme-Key") != s.cfg.Key {
		return sim.Refuse("bad_key", "Acme-Key: unknown")
	}
	seconds, err := strconv.ParseInt(header.Get("Acme-Time"), 10, 64)
	if age := c.Now.Sub(time.Unix(seconds, 0)).Abs(); err != nil || age > clockTolerance {
		return sim.Refuse("bad_time", "Acme-Time: want Unix seconds, at most %s off", clockTolerance)
	}
	signed := fmt.Sprintf("%s\n%s\n%d\n%s", c.Request.Method, c.Request.URL.EscapedPath(), seconds, c.Body)
	mac := hmac.New(sha256.New, []byte(s.cfg.Secret))
	mac.Write([]byte(signed))
	if header.Get("Acme-Sign") != hex.EncodeToString(mac.Sum(nil)) {
		return sim.Refuse("bad_sign", "Acme-Sign: want the lower-case hexadecimal HMAC-SHA256 with the secret of %q", signed)
	}
	return sim.Outcome{}
}

// text is the body of a send.
type text struct {
	To       string   `json:"to"`
	Template string   `json:"template"`
	Values   []string `json:"values"`
	Ref      string   `json:"ref"`
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
		s.known[id] = true
		return members{"code": "ok", "id": id}
	}
	return o
}

// checkText refuses a text that breaks a rule of the service.
func (s *Service) checkText(t text) sim.Outcome {
	template, known := s.cfg.Templates[t.Template]
	switch {
	case !sim.IsE164(t.To):
		return sim.Refuse("bad_number", "to: want + and the number with its country code")
	case t.Template == "" || len(s.cfg.Templates) > 0 && !known:
		return sim.Refuse("no_template", "template: no such template")
	case places.Count(template) > len(t.Values):
		return sim.Refuse("bad_values", "values: fewer than the template has places")
	case slices.ContainsFunc(t.Values, func(value string) bool { return utf8.RuneCountInString(value) > longestValue }):
		return sim.Refuse("bad_values", "values: one is over %d characters", longestValue)
	}
	return sim.Outcome{}
}

// Answer writes HTTP 200 and what Judge has granted, or HTTP 422 and the refusal.
func (s *Service) Answer(_ *sim.Call, o sim.Outcome) sim.Reply {
	if o.Refused() {
		return sim.JSON(http.StatusUnprocessableEntity, "application/json", members{"code": o.Code, "message": o.Words})
	}
	return sim.JSON(http.StatusOK, "application/json", o.Data)
}
