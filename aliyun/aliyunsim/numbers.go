package aliyunsim

import (
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/segments"
	"github.com/cnsms/cnsms/sim"
)

// e164 reads the forms that the service documents: 11 digits of the mainland, bare or
// behind +, +86, 0086 or 86, and abroad the country code and the number without a plus.
// What is no number stays as it is.
func e164(number string) string {
	for _, before := range []string{"", "+86", "0086", "86", "+"} {
		if rest, ok := strings.CutPrefix(number, before); ok && isMainland("+86"+rest) {
			return "+86" + rest
		}
	}
	if phone, err := provider.ParsePhone("+" + number); err == nil && sim.IsDigits(number) && !phone.IsMainland() {
		return phone.E164()
	}
	return number
}

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
