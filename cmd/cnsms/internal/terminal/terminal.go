// Package terminal makes what others wrote harmless to print: a terminal obeys control
// characters, and a gateway may be somebody else's.
package terminal

import (
	"strings"
	"unicode"
)

// Text returns a text with U+FFFD in the place of every character that does not print, line
// ends excepted.
func Text(text string) string { return keep(text, "\n") }

// Line is Text for one line: line ends are replaced too.
func Line(text string) string { return keep(text, "") }

func keep(text, also string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || strings.ContainsRune(also, r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}
