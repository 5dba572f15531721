// Package scrub removes the text of a job, its recipient and everything that looks like
// a number or a code from what a phone or a program says about a failure, so that logs
// and the gateway's history can hold it.
package scrub

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/relayapi"
)

const (
	hidden = "***"
	// shortestCode is how many digits in a row are taken for a code or a part of a
	// phone number. Error codes of networks and modems have up to three.
	shortestCode = 4
)

// Failure returns what logs and the history may hold of a failure's text.
func Failure(said string, to relayapi.Number, text relayapi.Text) string {
	said = provider.Redact(said, string(to), strings.TrimPrefix(string(to), "+86"), string(text))
	return cut(strings.TrimSpace(hideDigits(oneLine(said))))
}

// oneLine replaces line ends and other control characters by spaces.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s)
}

// hideDigits replaces every group of at least shortestCode digits. Digits of any
// script count, and separators inside a group do not break it.
func hideDigits(s string) string {
	var out strings.Builder
	runes := []rune(s)
	for i := 0; i < len(runes); {
		end, digits := group(runes[i:])
		switch {
		case digits >= shortestCode:
			out.WriteString(hidden)
			i += end
		case end > 0:
			out.WriteString(string(runes[i : i+end]))
			i += end
		default:
			out.WriteRune(runes[i])
			i++
		}
	}
	return out.String()
}

// group returns the length of the group of digits at the start of runes, up to its
// last digit, and how many digits it has.
func group(runes []rune) (end, digits int) {
	for i, r := range runes {
		switch {
		case unicode.IsDigit(r):
			digits++
			end = i + 1
		case digits == 0 || !strings.ContainsRune(" -.", r) || i != end:
			return end, digits
		}
	}
	return end, digits
}

func cut(s string) string {
	if utf8.RuneCountInString(s) <= relayapi.MaxFailureText {
		return s
	}
	return string([]rune(s)[:relayapi.MaxFailureText-1]) + "…"
}
