package provider

import (
	"strings"
	"unicode"
)

// CleanCode reads a one-time code as people type and paste it: without the spaces, line
// ends, dashes, dots and parentheses that may stand between its characters, without the
// invisible marks that come along from another program, and with full-width characters
// and the digits of other scripts as ordinary ones. What is anything else stays, so that
// a wrong code stays wrong. [Verify] reads codes in this way; use it before a comparison
// with a code of your own.
func CleanCode(code string) string { return strings.Map(codeRune, code) }

// codeRune is a character of a code as it is compared, or -1 for one that is skipped.
func codeRune(r rune) rune {
	digit, isDigit := decimalDigit(r)
	switch {
	case isDigit:
		return rune(digit)
	case r < unicode.MaxASCII:
		if strings.ContainsRune(" \t\r\n\v\f-.()", r) {
			return -1
		}
		return r
	case r >= '！' && r <= '～': // full-width forms
		return codeRune(r - '！' + '!')
	case isSpacer(r):
		return -1
	}
	return r
}

// isSpacer reports whether r only separates characters, or is not even seen.
func isSpacer(r rune) bool {
	const minus = '−'
	return r == minus || unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp, unicode.Pd, unicode.Cf, unicode.Cc,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
