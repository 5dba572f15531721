package acmesim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cnsms/cnsms/sim"
)

const (
	clockTolerance = 5 * time.Minute
	longestValue   = 20 // characters
	price          = 5  // fen
)

// text is the body of a send.
type text struct {
	To       string   `json:"to"`
	Template string   `json:"template"`
	Values   []string `json:"values"`
	Ref      string   `json:"ref"`
}

// places are where a template has its values.
var places = sim.Numbered()

// checkSignature says which part is wrong, which a real service never does.
func (s *Service) checkSignature(c *sim.Call) sim.Outcome {
	header := c.Request.Header
	if header.Get("Acme-Key") != s.cfg.Key {
		return sim.Refuse("bad_key", "Acme-Key: unknown")
	}
	seconds, err := strconv.ParseInt(header.Get("Acme-Time"), 10, 64)
	if err != nil {
		return sim.Refuse("bad_time", "Acme-Time: want Unix seconds")
	}
	if age := c.Now.Sub(time.Unix(seconds, 0)); age.Abs() > clockTolerance {
		return sim.Refuse("bad_time", "Acme-Time: %s away from the service's clock", age.Abs())
	}
	signed := strings.Join([]string{c.Request.Method, c.Request.URL.EscapedPath(), header.Get("Acme-Time"), string(c.Body)}, "\n")
	mac := hmac.New(sha256.New, []byte(s.cfg.Secret))
	mac.Write([]byte(signed))
	if header.Get("Acme-Sign") != hex.EncodeToString(mac.Sum(nil)) {
		return sim.Refuse("bad_sign", "Acme-Sign: want the lower-case hexadecimal HMAC-SHA256 with the secret of %q", signed)
	}
	return sim.Outcome{}
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
	}
	for i, value := range t.Values {
		if utf8.RuneCountInString(value) > longestValue {
			return sim.Refuse("bad_values", "values[%d]: over %d characters", i, longestValue)
		}
	}
	return sim.Outcome{}
}
