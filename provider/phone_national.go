package provider

import "strings"

// People write the prefix of calls inside a country into an international number:
// +44 (0)7700 900123. "In the international service the trunk prefix of the country
// of destination must not be dialled" (ITU Operational Bulletin 994, annex), so the
// phone without it is the same phone, and the one with it does not exist.
//
// The lists below were read off Google's libphonenumber metadata, as Go module
// github.com/nyaruka/phonenumbers v1.8.1 has them, on 2026-11-27: all plans whose
// mobile or fixed numbers may begin with 0, and all national prefixes but 0.

// ownZeros are the plans in which numbers begin with a 0 of their own. It belongs
// to the number as long as that has no more digits than the plan allows. Toll-free
// numbers that begin with 0 are left out: no text gets there.
var ownZeros = []struct {
	country string
	prefix  string
	longest int // digits
}{
	{"39", "0", 12},   // Italy and the Vatican: lines at home. Mobile numbers begin with 3.
	{"225", "0", 10},  // Côte d'Ivoire
	{"226", "0", 8},   // Burkina Faso
	{"229", "0", 10},  // Benin
	{"241", "0", 8},   // Gabon. Since 2019-11-15 a 0 before 8 digits is for calls at home (RFI, same day).
	{"242", "0", 9},   // Congo (Brazzaville)
	{"250", "06", 8},  // Rwanda: lines of one operator. Mobile numbers have 0 as prefix.
	{"378", "05", 10}, // San Marino: lines at home
	{"800", "0", 8},   // no country: free numbers
	{"881", "0", 9},   // no country: satellites
	{"888", "0", 11},  // no country: relief work
	{"992", "0", 9},   // Tajikistan
}

// otherPrefixes are the national prefixes that are not a single 0. Those of fixed
// length are certain: a number of that plan has no digit more.
var otherPrefixes = []struct {
	country           string
	prefix            string
	shortest, longest int // digits behind the prefix
}{
	{"1", "1", 10, 10}, // North America
	{"7", "8", 10, 10}, // Russia, Kazakhstan
	{"36", "06", 8, 9}, // Hungary
	{"370", "8", 8, 8}, // Lithuania, beside 0
	{"375", "8", 9, 9}, // Belarus
	{"375", "80", 9, 9},
	{"692", "1", 7, 7}, // Marshall Islands
	{"993", "8", 8, 8}, // Turkmenistan
}

// cutNationalPrefix returns the number without the prefix of calls inside the
// country.
func cutNationalPrefix(country, digits string) (national, problem string) {
	national = cutOnePrefix(country, digits)
	if national != digits && cutOnePrefix(country, national) != national {
		return "", "phone number: what stands behind the country code begins with more than one national prefix"
	}
	return national, ""
}

func cutOnePrefix(country, digits string) string {
	if rest := cutOtherPrefix(country, digits); rest != digits {
		return rest
	}
	if hasOwnZero(country, digits) {
		return digits
	}
	return strings.TrimPrefix(digits, "0")
}

func cutOtherPrefix(country, digits string) string {
	for _, p := range otherPrefixes {
		if p.country != country {
			continue
		}
		rest, ok := strings.CutPrefix(digits, p.prefix)
		if ok && len(rest) >= p.shortest && len(rest) <= p.longest {
			return rest
		}
	}
	return digits
}

func hasOwnZero(country, national string) bool {
	if !strings.HasPrefix(national, "0") {
		return false
	}
	for _, own := range ownZeros {
		if own.country == country {
			return strings.HasPrefix(national, own.prefix) && len(national) <= own.longest
		}
	}
	return false
}
