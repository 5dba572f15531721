// Package ranges tells what kind of subscription a mainland number range is for.
// It answers from a small built-in table, so the answer is a hint: numbers move
// between carriers, and ranges change. Real people use virtual operators: let a
// range lead to a challenge, not to a refusal.
package ranges

import (
	"strings"

	"github.com/cnsms/cnsms/provider"
)

// Range is a kind of number range.
type Range int

const (
	// Ordinary is a range of one of the four carriers' own, or a number outside
	// mainland China.
	Ordinary Range = iota
	// Virtual is a range of virtual operators (162, 165, 167, 170, 171).
	Virtual
	// Data is a range for data cards and the internet of things (14x).
	Data
	// Satellite is a range for satellite phones (1349, 1740, 1749).
	Satellite
)

// String returns "ordinary", "virtual", "data" or "satellite".
func (r Range) String() string {
	switch r {
	case Virtual:
		return "virtual"
	case Data:
		return "data"
	case Satellite:
		return "satellite"
	}
	return "ordinary"
}

// table lists the prefixes that are not ordinary. They are general knowledge, not
// checked against the current numbering plan.
var table = []struct {
	prefix string
	kind   Range
}{
	{"1349", Satellite},
	{"1740", Satellite},
	{"1749", Satellite},
	{"162", Virtual},
	{"165", Virtual},
	{"167", Virtual},
	{"170", Virtual},
	{"171", Virtual},
	{"14", Data},
}

// Of returns the range that the number belongs to. The zero Phone is Ordinary.
func Of(phone provider.Phone) Range {
	if !phone.IsMainland() {
		return Ordinary
	}
	national := phone.National()
	for _, entry := range table {
		if strings.HasPrefix(national, entry.prefix) {
			return entry.kind
		}
	}
	return Ordinary
}
