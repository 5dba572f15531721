package mobsim

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cnsms/cnsms/sim"
)

const (
	longestValue = 10 // characters
	longestText  = 70 // characters
)

// Custom returns the account's custom/msg as a service of its own, called
// "mob-custom".
func (s *Service) Custom() sim.Service { return custom{account: s} }

// custom plays custom/msg.
type custom struct {
	sim.Old

	account *Service
}

// Name returns "mob-custom".
func (custom) Name() string { return "mob-custom" }

// Owns reports whether the path is that of custom/msg.
func (custom) Owns(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, customPath) }

// Refusals lists the failures of custom/msg.
func (custom) Refusals() []sim.Refusal { return slices.Clone(customRefusals) }

// Serve answers one request.
func (s custom) Serve(c *sim.Call) {
	f := readForm(c)
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	if status := s.check(c, f); status != "" {
		reply(c, status, "")
		return
	}
	if scripted, ok := c.Refusal(); ok {
		c.Explain("scripted refusal")
		reply(c, scripted.Code, "")
		return
	}
	s.account.balance--
	c.Accept(sim.Text{
		Mailbox: s.account.cfg.AppKey, To: f.number(), Sign: s.account.cfg.AppName, Template: f.template,
		Params: f.values(), Text: "【" + s.account.cfg.AppName + "】" + s.text(f),
	})
	reply(c, statusDone, "")
}

// check returns the status to refuse the message with, or "".
func (s custom) check(c *sim.Call, f form) string {
	return firstFault(c, f, s.checkAccount, s.checkNumber, s.checkTemplate, s.checkValues, s.checkBalance)
}

func (s custom) checkAccount(c *sim.Call, f form) string {
	switch {
	case f.customKey == "":
		c.Explain("appKey: empty%s", f.broken)
		return "201"
	case f.customKey != s.account.cfg.AppKey:
		c.Explain("appKey: unknown")
		return "203"
	case s.account.cfg.WebAPIOff:
		c.Explain("the web interface is switched off (Config.WebAPIOff)")
		return "212"
	}
	if address, ok := s.account.allowed(c); !ok {
		c.Explain("caller's address: %s is not on the list", address)
		return "214"
	}
	return ""
}

// checkNumber gives the faults of sendmsg their numbers here.
func (s custom) checkNumber(c *sim.Call, f form) string {
	status := firstFault(c, f, s.account.checkNumber, s.account.checkBlacklist)
	return map[string]string{"456": "204", "457": "205", "458": "210"}[status]
}

func (s custom) checkTemplate(c *sim.Call, f form) string {
	if f.template == "" {
		c.Explain("templateCode: empty%s", f.broken)
		return "202"
	}
	if len(s.account.cfg.Templates) == 0 {
		return ""
	}
	text, known := s.account.cfg.Templates[f.template]
	if !known {
		c.Explain("templateCode: no such template")
		return "206"
	}
	for _, name := range variables(text) {
		if _, ok := f.variables[name]; !ok {
			c.Explain("%s: missing, a variable of the template", name)
			return "208"
		}
	}
	return ""
}

func (s custom) checkValues(c *sim.Call, f form) string {
	for _, name := range slices.Sorted(maps.Keys(f.variables)) {
		value := f.variables[name]
		switch length := utf8.RuneCountInString(value); {
		case length == 0:
			c.Explain("%s: empty", name)
			return "208"
		case length > longestValue:
			c.Explain("%s: longer than %d characters", name, longestValue)
			return "215"
		}
		for _, word := range s.account.cfg.BlockedWords {
			if strings.Contains(value, word) {
				c.Explain("%s: has a blocked word", name)
				return "209"
			}
		}
	}
	if utf8.RuneCountInString(s.text(f)) > longestText {
		c.Explain("templateCode: the whole text is longer than %d characters", longestText)
		return "215"
	}
	return ""
}

func (s custom) checkBalance(c *sim.Call, _ form) string {
	if s.account.broke() {
		c.Explain("balance: nothing left")
		return "213"
	}
	return ""
}

var place = regexp.MustCompile(`\{([A-Za-z0-9_-]+)\}`)

// variables are the names of a template's places.
func variables(text string) []string {
	var names []string
	for _, found := range place.FindAllStringSubmatch(text, -1) {
		names = append(names, found[1])
	}
	return names
}

// text fills the template; where the simulator has none, the text is the values.
func (s custom) text(f form) string {
	text, known := s.account.cfg.Templates[f.template]
	if !known {
		return strings.Join(f.values(), " ")
	}
	return place.ReplaceAllStringFunc(text, func(match string) string { return f.variables[strings.Trim(match, "{}")] })
}
