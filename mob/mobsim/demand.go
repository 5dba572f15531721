package mobsim

import (
	"net"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/cnsms/cnsms/sim"
)

// longestCode is how many digits a code may have.
const longestCode = 20

// demand panics when the configuration is one that no request could satisfy, or names
// what no request could name.
func (cfg Config) demand() {
	sim.Demand(cfg.AppKey != "", "mobsim: Config.AppKey: must not be empty")
	sim.Demand(cfg.CodeLength >= 0 && cfg.CodeLength <= longestCode, "mobsim: Config.CodeLength: want up to %d digits", longestCode)
	sim.Demand(cfg.CodeLife >= 0, "mobsim: Config.CodeLife: must not be negative")
	sim.Demand(!slices.Contains(cfg.BlockedWords, ""), "mobsim: Config.BlockedWords: the empty word is in every value")
	for _, address := range cfg.AllowedIPs {
		sim.Demand(net.ParseIP(address) != nil, "mobsim: Config.AllowedIPs: want IP addresses, such as 127.0.0.1")
	}
	for _, zone := range cfg.Zones {
		sim.Demand(isZone(zone), "mobsim: Config.Zones: want country calling codes in digits, such as 86")
	}
	for _, number := range cfg.Blocked {
		sim.Demand(sim.IsE164(number), "mobsim: Config.Blocked: want numbers in E.164 form")
	}
	for code, text := range cfg.Templates {
		sim.Demand(code != "", "mobsim: Config.Templates: want templateCodes that are not empty")
		sim.Demand(utf8.RuneCountInString(place.ReplaceAllLiteralString(text, "1")) <= longestText, "mobsim: Config.Templates: a text is over %d characters", longestText)
		for _, found := range place.FindAllStringSubmatch(text, -1) {
			sim.Demand(!slices.Contains(customFields, found[1]), "mobsim: Config.Templates: no variable can be called %s, which is a field", found[1])
		}
	}
}

// place is where a template has a variable.
var place = regexp.MustCompile(`\{([^{}]+)\}`)
