package aliyunsim

import (
	"slices"
	"strings"
	"unicode"

	"github.com/cnsms/cnsms/sim"
)

// demand panics when the configuration is one that no request could satisfy, or has
// numbers, signatures and templates that no request could name.
func (cfg Config) demand() {
	isIDOK := sim.IsHeaderValue(cfg.AccessKeyID) && !strings.ContainsAny(cfg.AccessKeyID, ", ")
	sim.Demand(isIDOK, "aliyunsim: Config.AccessKeyID: must not be empty, nor have a space, comma or control character")
	sim.Demand(cfg.AccessKeySecret != "", "aliyunsim: Config.AccessKeySecret: must not be empty")
	isTokenOK := cfg.SecurityToken == "" || sim.IsHeaderValue(cfg.SecurityToken)
	sim.Demand(isTokenOK, "aliyunsim: Config.SecurityToken: must not have space around it, nor control characters")
	for name, sign := range cfg.Signs {
		sim.Demand(isSign(name), "aliyunsim: Config.Signs: want names that are not empty, without brackets and white space")
		_, isState := signStatuses[sign.State]
		sim.Demand(isState, "aliyunsim: Config.Signs: State: no such state: %d", sign.State)
		for _, state := range []FilingState{sign.Filing.Mobile, sign.Filing.Unicom, sign.Filing.Telecom} {
			_, isState = registerStatuses[state]
			sim.Demand(isState, "aliyunsim: Config.Signs: Filing: no such state: %d", state)
		}
	}
	for code, template := range cfg.Templates {
		sim.Demand(code != "", "aliyunsim: Config.Templates: want codes that are not empty")
		sim.Demand(!template.Code || len(places.Names(template.Text)) == 1, "aliyunsim: Config.Templates: a template for codes has one variable")
	}
	for _, number := range cfg.Blocked {
		sim.Demand(sim.IsE164(number), "aliyunsim: Config.Blocked: want numbers in E.164 form")
	}
	cfg.Verification.demand()
}

func (cfg VerificationConfig) demand() {
	isOther := func(sign string) bool { return !isSign(sign) }
	sim.Demand(!slices.ContainsFunc(cfg.Signs, isOther), "aliyunsim: Config.Verification.Signs: want names that are not empty, without brackets and white space")
	for code := range cfg.Templates {
		sim.Demand(code != "", "aliyunsim: Config.Verification.Templates: want codes that are not empty")
	}
	sim.Demand(cfg.CodeLife >= 0, "aliyunsim: Config.Verification.CodeLife: must not be negative")
	sim.Demand(cfg.Tries >= 0, "aliyunsim: Config.Verification.Tries: must not be negative")
}

// isSign reports whether a text can be a signature.
func isSign(text string) bool {
	return text != "" && !strings.ContainsAny(text, "【】") && !strings.ContainsFunc(text, unicode.IsSpace)
}
