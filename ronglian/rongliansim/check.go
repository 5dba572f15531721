package rongliansim

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cnsms/cnsms/sim"
)

const (
	largestBatch      = 200
	longestText       = 250 // characters
	longestReqID      = 32
	longestTrialValue = 4
	trialTemplate     = "1"
	interval          = time.Minute
	dailyLimit        = 5
)

// sent is one text to a number, for the limits.
type sent struct {
	at       time.Time
	template string
}

// checkTemplateSMS returns the code to refuse a mainland text with, or "".
func (s *Service) checkTemplateSMS(c *sim.Call, r request) string {
	checks := []func(*sim.Call, request) string{
		s.checkApp, s.checkNumbers, s.checkTemplate, s.checkTrial, s.checkExtras, s.checkLimits, s.checkBalance,
	}
	return firstCode(c, r, checks)
}

// checkInternational returns the code to refuse an international text with, or "".
func (s *Service) checkInternational(c *sim.Call, r request) string {
	return firstCode(c, r, []func(*sim.Call, request) string{s.checkApp, s.checkMobile, s.checkBalance})
}

func firstCode(c *sim.Call, r request, checks []func(*sim.Call, request) string) string {
	for _, check := range checks {
		if code := check(c, r); code != "" {
			return code
		}
	}
	return ""
}

func (s *Service) checkApp(c *sim.Call, r request) string {
	switch r.AppID {
	case "":
		c.Explain("appId: empty")
		return "111169"
	case text(s.cfg.AppID):
		return ""
	}
	c.Explain("appId: no such application")
	return "111181"
}

func (s *Service) checkNumbers(c *sim.Call, r request) string {
	if r.To == "" {
		c.Explain("to: empty")
		return "112306"
	}
	numbers := r.numbers()
	if len(numbers) > largestBatch {
		c.Explain("to: %d numbers, at most %d", len(numbers), largestBatch)
		return "160048"
	}
	seen := map[string]bool{}
	for i, number := range numbers {
		switch {
		case number == "":
			c.Explain("to: number %d of the list is empty", i+1)
			return "112316"
		case len(number) != 11 || number[0] != '1' || !isDigits(number):
			c.Explain("to: number %d is not 11 digits beginning with 1", i+1)
			return "160042"
		case seen[number]:
			c.Explain("to: number %d stands in the list before", i+1)
			return "160045"
		case slices.Contains(s.cfg.Blocked, number):
			c.Explain("to: number %d is on the blacklist", i+1)
			return "160034"
		}
		seen[number] = true
	}
	return ""
}

func (s *Service) checkTemplate(c *sim.Call, r request) string {
	id := string(r.TemplateID)
	content, known := s.cfg.Templates[id]
	switch {
	case id == "":
		c.Explain("templateId: empty")
		return "112307"
	case !isDigits(id):
		c.Explain("templateId: not a number")
		return "112318"
	case len(s.cfg.Templates) > 0 && !known:
		c.Explain("templateId: no such template")
		return "160032"
	case utf8.RuneCountInString(s.templateText(r)) > longestText:
		c.Explain("datas: the text is over %d characters", longestText)
		return "160020"
	}
	places := countPlaces(content)
	switch {
	case !known || places == len(r.Datas):
		return ""
	case len(r.Datas) == 0:
		c.Explain("datas: empty, and the template has %d variables", places)
		return "112308"
	}
	c.Explain("datas: %d values for %d variables", len(r.Datas), places)
	return "160052"
}

// countPlaces returns the highest n of the {n} in a template.
func countPlaces(content string) int {
	places := 0
	for strings.Contains(content, "{"+strconv.Itoa(places+1)+"}") {
		places++
	}
	return places
}

// templateText fills a template; without one the text is the values.
func (s *Service) templateText(r request) string {
	content, known := s.cfg.Templates[string(r.TemplateID)]
	if !known {
		return strings.Join(r.values(), " ")
	}
	var pairs []string
	for i, value := range r.values() {
		pairs = append(pairs, "{"+strconv.Itoa(i+1)+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(content)
}

func (s *Service) checkTrial(c *sim.Call, r request) string {
	if !s.cfg.Trial {
		return ""
	}
	if r.TemplateID != trialTemplate {
		c.Explain("templateId: a trial account has template %s only", trialTemplate)
		return "160032"
	}
	for i, number := range r.numbers() {
		if !slices.Contains(s.cfg.TestNumbers, number) {
			c.Explain("to: number %d is not registered with the trial account", i+1)
			return "113302"
		}
	}
	for i, value := range r.values() {
		if len(value) > longestTrialValue || !isDigits(value) {
			c.Explain("datas: value %d is not one to four digits, and this is a trial account", i+1)
			return "161125"
		}
	}
	return ""
}

// checkExtras checks subAppend and reqId.
func (s *Service) checkExtras(c *sim.Call, r request) string {
	switch {
	case r.SubAppend != "" && (len(r.SubAppend) > 4 || !isDigits(string(r.SubAppend))):
		c.Explain("subAppend: want up to four digits")
		return "160065"
	case len(r.ReqID) > longestReqID:
		c.Explain("reqId: over %d characters", longestReqID)
		return "160055"
	case r.ReqID != "" && !isAlphanumeric(string(r.ReqID)):
		c.Explain("reqId: want letters and digits")
		return "160031"
	case r.ReqID != "" && s.reqIDs[string(r.ReqID)] == day(c.Now):
		c.Explain("reqId: used before today")
		return "160054"
	}
	return ""
}

func (s *Service) checkLimits(c *sim.Call, r request) string {
	if !s.cfg.Limits {
		return ""
	}
	for i, number := range r.numbers() {
		today := 0
		for _, earlier := range s.sent[number] {
			if earlier.template != string(r.TemplateID) {
				continue
			}
			if c.Now.Sub(earlier.at) < interval {
				c.Explain("to: number %d got this template less than %s ago", i+1, interval)
				return "160038"
			}
			if day(earlier.at) == day(c.Now) {
				today++
			}
		}
		if today >= dailyLimit {
			c.Explain("to: number %d got this template %d times today", i+1, today)
			return "160040"
		}
	}
	return ""
}

func (s *Service) checkBalance(c *sim.Call, r request) string {
	if s.cfg.Balance != nil && s.balance < s.cfg.Price*max(len(r.numbers()), 1) {
		c.Explain("balance: %d fen are left", s.balance)
		return "111142"
	}
	return ""
}

func (s *Service) checkMobile(c *sim.Call, r request) string {
	mobile, content := string(r.Mobile), string(r.Content)
	switch {
	case mobile == "":
		c.Explain("mobile: empty")
		return "160044"
	case strings.Contains(mobile, ","):
		c.Explain("mobile: several numbers; international texts take one")
		return "160059"
	case !strings.HasPrefix(mobile, "00") || len(mobile) < 9 || !isDigits(mobile):
		c.Explain("mobile: want 00, country code and number")
		return "160042"
	case strings.HasPrefix(mobile, "0086"):
		c.Explain("mobile: a mainland number")
		return "160061"
	case s.cfg.Mainland:
		c.Explain("mobile: the account may not send abroad")
		return "160058"
	case slices.Contains(s.cfg.Blocked, mobile):
		c.Explain("mobile: on the blacklist")
		return "160034"
	case content == "":
		c.Explain("content: empty")
		return "160035"
	case utf8.RuneCountInString(content) > longestText:
		c.Explain("content: over %d characters", longestText)
		return "160020"
	}
	return ""
}

// day is the service's natural day.
func day(at time.Time) string { return at.In(beijing).Format(time.DateOnly) }

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
