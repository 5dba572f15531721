package ihuyisim

import (
	"crypto/md5" //nolint:gosec // The service's protocol prescribes MD5.
	"encoding/hex"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cnsms/cnsms/sim"
)

const (
	passwordWindow   = 10 * time.Minute
	longestText      = 500 // characters
	longestVariable  = 8   // characters
	dailyLimit       = 5
	variablePlace    = "【变量】"
	firstEmojiSymbol = 0x1F000
)

// check returns the code to refuse the message with, or "".
func (s *Service) check(c *sim.Call, f form) string {
	if code := s.checkCredentials(c, f); code != "" {
		return code
	}
	for _, check := range []func(*sim.Call, form) string{s.checkNumber, s.checkText, s.checkTemplate, s.checkLimits} {
		if code := check(c, f); code != "" {
			return code
		}
	}
	if s.cfg.Balance != nil && s.balance <= 0 {
		c.Explain("balance: no messages left")
		return "4051"
	}
	return ""
}

func (s *Service) checkCredentials(c *sim.Call, f form) string {
	switch {
	case f.account == "":
		c.Explain("account: empty")
		return "401"
	case f.password == "":
		c.Explain("password: empty")
		return "402"
	case f.account != s.cfg.Account:
		c.Explain("account: unknown")
		return "405"
	case f.password == s.cfg.APIKey:
		return "" // the plain key is accepted, with or without time
	case f.time == "":
		c.Explain("password: not the APIKEY, and without time it is no dynamic password")
		return "405"
	}
	return s.checkDynamicPassword(c, f)
}

// checkDynamicPassword compares the password, and when it is wrong tries to find
// out why.
func (s *Service) checkDynamicPassword(c *sim.Call, f form) string {
	seconds, err := strconv.ParseInt(f.time, 10, 64)
	if err != nil {
		c.Explain("time: want Unix seconds")
		return "40502"
	}
	if f.password != dynamicPassword(s.cfg.APIKey, f) {
		c.Explain("password: %s; want the lower-case hexadecimal MD5 of account + APIKEY + mobile + content + time, that is of %q with the APIKEY after the account",
			s.whyWrong(f, seconds), f.account+f.mobile+f.content+f.time)
		return "40502"
	}
	if age := c.Now.Sub(time.Unix(seconds, 0)); age.Abs() > passwordWindow {
		c.Explain("time: %s away from the service's clock", age.Abs())
		return "40501"
	}
	return ""
}

// whyWrong tries mistakes that programs make with a dynamic password.
func (s *Service) whyWrong(f form, seconds int64) string {
	madeOf := func(spoil func(*form)) bool {
		other := f
		spoil(&other)
		return f.password == dynamicPassword(s.cfg.APIKey, other)
	}
	switch {
	case strings.ToLower(f.password) == dynamicPassword(s.cfg.APIKey, f):
		return "right but for the case"
	case madeOf(func(f *form) { f.mobile = "" }):
		return "made without mobile"
	case madeOf(func(f *form) { f.content = "" }):
		return "made without content"
	case madeOf(func(f *form) { f.mobile, f.content = "", "" }):
		return "made without mobile and content"
	case madeOf(func(f *form) { f.time = "" }):
		return "made without time"
	case madeOf(func(f *form) { f.content = url.QueryEscape(f.content) }):
		return "made of the content as it is encoded"
	}
	const near = 5 // seconds: programs that read the clock twice
	for other := seconds - near; other <= seconds+near; other++ {
		if madeOf(func(f *form) { f.time = strconv.FormatInt(other, 10) }) {
			return "made with time " + strconv.FormatInt(other, 10)
		}
	}
	return "wrong"
}

func dynamicPassword(key string, f form) string {
	sum := md5.Sum([]byte(f.account + key + f.mobile + f.content + f.time)) //nolint:gosec // As above.
	return hex.EncodeToString(sum[:])
}

func (s *Service) checkNumber(c *sim.Call, f form) string {
	switch {
	case f.mobile == "":
		c.Explain("mobile: empty")
		return "403"
	case s.cfg.International && !isInternational(f.mobile):
		c.Explain("mobile: want country code, space, number")
		return "406"
	case !s.cfg.International && !isMobile(f.mobile):
		c.Explain("mobile: want 11 digits beginning with 1")
		return "406"
	case slices.Contains(s.cfg.Blocked, f.mobile):
		c.Explain("mobile: on the blacklist")
		return "4030"
	}
	return ""
}

func isMobile(text string) bool { return len(text) == 11 && text[0] == '1' && isDigits(text) }

func isInternational(text string) bool {
	country, national, found := strings.Cut(text, " ")
	return found && country != "" && len(country) <= 3 && isDigits(country) && len(national) >= 4 && isDigits(national)
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

func (s *Service) checkText(c *sim.Call, f form) string {
	switch {
	case f.content == "" && f.templateID == "":
		c.Explain("content: empty")
		return "404"
	case utf8.RuneCountInString(f.content) > longestText:
		c.Explain("content: over %d characters", longestText)
		return "4073"
	case strings.ContainsFunc(f.content, func(r rune) bool { return r >= firstEmojiSymbol }):
		c.Explain("content: emoji")
		return "4074"
	}
	return ""
}

func (s *Service) checkTemplate(c *sim.Call, f form) string {
	if f.templateID == "" {
		return s.checkWholeText(c, f)
	}
	text, known := s.cfg.Templates[f.templateID]
	if len(s.cfg.Templates) > 0 && !known {
		c.Explain("templateid: no such template")
		return "4071"
	}
	values := f.values()
	if known && strings.Count(text, variablePlace) != len(values) {
		c.Explain("content: %d values for %d variables", len(values), strings.Count(text, variablePlace))
		return "4072"
	}
	return checkValues(c, values)
}

func (s *Service) checkWholeText(c *sim.Call, f form) string {
	if len(s.cfg.Texts) == 0 {
		return ""
	}
	for _, text := range s.cfg.Texts {
		if values, ok := match(text, f.content); ok {
			return checkValues(c, values)
		}
	}
	c.Explain("content: matches no approved text")
	return "4072"
}

func checkValues(c *sim.Call, values []string) string {
	for i, value := range values {
		if utf8.RuneCountInString(value) > longestVariable {
			c.Explain("content: variable %d is over %d characters", i+1, longestVariable)
			return "40722"
		}
	}
	return ""
}

// match reports whether content is text with something in each variable's
// place, and what.
func match(text, content string) (values []string, ok bool) {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(text), variablePlace, "(.+?)")
	found := regexp.MustCompile(`(?s)^` + pattern + `$`).FindStringSubmatch(content)
	if found == nil {
		return nil, false
	}
	return found[1:], true
}

func (s *Service) checkLimits(c *sim.Call, f form) string {
	if !s.cfg.Limits {
		return ""
	}
	today := 0
	for _, at := range s.sent[f.mobile] {
		if c.Now.Sub(at) < time.Second {
			c.Explain("mobile: more than one text a second")
			return "4080"
		}
		if sameDay(at, c.Now) {
			today++
		}
	}
	if today >= dailyLimit {
		c.Explain("mobile: %d texts today", today)
		return "4082"
	}
	return ""
}

// beijing is the service's zone: the whole country has one.
var beijing = time.FixedZone("UTC+8", 8*60*60)

func sameDay(a, b time.Time) bool {
	const day = "2006-01-02"
	return a.In(beijing).Format(day) == b.In(beijing).Format(day)
}
