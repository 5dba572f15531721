package zhenzisim

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cnsms/cnsms/sim"
)

const longestText = 1000 // characters

// check returns the code to refuse the request with, or "".
func (s *Service) check(c *sim.Call, f form) string {
	if code := s.checkCredentials(c, f); code != "" {
		return code
	}
	switch path := c.Request.URL.Path; {
	case strings.HasSuffix(path, balancePath):
		return ""
	case strings.HasSuffix(path, lookupPath):
		return checkLookup(c, f)
	case strings.HasSuffix(path, templatePath):
		return s.checkSend(c, f, s.checkTemplate)
	}
	return s.checkSend(c, f, checkText)
}

func (s *Service) checkCredentials(c *sim.Call, f form) string {
	switch {
	case f.appID == "":
		c.Explain("appId: empty")
		return "100"
	case f.appSecret == "":
		c.Explain("appSecret: empty")
		return "100"
	case f.appID != s.cfg.AppID:
		c.Explain("appId: no such application")
		return "105"
	case f.appSecret != s.cfg.AppSecret:
		c.Explain("appSecret: not that of the application")
		return "110"
	}
	return ""
}

func checkLookup(c *sim.Call, f form) string {
	if f.messageID == "" {
		c.Explain("messageId: empty")
		return "100"
	}
	return ""
}

// checkSend checks a text to be sent; checkBody checks what is particular to the
// version of the call.
func (s *Service) checkSend(c *sim.Call, f form, checkBody func(*sim.Call, form) string) string {
	for _, check := range []func(*sim.Call, form) string{checkNumber, checkBody, s.checkMessageID, s.checkLimit} {
		if code := check(c, f); code != "" {
			return code
		}
	}
	if s.cfg.Balance != nil && s.balance <= 0 {
		c.Explain("balance: no messages left")
		return "108"
	}
	return ""
}

func checkNumber(c *sim.Call, f form) string {
	if len(f.number) == 11 && f.number[0] == '1' && strings.Trim(f.number, "0123456789") == "" {
		return ""
	}
	c.Explain("number: want 11 digits beginning with 1")
	return "100"
}

func checkText(c *sim.Call, f form) string {
	switch {
	case f.message == "":
		c.Explain("message: empty")
		return "100"
	case utf8.RuneCountInString(f.message) > longestText:
		c.Explain("message: over %d characters", longestText)
		return "101"
	}
	return ""
}

func (s *Service) checkTemplate(c *sim.Call, f form) string {
	text, known := s.cfg.Templates[f.templateID]
	switch {
	case f.templateID == "":
		c.Explain("templateId: empty")
		return "100"
	case len(s.cfg.Templates) > 0 && !known:
		c.Explain("templateId: no such template")
		return "117"
	case f.badParams:
		c.Explain("templateParams: want a JSON array of strings")
		return "100"
	case known && len(f.params) != len(place.FindAllString(text, -1)):
		c.Explain("templateParams: %d values for %d places", len(f.params), len(place.FindAllString(text, -1)))
		return "100"
	}
	return ""
}

func (s *Service) checkMessageID(c *sim.Call, f form) string {
	if _, known := s.texts[f.messageID]; known {
		c.Explain("messageId: was used before")
		return "100"
	}
	return ""
}

func (s *Service) checkLimit(c *sim.Call, f form) string {
	if s.cfg.DailyLimit <= 0 {
		return ""
	}
	today := 0
	for _, at := range s.sent[f.number] {
		if sameDay(at, c.Now) {
			today++
		}
	}
	if today >= s.cfg.DailyLimit {
		c.Explain("number: %d texts today", today)
		return "109"
	}
	return ""
}

// beijing is the one zone of the whole country.
var beijing = time.FixedZone("UTC+8", 8*60*60)

func sameDay(a, b time.Time) bool {
	const day = "2006-01-02"
	return a.In(beijing).Format(day) == b.In(beijing).Format(day)
}
