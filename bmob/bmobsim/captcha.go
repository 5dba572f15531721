package bmobsim

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
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

const (
	tokenLength    = 20 // characters
	imageKeyLength = 16 // characters of the secretKey in a picture's address
)

// requestCaptcha hands out a puzzle.
func (s *Service) requestCaptcha(c *sim.Call, r *request, _ string) sim.Outcome {
	width := r.number("width", 85, 60, 200)
	height := r.number("height", 30, 30, 100)
	size := r.number("size", 4, 3, 6)
	ttl := r.number("ttl", 60, 60, 180)
	token := s.newToken(c, "captcha")
	return sim.Outcome{Then: func() any {
		s.captchas[token] = captcha{s.newCode(c, token)[:size], width, height, c.Now.Add(time.Duration(ttl) * time.Second)}
		return map[string]any{"captcha_token": token, "captcha_url": imageURL(c, s.imageKey(), token)}
	}}
}

// newToken makes a token, the same one for the same request of every run.
func (s *Service) newToken(c *sim.Call, salt string) string {
	return hex.EncodeToString(s.hash(c, salt))[:tokenLength]
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
func (s *Service) captchaImage(c *sim.Call, _ *request, _ string) sim.Outcome {
	query := c.Request.URL.Query()
	found, known := s.captchas[query.Get("token")]
	switch {
	case query.Get("secretKey") != s.imageKey():
		return sim.RefuseWith(notFound, "secretKey: unknown")
	case !known:
		return sim.RefuseWith(notFound, "token: unknown")
	}
	return sim.Grant(sim.Reply{Status: http.StatusOK, ContentType: "image/svg+xml", Body: fmt.Appendf(nil,
		`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d"><text x="8" y="%d" font-size="%d" font-family="monospace">%s</text></svg>`,
		found.width, found.height, found.height*3/4, found.height*2/3, found.answer)})
}

// CaptchaAnswer returns what stands in the picture of a puzzle, for tests.
func (s *Service) CaptchaAnswer(token string) (answer string, ok bool) {
	s.Lock()
	defer s.Unlock()
	found, ok := s.captchas[token]
	return found.answer, ok
}

// verifyCaptcha exchanges an answer for a token.
func (s *Service) verifyCaptcha(c *sim.Call, r *request, _ string) sim.Outcome {
	token := r.text("captcha_token", true)
	r.check(s.checkAnswer(c, token, r.text("captcha_code", true)))
	made := s.newToken(c, "validate")
	return sim.Outcome{Then: func() any {
		delete(s.captchas, token)
		s.tokens[made] = true
		return map[string]any{"validate_token": made}
	}}
}

func (s *Service) checkAnswer(c *sim.Call, token, answer string) sim.Outcome {
	refuse := func(verdict string) sim.Outcome { return filled(sim.Refuse("10007", "%s", verdict), "captcha error.") }
	found, known := s.captchas[token]
	switch {
	case !known:
		return refuse("captcha_token: unknown, or answered already")
	case !c.Now.Before(found.expires):
		return refuse("captcha_token: expired")
	case found.answer != answer:
		return refuse("captcha_code: wrong")
	}
	return sim.Outcome{}
}
