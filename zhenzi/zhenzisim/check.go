package zhenzisim

import (
	"unicode/utf8"

	"github.com/cnsms/cnsms/sim"
)

const longestText = 1000 // characters

// places are where a template has its values.
var places = sim.InOrder(`\{[^{}]*\}`)

// check is one of the service's rules.
type check = func(*sim.Call, form) sim.Outcome

// checks are those of a call, in their order.
func (s *Service) checks(c *sim.Call) []check {
	switch {
	case is(c.Request, balancePath):
		return []check{s.checkCredentials}
	case is(c.Request, lookupPath):
		return []check{s.checkCredentials, checkLookup}
	case is(c.Request, templatePath):
		return []check{s.checkCredentials, checkNumber, s.checkTemplate, s.checkMessageID}
	}
	return []check{s.checkCredentials, checkNumber, checkText, s.checkMessageID}
}

func (s *Service) checkCredentials(_ *sim.Call, f form) sim.Outcome {
	switch {
	case f.appID == "":
		return sim.Refuse("100", "appId: empty")
	case f.appSecret == "":
		return sim.Refuse("100", "appSecret: empty")
	case f.appID != s.cfg.AppID:
		return sim.Refuse("105", "appId: no such application")
	case f.appSecret != s.cfg.AppSecret:
		return sim.Refuse("110", "appSecret: not that of the application")
	}
	return sim.Outcome{}
}

func checkLookup(_ *sim.Call, f form) sim.Outcome {
	if f.messageID == "" {
		return sim.Refuse("100", "messageId: empty")
	}
	return sim.Outcome{}
}

func checkNumber(_ *sim.Call, f form) sim.Outcome {
	if !sim.IsMainland(f.number) {
		return sim.Refuse("100", "number: want 11 digits beginning with 1")
	}
	return sim.Outcome{}
}

func checkText(_ *sim.Call, f form) sim.Outcome {
	switch {
	case f.message == "":
		return sim.Refuse("100", "message: empty")
	case utf8.RuneCountInString(f.message) > longestText:
		return sim.Refuse("101", "message: over %d characters", longestText)
	}
	return sim.Outcome{}
}

func (s *Service) checkTemplate(_ *sim.Call, f form) sim.Outcome {
	text, known := s.cfg.Templates[f.templateID]
	switch {
	case f.templateID == "":
		return sim.Refuse("100", "templateId: empty")
	case len(s.cfg.Templates) > 0 && !known:
		return sim.Refuse("117", "templateId: no such template")
	case f.badParams:
		return sim.Refuse("100", "templateParams: want a JSON array of strings")
	case known && len(f.params) != places.Count(text):
		return sim.Refuse("100", "templateParams: %d values for %d places", len(f.params), places.Count(text))
	}
	return sim.Outcome{}
}

func (s *Service) checkMessageID(_ *sim.Call, f form) sim.Outcome {
	if _, known := s.sent[f.messageID]; known {
		return sim.Refuse("100", "messageId: was used before")
	}
	return sim.Outcome{}
}
