package adapter

import (
	"slices"

	"github.com/cnsms/cnsms/provider"
)

// Phones checks the phones of a batch: there is one at least, and none is the zero Phone.
func (c *Call) Phones(to []provider.Phone) error {
	if len(to) == 0 {
		return c.Fail(provider.KindRecipient, "to: no phone numbers")
	}
	if i := slices.IndexFunc(to, provider.Phone.IsZero); i >= 0 {
		return c.Fail(provider.KindRecipient, "to[%d]: no phone number", i)
	}
	return nil
}

// Parts splits the phones of a batch, each taken once, into parts of up to size, which are
// all mainland or all not: services take no mixture.
func Parts(to []provider.Phone, size int) [][]provider.Phone {
	var mainland, foreign []provider.Phone
	seen := make(map[provider.Phone]bool, len(to))
	for _, phone := range to {
		switch {
		case seen[phone]:
		case phone.IsMainland():
			mainland = append(mainland, phone)
		default:
			foreign = append(foreign, phone)
		}
		seen[phone] = true
	}
	parts := slices.Collect(slices.Chunk(mainland, size))
	return slices.AppendSeq(parts, slices.Chunk(foreign, size))
}

// Results are the results of a batch in the order of its phones. A phone that stands in the
// list twice has the same result in both places.
func Results(to []provider.Phone, byPhone map[provider.Phone]provider.BatchResult) []provider.BatchResult {
	results := make([]provider.BatchResult, len(to))
	for i, phone := range to {
		results[i] = byPhone[phone]
	}
	return results
}
