package tencentsim

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cnsms/cnsms/sim"
)

// demand panics when the configuration is one that no request could satisfy, or has
// numbers, signatures and templates that no request could name.
func (cfg Config) demand() {
	isIDOK := sim.IsHeaderValue(cfg.SecretID) && !strings.ContainsAny(cfg.SecretID, "/, ")
	sim.Demand(isIDOK, "tencentsim: Config.SecretID: must not be empty, nor have a slash, comma, space or control character")
	sim.Demand(cfg.SecretKey != "", "tencentsim: Config.SecretKey: must not be empty")
	sim.Demand(cfg.Token == "" || sim.IsHeaderValue(cfg.Token), "tencentsim: Config.Token: must not have space around it, nor control characters")
	sim.Demand(cfg.AppID != "", "tencentsim: Config.AppID: must not be empty")
	sim.Demand(cfg.PerHour >= 0, "tencentsim: Config.PerHour: must not be negative")
	sim.Demand(cfg.PerDay >= 0, "tencentsim: Config.PerDay: must not be negative")
	sim.Demand(cfg.LongestValue >= 0, "tencentsim: Config.LongestValue: must not be negative")
	sim.Demand(!slices.Contains(cfg.Signs, ""), "tencentsim: Config.Signs: must not be empty texts")
	for _, number := range cfg.Blocked {
		sim.Demand(sim.IsE164(number), "tencentsim: Config.Blocked: want numbers in E.164 form")
	}
	for id, template := range cfg.Templates {
		sim.Demand(id != "", "tencentsim: Config.Templates: want ids that are not empty")
		sim.Demand(cfg.shortest(template) <= longestText, "tencentsim: Config.Templates: a text is over %d characters without its values", longestText)
	}
}

// shortest is how many characters a template's text has at least: those between the
// values, and for the mainland a signature in its brackets.
func (cfg Config) shortest(template Template) int {
	text := places.Fill(template.Text, make([]string, places.Count(template.Text)))
	if template.International {
		return utf8.RuneCountInString(text)
	}
	sign := "签"
	if len(cfg.Signs) > 0 {
		sign = slices.MinFunc(cfg.Signs, func(a, b string) int { return utf8.RuneCountInString(a) - utf8.RuneCountInString(b) })
	}
	return utf8.RuneCountInString(sim.Signed(sign, text))
}
