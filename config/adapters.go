// Package config holds the one list of providers: what there is, what each can
// do and how far it has been tested. Programs that offer every provider start
// from it, and the tables of the documentation are made from it.
//
// Adding an adapter takes one entry in Adapters and nothing else outside the
// adapter's folder.
package config

import (
	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/provider"
)

// Adapter describes one adapter of this module.
type Adapter struct {
	// Name is the adapter's default provider name and the name of its package.
	Name string
	// Service is what the service is called in English, ServiceZH in Chinese.
	Service, ServiceZH string
	// Code says who makes the code in a text.
	Code provider.CodeOrigin
	// Limits are the service's limits per number, in a few words.
	Limits string
	// Maturity is how far the adapter has been used.
	Maturity Maturity
	// FactsRead is the day on which the service's facts were last read.
	FactsRead string

	// provider is a nil pointer of the adapter's type, to see what it can do.
	provider provider.Provider
}

// Maturity is how far an adapter has been used.
type Maturity string

// Simulated means: tested to the byte against the service's documented wire
// format and on the simulator, not yet with a real account.
const Simulated Maturity = "simulated"

// Adapters lists every adapter, in the order of the documentation.
func Adapters() []Adapter {
	return []Adapter{
		{"ihuyi", "Ihuyi", "互亿无线", provider.CodeByCaller, "1/s, 5/day", Simulated, "2026-11-21", (*ihuyi.Provider)(nil)},
	}
}

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
