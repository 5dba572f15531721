package bmobsim

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// captcha is a puzzle that was handed out.
type captcha struct {
	answer        string
	width, height int
	expires       time.Time
}

// tokenLength is in characters.
const tokenLength = 20

// imageKeyLength is how long the secretKey in a picture's address is.
const imageKeyLength = 16

// requestCaptcha hands out a puzzle.
func (s *Service) requestCaptcha(c *sim.Call, _ string) {
	body, ok := s.open(c)
	if !ok {
		return
	}
	width, ok := body.number(c, "width", 85, 60, 200)
	if !ok {
		return
	}
	height, ok := body.number(c, "height", 30, 30, 100)
	if !ok {
		return
	}
	size, ok := body.number(c, "size", 4, 3, 6)
	if !ok {
		return
	}
	ttl, ok := body.number(c, "ttl", 60, 60, 180)
	if !ok || scripted(c) {
		return
	}
	token := hex.EncodeToString(s.hash(c, "captcha"))[:tokenLength]
	answer := s.newCode(c, token)[:size]
	s.captchas[token] = captcha{answer, width, height, c.Now.Add(time.Duration(ttl) * time.Second)}
	done(c, struct {
		Token string `json:"captcha_token"`
		URL   string `json:"captcha_url"`
	}{token, imageURL(c, s.imageKey(), token)})
}

// imageKey stands for the secretKey in a picture's address.
func (s *Service) imageKey() string { return md5Hex(s.cfg.mailbox())[:imageKeyLength] }

// imageURL is the picture's address beside that of the request.
func imageURL(c *sim.Call, key, token string) string {
	scheme := "http"
	if c.Request.TLS != nil {
		scheme = "https"
	}
	path, _, _ := strings.Cut(c.Request.URL.Path, "/1/requestCaptcha")
	query := "secretKey=" + url.QueryEscape(key) + "&token=" + url.QueryEscape(token)
	return scheme + "://" + c.Request.Host + path + "/1/captchaImage?" + query
}

// captchaImage draws a puzzle. The user's browser loads it, without credentials.
func (s *Service) captchaImage(c *sim.Call, _ string) {
	query := c.Request.URL.Query()
	found, ok := s.captchas[query.Get("token")]
	switch {
	case query.Get("secretKey") != s.imageKey():
		c.Explain("secretKey: unknown")
	case !ok:
		c.Explain("token: unknown")
	default:
		c.Reply(http.StatusOK, "image/svg+xml", fmt.Appendf(nil,
			`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d"><text x="8" y="%d" font-size="%d" font-family="monospace">%s</text></svg>`,
			found.width, found.height, found.height*3/4, found.height*2/3, found.answer))
		return
	}
	c.Reply(http.StatusNotFound, "text/plain; charset=utf-8", []byte("404 page not found\n"))
}

// CaptchaAnswer returns what stands in the picture of a puzzle, for tests.
func (s *Service) CaptchaAnswer(token string) (answer string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.captchas[token]
	return found.answer, ok
}

// verifyCaptcha exchanges an answer for a token.
func (s *Service) verifyCaptcha(c *sim.Call, _ string) {
	body, ok := s.open(c)
	if !ok {
		return
	}
	token, ok := body.text(c, "captcha_token", true)
	if !ok {
		return
	}
	answer, ok := body.text(c, "captcha_code", true)
	if !ok || scripted(c) {
		return
	}
	found, known := s.captchas[token]
	switch {
	case !known:
		c.Explain("captcha_token: unknown, or answered already")
	case !c.Now.Before(found.expires):
		c.Explain("captcha_token: expired")
	case found.answer != answer:
		c.Explain("captcha_code: wrong")
	default:
		delete(s.captchas, token)
		made := hex.EncodeToString(s.hash(c, "validate"))[:tokenLength]
		s.tokens[made] = true
		done(c, struct {
			Token string `json:"validate_token"`
		}{made})
		return
	}
	refuseWith(c, "10007", "captcha error.")
}

// captchaSolved reports whether the template wants no captcha, or the token is
// one of a solved puzzle that was not used.
func (s *Service) captchaSolved(c *sim.Call, template, token string) bool {
	if !slices.Contains(s.cfg.CaptchaFor, template) || s.tokens[token] {
		return true
	}
	c.Explain("validate_token: missing, unknown or used, and the template wants a captcha")
	refuseWith(c, "10007", "validate_token error.")
	return false
}
