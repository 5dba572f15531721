package provider

import "unicode"

// mark is what a character that is no digit means in a phone number.
type mark int

const (
	markNone  mark = iota // it has no place there
	markSpace             // any space, line end, or character that nobody sees
	markDash
	markDot
	markOpen  // an opening bracket
	markClose // a closing bracket
	markPlus
	markStar // a masked number has them
)

// markOf tells what r means. The dashes, dots and brackets are those that Chinese
// keyboards, address books and PDF files put between groups of digits. What means
// "or", "and" or "to" (a slash, a comma, a semicolon, a wave) is none of them.
func markOf(r rune) mark {
	switch r {
	case ' ', '\t', '\n', '\r':
		return markSpace
	case '-', 0x02D7, 0x2043, 0x207B, 0x208B, 0x2212, 0x2500, 0x2501, 0x2796: // minus signs, a bullet, lines of a frame
		return markDash
	case '.', 0x00B7, 0x0387, 0x2022, 0x2024, 0x2027, 0x2219, 0x22C5, 0x2E31, 0x2E33, 0x3002, 0x30FB, 0xFE52, 0xFF61, 0xFF65:
		return markDot
	case '+', 0x207A, 0x2795, 0xFE62:
		return markPlus
	case '*':
		return markStar
	case 0x301C, 0x3030: // waves mean "to"
		return markNone
	case 0x201A, 0x201E, 0x2E42, 0x301D, 0x301E, 0x301F: // quotation marks, some of which look like a comma
		return markNone
	}
	switch {
	case unicode.Is(unicode.White_Space, r), isIgnorable(r), r == 0x2800: // the last one is a blank in Braille
		return markSpace
	case unicode.Is(unicode.Pd, r):
		return markDash
	case unicode.Is(unicode.Ps, r):
		return markOpen
	case unicode.Is(unicode.Pe, r):
		return markClose
	}
	return markNone
}

// isIgnorable reports whether r has the property Default_Ignorable_Code_Point:
// nothing is shown for it. The Unicode standard derives the property like this
// (DerivedCoreProperties.txt of Unicode 15.0).
func isIgnorable(r rune) bool {
	if !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Cf, unicode.Variation_Selector) {
		return false
	}
	isAnnotation := r >= 0xFFF9 && r <= 0xFFFB
	isEgyptianFormat := r >= 0x13430 && r <= 0x13440
	return !isAnnotation && !isEgyptianFormat && !unicode.In(r, unicode.White_Space, unicode.Prepended_Concatenation_Mark)
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

// decimalDigit returns the digit, '0' to '9', that r is in any script.
func decimalDigit(r rune) (digit byte, ok bool) {
	if r <= unicode.MaxASCII {
		return asciiDigit(r)
	}
	return digitOfScript(r)
}

const digits = "0123456789"

func asciiDigit(r rune) (digit byte, ok bool) {
	if r < '0' || r > '9' {
		return 0, false
	}
	return digits[r-'0'], true
}

// digitOfScript finds the digit by its place: the decimal digits of Unicode stand in
// sets of ten, from zero to nine, and each range of the table is one set or several.
func digitOfScript(r rune) (digit byte, ok bool) {
	for _, sets := range unicode.Nd.R16 {
		if place := int(r) - int(sets.Lo); place >= 0 && int(r) <= int(sets.Hi) {
			return digits[place%len(digits)], true
		}
	}
	for _, sets := range unicode.Nd.R32 {
		if place := int(r) - int(sets.Lo); place >= 0 && int(r) <= int(sets.Hi) {
			return digits[place%len(digits)], true
		}
	}
	return 0, false
}
