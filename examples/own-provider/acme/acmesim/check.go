package acmesim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cnsms/cnsms/sim"
)

const (
	clockTolerance = 5 * time.Minute
	longestValue   = 20 // characters
	oncePerNumber  = time.Minute
)

// text is the body of a send.
type text struct {
	To       string   `json:"to"`
	Template string   `json:"template"`
	Values   []string `json:"values"`
	Ref      string   `json:"ref"`
}

// checkSignature returns the code to refuse the request with, or "". It says
// which part is wrong, which a real service never does.
func (s *Service) checkSignature(c *sim.Call) string {
	header := c.Request.Header
	if header.Get("Acme-Key") != s.cfg.Key {
		c.Explain("Acme-Key: unknown")
		return "bad_key"
	}
	seconds, err := strconv.ParseInt(header.Get("Acme-Time"), 10, 64)
	if err != nil {
		c.Explain("Acme-Time: want Unix seconds")
		return "bad_time"
	}
	if age := c.Now.Sub(time.Unix(seconds, 0)); age.Abs() > clockTolerance {
		c.Explain("Acme-Time: %s away from the service's clock", age.Abs())
		return "bad_time"
	}
	signed := strings.Join([]string{c.Request.Method, c.Request.URL.EscapedPath(), header.Get("Acme-Time"), string(c.Body)}, "\n")
	mac := hmac.New(sha256.New, []byte(s.cfg.Secret))
	mac.Write([]byte(signed))
	if header.Get("Acme-Sign") != hex.EncodeToString(mac.Sum(nil)) {
		c.Explain("Acme-Sign: want the lower-case hexadecimal HMAC-SHA256 with the secret of %q", signed)
		return "bad_sign"
	}
	return ""
}

var number = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// check returns the code to refuse the text with, or "".
func (s *Service) check(c *sim.Call, t text) string {
	if !number.MatchString(t.To) {
		c.Explain("to: want + and the number with its country code")
		return "bad_number"
	}
	template, known := s.cfg.Templates[t.Template]
	if t.Template == "" || len(s.cfg.Templates) > 0 && !known {
		c.Explain("template: no such template")
		return "no_template"
	}
	if known && strings.Contains(template, "{"+strconv.Itoa(len(t.Values)+1)+"}") {
		c.Explain("values: fewer than the template has places")
		return "bad_values"
	}
	for i, value := range t.Values {
		if utf8.RuneCountInString(value) > longestValue {
			c.Explain("values[%d]: over %d characters", i, longestValue)
			return "bad_values"
		}
	}
	if last, ok := s.last[t.To]; ok && s.cfg.Limits && c.Now.Sub(last) < oncePerNumber {
		c.Explain("to: the last text is %s ago", c.Now.Sub(last))
		return "number_limit"
	}
	if s.cfg.Balance != nil && s.balance < price {
		c.Explain("balance: %d fen left", s.balance)
		return "no_credit"
	}
	return ""
}
