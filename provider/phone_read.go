package provider

import "strings"

const (
	longestE164  = 15 // digits, ITU-T E.164 section 6
	shortestE164 = 7  // digits; shorter international numbers are not in use
	longestTyped = len("00") + longestE164 + len("06")
)

// readPhone reads what ParsePhone accepts, or says what is wrong with it.
func readPhone(text string) (p Phone, problem string) {
	var typed typedNumber
	if problem := typed.read(text); problem != "" {
		return Phone{}, problem
	}
	n, problem := splitNumber(string(typed.digits()), typed.plus)
	if problem != "" {
		return Phone{}, problem
	}
	if n.country != mainland && typed.doubt() != "" { // 11 digits leave no doubt
		return Phone{}, typed.doubt()
	}
	return n.phone(), ""
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
	if national, ok := mainlandMobile(digits); ok {
		return number{mainland, national}, ""
	}
	if rest, ok := strings.CutPrefix(digits, mainland); ok {
		if national, ok := mainlandMobile(rest); ok {
			return number{mainland, national}, ""
		}
	}
	return number{}, "phone number: not a mainland mobile number (11 digits beginning with 13 to 19); " +
		"write other countries with + and the country code"
}

func splitInternational(digits string) (n number, problem string) {
	country := callingCode(digits)
	switch country {
	case mainland:
		national, ok := mainlandMobile(digits[len(country):])
		if !ok {
			return number{}, "phone number: +86 wants a mobile number, 11 digits beginning with 13 to 19"
		}
		return number{mainland, national}, ""
	case "":
		if digits == "" {
			return number{}, emptyPhone
		}
		return number{}, "phone number: no such country code"
	}
	national, problem := cutNationalPrefix(country, digits[len(country):])
	if problem != "" {
		return number{}, problem
	}
	switch length := len(country) + len(national); {
	case length > longestE164:
		return number{}, "phone number: longer than the 15 digits of E.164"
	case length < shortestE164:
		return number{}, "phone number: too short"
	}
	return number{country, national}, ""
}

const emptyPhone = "phone number: empty"

// mainlandMobile returns the 11 digits of a mobile number, which may be dialled
// with a 0 in front.
func mainlandMobile(digits string) (national string, ok bool) {
	national = strings.TrimPrefix(digits, "0")
	return national, len(national) == 11 && national[0] == '1' && national[1] >= '3'
}
