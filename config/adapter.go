package config

import "github.com/cnsms/cnsms/provider"

// Adapter describes one adapter of this module.
type Adapter struct {
	// Name is the adapter's default provider name and the name of its package.
	Name string
	// Service is what the service is called.
	Service Text
	// Reach is where the adapter sends to.
	Reach Reach
	// Codes says who makes the codes in its texts, the usual way first.
	Codes []provider.CodeOrigin
	// Limits are the service's default limits, per number where nothing else is
	// said.
	Limits Text
	// Maturity is how far the adapter has been used.
	Maturity Maturity
	// Tested is how it is tested.
	Tested Text
	// FactsRead is the day on which the service's facts were last read. Empty for
	// the relay, whose protocol is the project's own.
	FactsRead string

	// provider is a nil pointer of the adapter's type, to see what it can do.
	provider provider.Provider
}

// Text is a few words in English and Chinese.
type Text struct{ EN, ZH string }

// Reach is where an adapter sends to.
type Reach int

const (
	// ReachMainland: numbers of mainland China.
	ReachMainland Reach = iota
	// ReachAbroad: numbers abroad too.
	ReachAbroad
	// ReachAbroadApart: numbers abroad too, but with an account of their own.
	ReachAbroadApart
)

// Maturity is how far an adapter has been used.
type Maturity int

// Simulated means: tested against the service's documented wire format, not yet
// with a real account or phone.
const Simulated Maturity = iota

// Abilities says which of the optional interfaces of package provider an
// adapter has.
type Abilities struct {
	Batch, Verify, Balance, Status, PullReports, PushedReports, Captcha bool
}

// Abilities looks at the adapter's type.
func (a Adapter) Abilities() Abilities {
	var can Abilities
	_, can.Batch = a.provider.(provider.BatchSender)
	_, can.Verify = a.provider.(provider.Verifier)
	_, can.Balance = a.provider.(provider.BalanceReader)
	_, can.Status = a.provider.(provider.StatusReader)
	_, can.PullReports = a.provider.(provider.ReportPuller)
	_, can.PushedReports = a.provider.(provider.ReportParser)
	_, can.Captcha = a.provider.(provider.CaptchaIssuer)
	return can
}
