package provider

import (
	"strings"
	"unicode"
)

const (
	longestE164  = 15 // digits, ITU-T E.164 section 6
	shortestE164 = 7  // digits; shorter international numbers are not in use
	longestTyped = longestE164 + len("00")
)

// readPhone reads what ParsePhone accepts, or says what is wrong with it.
func readPhone(text string) (p Phone, problem string) {
	var memory [longestTyped]byte // on the stack
	digits, plus, problem := readDigits(memory[:0], text)
	if problem != "" {
		return Phone{}, problem
	}
	n, problem := splitNumber(string(digits), plus)
	if problem != "" {
		return Phone{}, problem
	}
	return n.phone(), ""
}

// readDigits appends the digits of text to digits. It drops separators, and a
// leading plus, which it reports.
func readDigits(digits []byte, text string) (_ []byte, plus bool, problem string) {
	for _, r := range strings.TrimSpace(text) {
		r = halfWidth(r)
		switch {
		case r >= '0' && r <= '9':
			if len(digits) == longestTyped {
				return nil, false, "phone number: too long"
			}
			digits = append(digits, byte(r))
		case r == '+' && len(digits) == 0 && !plus:
			plus = true
		case isSeparator(r):
		default:
			return nil, false, "phone number: has a character that is neither a digit nor a separator"
		}
	}
	return digits, plus, ""
}

// halfWidth turns the full-width forms that Chinese input methods produce into
// ASCII.
func halfWidth(r rune) rune {
	const first, last, shift = '！', '～', '！' - '!'
	if r >= first && r <= last {
		return r - shift
	}
	return r
}

// isSeparator reports whether r may stand between digits: a dot, a parenthesis,
// any space or dash, or an invisible format character.
func isSeparator(r rune) bool {
	switch r {
	case ' ', '-', '.', '(', ')', '\t':
		return true
	}
	return unicode.In(r, unicode.Zs, unicode.Pd, unicode.Cf)
}

// splitNumber parts the digits of a number into its country and the rest. A plus
// or 00 in front says that they begin with the country calling code.
func splitNumber(digits string, plus bool) (n number, problem string) {
	if plus {
		return splitInternational(digits)
	}
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		return splitInternational(rest)
	}
	return splitMainland(digits)
}

func splitMainland(digits string) (n number, problem string) {
	if digits == "" {
		return number{}, emptyPhone
	}
	if isMainlandMobile(digits) {
		return number{mainland, digits}, ""
	}
	if rest, ok := strings.CutPrefix(digits, mainland); ok && isMainlandMobile(rest) {
		return number{mainland, rest}, ""
	}
	return number{}, "phone number: not a mainland mobile number (11 digits beginning with 13 to 19); " +
		"write other countries with + and the country code"
}

func splitInternational(digits string) (n number, problem string) {
	country := callingCode(digits)
	switch {
	case digits == "":
		return number{}, emptyPhone
	case country == "":
		return number{}, "phone number: no such country code"
	case country == mainland:
		national := digits[len(mainland):]
		if !isMainlandMobile(national) {
			return number{}, "phone number: +86 wants a mobile number, 11 digits beginning with 13 to 19"
		}
		return number{mainland, national}, ""
	case len(digits) > longestE164:
		return number{}, "phone number: longer than the 15 digits of E.164"
	case len(digits) < shortestE164:
		return number{}, "phone number: too short"
	}
	return number{country, digits[len(country):]}, ""
}

const emptyPhone = "phone number: empty"

func isMainlandMobile(digits string) bool {
	return len(digits) == 11 && digits[0] == '1' && digits[1] >= '3'
}
