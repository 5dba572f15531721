package tencentsim

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/segments"
	"github.com/cnsms/cnsms/sim"
)

const (
	longestText  = 500 // characters
	longestCode  = 6   // digits in a variable of a code template
	sameTextWait = 30 * time.Second
)

// sentText is what a number has got.
type sentText struct {
	at    time.Time
	whole string
}

// checkText returns the code to refuse one number with, or "".
func (s *Service) checkText(c *sim.Call, t text, phone provider.Phone) string {
	if slices.Contains(s.cfg.Blocked, phone.E164()) {
		c.Explain("PhoneNumberSet: a number on the blacklist")
		return "FailedOperation.PhoneNumberInBlacklist"
	}
	for _, check := range []func(*sim.Call, text, provider.Phone) string{
		s.checkTemplate, s.checkValues, s.checkSign, s.checkLimits,
	} {
		if code := check(c, t, phone); code != "" {
			return code
		}
	}
	if s.cfg.Balance != nil && s.balance < billed(t.whole, phone) {
		c.Explain("balance: not enough segments left")
		return noBalance
	}
	return ""
}

func (s *Service) checkTemplate(c *sim.Call, t text, phone provider.Phone) string {
	if len(s.cfg.Templates) == 0 {
		return ""
	}
	template, known := s.cfg.Templates[t.templateID]
	switch {
	case !known:
		c.Explain("TemplateId: no such template")
		return "FailedOperation.TemplateUnapprovedOrNotExist"
	case template.International && phone.IsMainland():
		c.Explain("TemplateId: an international template, and a mainland number")
		return "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone"
	case !template.International && !phone.IsMainland():
		c.Explain("TemplateId: a mainland template, and a number of another country")
		return "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone"
	case variables(template.Text) != len(t.values):
		c.Explain("TemplateParamSet: %d values for %d variables", len(t.values), variables(template.Text))
		return "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
	}
	return ""
}

// variables counts the places of a template, which are numbered from 1.
func variables(text string) int {
	n := 0
	for strings.Contains(text, place(n+1)) {
		n++
	}
	return n
}

func (s *Service) checkValues(c *sim.Call, t text, _ provider.Phone) string {
	forCodes := s.cfg.Templates[t.templateID].Code
	for i, value := range t.values {
		switch {
		case forCodes && (len(value) > longestCode || strings.Trim(value, "0123456789") != ""):
			c.Explain("TemplateParamSet.%d: a code template takes up to %d digits", i, longestCode)
			return "InvalidParameterValue.TemplateParameterFormatError"
		case strings.Contains(value, "://"):
			c.Explain("TemplateParamSet.%d: a URL", i)
			return "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"
		case !forCodes && s.cfg.LongestValue > 0 && utf8.RuneCountInString(value) > s.cfg.LongestValue:
			c.Explain("TemplateParamSet.%d: over %d characters", i, s.cfg.LongestValue)
			return "InvalidParameterValue.TemplateParameterLengthLimit"
		}
	}
	if utf8.RuneCountInString(t.whole) > longestText {
		c.Explain("TemplateParamSet: the text is over %d characters", longestText)
		return "InvalidParameterValue.ContentLengthLimit"
	}
	return ""
}

func (s *Service) checkSign(c *sim.Call, t text, phone provider.Phone) string {
	switch {
	case t.sign == "" && phone.IsMainland():
		c.Explain("SignName: missing, and a mainland number")
		return "FailedOperation.SignatureIncorrectOrUnapproved"
	case t.sign != "" && len(s.cfg.Signs) > 0 && !slices.Contains(s.cfg.Signs, t.sign):
		c.Explain("SignName: no such signature")
		return "FailedOperation.SignatureIncorrectOrUnapproved"
	}
	return ""
}

func (s *Service) checkLimits(c *sim.Call, t text, phone provider.Phone) string {
	if !s.cfg.Limits {
		return ""
	}
	thisHour, today := 0, 0
	for _, sent := range s.sent[phone.E164()] {
		age := c.Now.Sub(sent.at)
		if age < sameTextWait && sent.whole == t.whole {
			c.Explain("PhoneNumberSet: the same text less than 30 seconds ago")
			return "LimitExceeded.PhoneNumberThirtySecondLimit"
		}
		if age < time.Hour {
			thisHour++
		}
		if sameDay(sent.at, c.Now) {
			today++
		}
	}
	switch {
	case s.cfg.PerHour > 0 && thisHour >= s.cfg.PerHour:
		c.Explain("PhoneNumberSet: %d texts in an hour", thisHour)
		return "LimitExceeded.PhoneNumberOneHourLimit"
	case today >= s.cfg.PerDay:
		c.Explain("PhoneNumberSet: %d texts today", today)
		return "LimitExceeded.PhoneNumberDailyLimit"
	}
	return ""
}

// remember keeps what the limits need: the texts of a day.
func (s *Service) remember(now time.Time, number string, t text) {
	if !s.cfg.Limits {
		return
	}
	recent := slices.DeleteFunc(s.sent[number], func(sent sentText) bool { return now.Sub(sent.at) > 24*time.Hour })
	s.sent[number] = append(recent, sentText{now, t.whole})
}

func sameDay(a, b time.Time) bool {
	return a.In(beijing).Format(time.DateOnly) == b.In(beijing).Format(time.DateOnly)
}

// billed is how many texts are billed.
func billed(whole string, phone provider.Phone) int {
	if phone.IsMainland() {
		return segments.Count(whole, "")
	}
	return segments.CountAbroad(whole, "")
}
