package acmesim

import (
	"slices"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// refusals is the table of failures, written down a second time: a slip in the
// adapter's shows when the two are compared.
var refusals = []sim.Refusal{
	{Code: "bad_number", Kind: provider.KindRecipient, Text: "the number is malformed"},
	{Code: "opted_out", Kind: provider.KindBlocked, Text: "the owner of the number wants no texts"},
	{Code: "bad_values", Kind: provider.KindTemplate, Text: "the values do not fit the template"},
	{Code: "no_template", Kind: provider.KindTemplate, Text: "no such template"},
	{Code: "bad_key", Kind: provider.KindAuth, Text: "no such key"},
	{Code: "bad_sign", Kind: provider.KindAuth, Text: "the signature is wrong"},
	{Code: "bad_time", Kind: provider.KindAuth, Text: "the time is too far away"},
	{Code: "no_credit", Kind: provider.KindBalance, Text: "no credit left"},
	{Code: "number_limit", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "one text a minute per number"},
	{Code: "key_limit", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "too many requests"},
	{Code: "busy", Kind: provider.KindUnavailable, Text: "try again later; nothing was sent"},
	{Code: "bad_request", Kind: provider.KindConfig, Text: "the request is malformed"},
}

// Refusals lists the failures that a send can be answered with.
func (s *Service) Refusals() []sim.Refusal { return slices.Clone(refusals) }

// refusal is a row of the table that the simulator itself uses.
func refusal(code string) sim.Refusal {
	found, _ := sim.FindRefusal(refusals, code)
	return found
}
