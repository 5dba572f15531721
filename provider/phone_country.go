package provider

// callingCode returns the country calling code that digits begin with, or "".
//
// Calling codes are prefix-free by design: world zones 1 and 7 use one digit,
// the codes below use two, and every other code uses three (ITU-T E.164, list
// of assigned country codes, status of 2016-12-15).
func callingCode(digits string) string {
	if len(digits) < 4 || digits[0] == '0' {
		return ""
	}
	if digits[0] == '1' || digits[0] == '7' {
		return digits[:1]
	}
	if hasTwoDigitCode(digits[0], digits[1]) {
		return digits[:2]
	}
	return digits[:3]
}

func hasTwoDigitCode(first, second byte) bool {
	var seconds string
	switch first {
	case '2':
		seconds = "07"
	case '3':
		seconds = "0123469"
	case '4':
		seconds = "013456789"
	case '5':
		seconds = "12345678"
	case '6':
		seconds = "0123456"
	case '8':
		seconds = "1246"
	case '9':
		seconds = "0123458"
	}
	for i := range len(seconds) {
		if seconds[i] == second {
			return true
		}
	}
	return false
}
