package bmobsim

import (
	"crypto/md5" //nolint:gosec // The service's protocol prescribes MD5.
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/provider/segments"
	"github.com/cnsms/cnsms/sim"
)

const (
	clockWindow = 10 * time.Second // of a signed request
	nonceLength = 16               // characters
)

// filled fills the places in the words of a refusal's code.
func filled(o sim.Outcome, details ...any) sim.Outcome {
	row, _ := bmob.Codes().Lookup(o.Code)
	o.Words = fmt.Sprintf(row.Words, details...)
	return o
}

// checkCredentials tells the two ways of authentication apart, also where a header
// of a signed request is missing.
func (s *Service) checkCredentials(c *sim.Call) sim.Outcome {
	h := c.Request.Header
	given := func(name string) bool { return h.Get(name) != "" }
	if !given("X-Bmob-Application-Id") && slices.ContainsFunc(ownHeaders, given) {
		return s.checkSigned(c)
	}
	for _, want := range [...]struct{ header, value string }{
		{"X-Bmob-Application-Id", s.cfg.AppID},
		{"X-Bmob-REST-API-Key", s.cfg.RESTKey},
	} {
		switch h.Get(want.header) {
		case "":
			return sim.Refuse("401", "%s: missing", want.header)
		case want.value:
		default:
			return sim.Refuse("401", "%s: unknown", want.header)
		}
	}
	return sim.Outcome{}
}

// ownHeaders are those that only signed requests have; the SDK's type and version
// come with others too.
var ownHeaders = []string{"X-Bmob-Secret-Key", "X-Bmob-Safe-Timestamp", "X-Bmob-Noncestr-Key", "X-Bmob-Safe-Sign"}

func (s *Service) checkSigned(c *sim.Call) sim.Outcome {
	h := c.Request.Header
	for _, name := range append([]string{"X-Bmob-SDK-Type", "X-Bmob-SDK-Version"}, ownHeaders...) {
		if h.Get(name) == "" {
			return sim.Refuse("401", "%s: missing", name)
		}
	}
	switch {
	case h.Get("X-Bmob-Secret-Key") != s.cfg.SecretKey:
		return sim.Refuse("401", "X-Bmob-Secret-Key: unknown")
	case len(h.Get("X-Bmob-Noncestr-Key")) != nonceLength:
		return sim.Refuse("401", "X-Bmob-Noncestr-Key: want %d characters", nonceLength)
	}
	if o := s.checkSignature(c); o.Refused() {
		return o
	}
	return checkTime(c)
}

// checkSignature compares the signature, and when it is wrong says what it is made
// of.
func (s *Service) checkSignature(c *sim.Call) sim.Outcome {
	p, got := s.signedParts(c), c.Request.Header.Get("X-Bmob-Safe-Sign")
	if got != p.sign() {
		return sim.Refuse("401", "X-Bmob-Safe-Sign: %s", p.whyWrong(got))
	}
	return sim.Outcome{}
}

func md5Hex(text string) string {
	sum := md5.Sum([]byte(text)) //nolint:gosec // As above.
	return hex.EncodeToString(sum[:])
}

// checkTime takes seconds and milliseconds.
func checkTime(c *sim.Call) sim.Outcome {
	value := c.Request.Header.Get("X-Bmob-Safe-Timestamp")
	number, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return sim.Refuse("401", "X-Bmob-Safe-Timestamp: want Unix time")
	}
	at := time.Unix(number, 0)
	if len(value) > len("1700000000") {
		at = time.UnixMilli(number)
	}
	if age := c.Now.Sub(at).Abs(); age > clockWindow {
		return sim.Refuse("401", "X-Bmob-Safe-Timestamp: %s away from the service's clock", age)
	}
	return sim.Outcome{}
}

// checkPath takes a call's own method, and something behind its path only where the
// call has an argument there.
func checkPath(c *sim.Call, called call, argument string) sim.Outcome {
	switch {
	case c.Request.Method != called.method:
		return sim.RefuseWith(notFound, "method: want %s", called.method)
	case argument != "" && !called.takesArgument:
		return sim.RefuseWith(notFound, "path: want nothing behind %s", called.path)
	}
	return sim.Outcome{}
}

var notFound = sim.Reply{Status: http.StatusNotFound, ContentType: "text/plain; charset=utf-8", Body: []byte("404 page not found\n")}

// checkTemplate refuses one that the account does not have.
func (s *Service) checkTemplate(name string) sim.Outcome {
	if _, known := s.cfg.Templates[name]; known || name == "" || len(s.cfg.Templates) == 0 {
		return sim.Outcome{}
	}
	return filled(sim.Refuse("10022", "template: no such template"), name)
}

// checkAccount asks before the captcha whether the limits and the balance allow a text.
func (s *Service) checkAccount(c *sim.Call, phone, content string) sim.Outcome {
	o := s.Allow(c.Now, segments.Count(content, s.cfg.Sign), sim.Text{To: e164(phone)})
	if o.Code == limitCode {
		return filled(o, phone)
	}
	return o
}

// limitCode refuses a text beyond a limit per number.
const limitCode = "10010"

// checkCaptcha wants the token of a solved puzzle that was not used, where the
// template wants a captcha.
func (s *Service) checkCaptcha(template, token string) sim.Outcome {
	if !slices.Contains(s.cfg.CaptchaFor, template) || s.tokens[token] {
		return sim.Outcome{}
	}
	return filled(sim.Refuse("10007", "validate_token: missing, unknown or used, and the template wants a captcha"), "validate_token error.")
}

// checkCode compares a code with the one that was sent.
func (s *Service) checkCode(c *sim.Call, phone, digits string) sim.Outcome {
	refuse := func(verdict string, args ...any) sim.Outcome {
		return filled(sim.Refuse("207", verdict, args...), digits)
	}
	known, sent := s.codes[phone]
	switch {
	case !sent:
		return refuse("smsCode: none was sent to this number, or it was used")
	case !c.Now.Before(known.expires):
		return refuse("smsCode: expired after %s", s.cfg.CodeLife)
	case known.digits != digits:
		return refuse("smsCode: wrong")
	}
	return sim.Outcome{}
}
