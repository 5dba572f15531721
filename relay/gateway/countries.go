package gateway

import "slices"

// mainland is the calling code of mainland China.
const mainland = "86"

// noCountries are the calling codes that belong to no country: services that cost a
// multiple, satellites, and networks of their own. They are those of the territory 001,
// the world, in telephoneCodeData of Unicode's CLDR, which has them from ITU-T's list of
// assigned codes, and in the metadata of libphonenumber.
var noCountries = []string{
	"388",                      // groups of countries
	"800",                      // freephone
	"808",                      // shared cost
	"870",                      // Inmarsat
	"871", "872", "873", "874", // Inmarsat, by ocean
	"878",        // personal numbers
	"881",        // mobile satellites
	"882", "883", // international networks
	"888", // relief in disasters
	"979", // premium rate
	"991", // trials
}

func isNoCountry(code string) bool { return slices.Contains(noCountries, code) }
