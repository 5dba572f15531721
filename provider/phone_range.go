package provider

import "strings"

// PhoneRange says what kind of subscription a mainland number range is for.
type PhoneRange int

const (
	// RangeOrdinary is a number of one of the four carriers' own ranges, or a
	// number outside mainland China.
	RangeOrdinary PhoneRange = iota
	// RangeVirtual is a range of virtual operators (162, 165, 167, 170, 171).
	RangeVirtual
	// RangeData is a range for data cards and the internet of things (14x).
	RangeData
	// RangeSatellite is a range for satellite phones (1349, 1740).
	RangeSatellite
)

// String returns "ordinary", "virtual", "data" or "satellite".
func (r PhoneRange) String() string {
	switch r {
	case RangeVirtual:
		return "virtual"
	case RangeData:
		return "data"
	case RangeSatellite:
		return "satellite"
	}
	return "ordinary"
}

// ranges lists the prefixes that are not ordinary. They are general knowledge,
// not checked against the current numbering plan, and real people use virtual
// operators: let a range lead to a challenge, not to a refusal.
var ranges = []struct {
	prefix string
	kind   PhoneRange
}{
	{"1349", RangeSatellite},
	{"1740", RangeSatellite},
	{"162", RangeVirtual},
	{"165", RangeVirtual},
	{"167", RangeVirtual},
	{"170", RangeVirtual},
	{"171", RangeVirtual},
	{"14", RangeData},
}

// Range tells the kind of number range. It is a hint from a small built-in
// table: numbers are ported between carriers and ranges change.
func (p Phone) Range() PhoneRange {
	if !p.IsMainland() {
		return RangeOrdinary
	}
	for _, r := range ranges {
		if strings.HasPrefix(p.National(), r.prefix) {
			return r.kind
		}
	}
	return RangeOrdinary
}
