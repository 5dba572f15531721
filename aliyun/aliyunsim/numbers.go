package aliyunsim

import (
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/segments"
	"github.com/cnsms/cnsms/sim"
)

// e164 reads the forms that the service documents: 11 digits of the mainland, bare or
// behind +, +86, 0086 or 86, and abroad the country code and the number without a plus.
// It is empty for what is no number.
func e164(number string) string {
	for _, before := range []string{"", "+86", "0086", "86", "+"} {
		if rest, ok := strings.CutPrefix(number, before); ok && isMainland("+86"+rest) {
			return "+86" + rest
		}
	}
	phone, err := provider.ParsePhone("+" + number)
	if err != nil || !sim.IsDigits(number) || phone.IsMainland() || phone.CountryCode() == "1" && len(phone.National()) != northAmerican {
		return ""
	}
	return phone.E164()
}

// northAmerican is how many digits a number of country code 1 has. One digit too many of
// a mainland number is none.
const northAmerican = 10

// isMainland reports whether a number in E.164 form is a mobile number of the mainland.
func isMainland(number string) bool {
	national, ok := strings.CutPrefix(number, "+86")
	return ok && sim.IsMainland(national) && national[1] >= '3'
}

// billed is how many segments are billed.
func billed(text sim.Text) int {
	if isMainland(text.To) {
		return segments.Count(text.Text, "")
	}
	return segments.CountAbroad(text.Text, "")
}
