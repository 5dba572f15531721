package mobsim

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
)

const (
	longestValue = 10 // characters
	longestText  = 70 // characters
)

// Custom returns the account's custom/msg as a service of its own, called
// "mob-custom".
func (s *Service) Custom() sim.Service { return custom{s.Account, s} }

// custom plays custom/msg.
type custom struct {
	*sim.Account

	app *Service
}

// Name returns "mob-custom".
func (custom) Name() string { return "mob-custom" }

// Codes are those that custom/msg has for itself.
func (custom) Codes() facts.Codes { return mob.Codes().Table("custom") }

// Owns reports whether the path is that of custom/msg.
func (custom) Owns(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, customPath) }

// Judge decides about a text.
func (s custom) Judge(c *sim.Call) sim.Outcome {
	f := readForm(c)
	asSendmsg := s.shared(s.app.checkWebAPI, s.app.checkAddress, s.app.checkNumber, s.app.checkBlacklist)
	checks := []check{s.checkKey, asSendmsg, s.checkTemplate, s.checkValues, s.shared(s.app.checkBalance)}
	if o := sim.FirstRefusal(c, f, checks...); o.Refused() {
		return o
	}
	return sim.Accept(sim.Text{
		Mailbox: s.app.cfg.AppKey, To: f.number(), Sign: s.app.cfg.AppName, Template: f.template,
		Params: f.variables.Values, Names: f.variables.Names, Text: sim.Signed(s.app.cfg.AppName, s.text(f)),
	})
}

// Answer writes the status.
func (s custom) Answer(_ *sim.Call, o sim.Outcome) sim.Reply { return reply(s.Codes(), o) }

func (s custom) checkKey(_ *sim.Call, f form) sim.Outcome {
	switch f.customKey {
	case "":
		return sim.Refuse("201", "appKey: empty%s", f.broken)
	case s.app.cfg.AppKey:
		return sim.Outcome{}
	}
	return sim.Refuse("203", "appKey: unknown")
}

// customCodes are the numbers that faults of sendmsg have here.
var customCodes = map[string]string{
	"456": "204", "457": "205", "458": "210", "469": "212", "470": "213", "471": "214",
}

// shared is what custom/msg checks like sendmsg.
func (s custom) shared(checks ...check) check {
	return func(c *sim.Call, f form) sim.Outcome {
		o := sim.FirstRefusal(c, f, checks...)
		o.Code = customCodes[o.Code]
		return o
	}
}

func (s custom) checkTemplate(_ *sim.Call, f form) sim.Outcome {
	text, known := s.app.cfg.Templates[f.template]
	switch {
	case f.template == "":
		return sim.Refuse("202", "templateCode: empty%s", f.broken)
	case !known && len(s.app.cfg.Templates) > 0:
		return sim.Refuse("206", "templateCode: no such template")
	}
	if name := places.Missing(text, f.variables); name != "" {
		return sim.Refuse("208", "%s: missing, a variable of the template", name)
	}
	return sim.Outcome{}
}

func (s custom) checkValues(_ *sim.Call, f form) sim.Outcome {
	for i, name := range f.variables.Names {
		value := f.variables.Values[i]
		isIn := func(word string) bool { return strings.Contains(value, word) }
		switch length := utf8.RuneCountInString(value); {
		case length == 0:
			return sim.Refuse("208", "%s: empty", name)
		case length > longestValue:
			return sim.Refuse("215", "%s: longer than %d characters", name, longestValue)
		case slices.ContainsFunc(s.app.cfg.BlockedWords, isIn):
			return sim.Refuse("209", "%s: has a blocked word", name)
		}
	}
	if utf8.RuneCountInString(s.text(f)) > longestText {
		return sim.Refuse("215", "templateCode: the whole text is longer than %d characters", longestText)
	}
	return sim.Outcome{}
}

// places are where a template has its variables.
var places = sim.Named("{", "}")

// text fills the template; where the simulator has none, the text is the values.
func (s custom) text(f form) string { return places.Fill(s.app.cfg.Templates[f.template], f.variables) }
