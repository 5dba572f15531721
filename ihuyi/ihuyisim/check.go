package ihuyisim

import (
	"crypto/md5" //nolint:gosec // The service's protocol prescribes MD5.
	"encoding/hex"
	"fmt"
	"net/url"
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
	firstEmojiSymbol = 0x1F000
)

// limits are the default ones per number.
var limits = []sim.Limit{{Code: "4080", Most: 1, Within: time.Second}, {Code: "4082", Most: 5}}

// places are where an approved text has its variables.
var places = sim.InOrder("【变量】")

func (s *Service) checkCredentials(c *sim.Call, f form) sim.Outcome {
	switch {
	case f.account == "":
		return sim.Refuse("401", "account: empty")
	case f.password == "":
		return sim.Refuse("402", "password: empty")
	case f.account != s.cfg.Account:
		return sim.Refuse("405", "account: unknown")
	case f.password == s.cfg.APIKey:
		return sim.Outcome{} // the plain key is accepted, with or without time
	case f.time == "" && strings.EqualFold(f.password, md5Hex(s.cfg.APIKey)):
		return sim.Refuse("405", "password: the MD5 of the APIKEY; want the APIKEY itself, or a dynamic password with time")
	case f.time == "":
		return sim.Refuse("405", "password: not the APIKEY, and without time it is no dynamic password")
	}
	return s.checkDynamicPassword(c, f)
}

// checkDynamicPassword compares the password, and when it is wrong tries to find
// out why.
func (s *Service) checkDynamicPassword(c *sim.Call, f form) sim.Outcome {
	seconds, err := strconv.ParseInt(f.time, 10, 64)
	if err != nil {
		return sim.Refuse("40502", "time: want Unix seconds")
	}
	if f.password != dynamicPassword(s.cfg.APIKey, f) {
		return sim.Refuse("40502",
			"password: %s; want the lower-case hexadecimal MD5 of account + APIKEY + mobile + content + time, that is of %q with the APIKEY after the account",
			s.whyWrong(f, seconds), f.account+f.mobile+f.content+f.time)
	}
	if age := c.Now.Sub(time.Unix(seconds, 0)); age.Abs() > passwordWindow {
		return sim.Refuse("40501", "time: %s away from the service's clock", age.Abs())
	}
	return sim.Outcome{}
}

// mistake is one that programs make with a dynamic password.
type mistake struct {
	name  string
	apply func(key string, f form) string // the password that comes of it
}

var mistakes = []mistake{
	{"made without mobile", func(key string, f form) string { f.mobile = ""; return dynamicPassword(key, f) }},
	{"made without content", func(key string, f form) string { f.content = ""; return dynamicPassword(key, f) }},
	{"made without mobile and content", func(key string, f form) string { f.mobile, f.content = "", ""; return dynamicPassword(key, f) }},
	{"made without time", func(key string, f form) string { f.time = ""; return dynamicPassword(key, f) }},
	{"made of the content as it is encoded", func(key string, f form) string {
		f.content = url.QueryEscape(f.content)
		return dynamicPassword(key, f)
	}},
	{"made with the MD5 of the APIKEY in the place of the APIKEY", func(key string, f form) string { return dynamicPassword(md5Hex(key), f) }},
	{"made of the APIKEY alone", func(key string, _ form) string { return md5Hex(key) }},
	{"made without the APIKEY", func(_ string, f form) string { return dynamicPassword("", f) }},
}

// whyWrong tries mistakes that programs make with a dynamic password. Where none
// fits, it says what was tried and rules nothing else out.
func (s *Service) whyWrong(f form, seconds int64) string {
	key, got := s.cfg.APIKey, strings.ToLower(f.password)
	if got == dynamicPassword(key, f) {
		return "right but for the case"
	}
	var tested []string
	for _, m := range mistakes {
		if got == m.apply(key, f) {
			return m.name
		}
		tested = append(tested, m.name)
	}
	const near = 5 // seconds: programs that read the clock twice
	for other := seconds - near; other <= seconds+near; other++ {
		at := f
		at.time = strconv.FormatInt(other, 10)
		if got == dynamicPassword(key, at) {
			return "made with time " + at.time
		}
	}
	return "wrong; tested: " + strings.Join(tested, ", ") + fmt.Sprintf(", and made with a time up to %d seconds away", near)
}

func dynamicPassword(key string, f form) string {
	return md5Hex(f.account + key + f.mobile + f.content + f.time)
}

func md5Hex(text string) string {
	sum := md5.Sum([]byte(text)) //nolint:gosec // As above.
	return hex.EncodeToString(sum[:])
}

func (s *Service) checkNumber(_ *sim.Call, f form) sim.Outcome {
	switch {
	case f.mobile == "":
		return sim.Refuse("403", "mobile: empty")
	case !s.isNumber(f.mobile) && s.cfg.International:
		return sim.Refuse("406", "mobile: want country code, space, number")
	case !s.isNumber(f.mobile):
		return sim.Refuse("406", "mobile: want 11 digits beginning with 1")
	case s.IsBlocked(f.mobile):
		return sim.Refuse("4030", "mobile: on the blacklist")
	}
	return sim.Outcome{}
}

// isNumber reports whether a number has the form of the account's product.
func (s *Service) isNumber(number string) bool {
	if !s.cfg.International {
		return sim.IsMainland(number)
	}
	country, national, found := strings.Cut(number, " ")
	return found && len(country) <= 3 && sim.IsDigits(country) && len(national) >= 4 && sim.IsDigits(national)
}

func isEmoji(r rune) bool { return r >= firstEmojiSymbol }

func (s *Service) checkText(_ *sim.Call, f form) sim.Outcome {
	switch {
	case f.content == "" && f.templateID == "":
		return sim.Refuse("404", "content: empty")
	case utf8.RuneCountInString(f.content) > longestText:
		return sim.Refuse("4073", "content: over %d characters", longestText)
	case strings.ContainsFunc(f.content, isEmoji):
		return sim.Refuse("4074", "content: emoji")
	}
	return sim.Outcome{}
}

func (s *Service) checkTemplate(_ *sim.Call, f form) sim.Outcome {
	if f.templateID == "" {
		return s.checkWholeText(f)
	}
	text, known := s.cfg.Templates[f.templateID]
	if len(s.cfg.Templates) > 0 && !known {
		return sim.Refuse("4071", "templateid: no such template")
	}
	values := f.values()
	if known && places.Count(text) != len(values) {
		return sim.Refuse("4072", "content: %d values for %d variables", len(values), places.Count(text))
	}
	return checkValues(values)
}

func (s *Service) checkWholeText(f form) sim.Outcome {
	if len(s.cfg.Texts) == 0 {
		return sim.Outcome{}
	}
	for _, text := range s.cfg.Texts {
		if values, ok := places.Match(text, f.content); ok {
			return checkValues(values)
		}
	}
	return sim.Refuse("4072", "content: matches no approved text")
}

func checkValues(values []string) sim.Outcome {
	tooLong := func(value string) bool { return utf8.RuneCountInString(value) > longestVariable }
	if i := slices.IndexFunc(values, tooLong); i >= 0 {
		return sim.Refuse("40722", "content: variable %d is over %d characters", i+1, longestVariable)
	}
	return sim.Outcome{}
}
