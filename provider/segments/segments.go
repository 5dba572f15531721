// Package segments counts the segments of a text, before it is sent. A long text
// travels in several segments, and the services charge for each.
//
// Count what the phone will show: the rendered text of a template, and the
// signature that the service puts before it.
//
// The package uses the standard library only.
package segments

import (
	"strings"
	"unicode/utf16"
)

// How many characters a segment holds. A text that needs several has a little
// less room in each, because each carries a header that says how to join them.
const (
	ucs2Single, ucs2Part = 70, 67   // UTF-16 code units
	gsmSingle, gsmPart   = 160, 153 // characters of the GSM 7-bit alphabet
)

// Count returns how many segments a text to a mainland number takes, which is how
// many messages the services charge for it: one for up to 70 characters, beyond
// that one for each 67, whatever the alphabet. sign is the signature, with or
// without its brackets 【】, which count; empty for none. Characters are counted as
// UTF-16 does it, so that most emoji are two; the two halves of one are never
// parted. Even an empty text is one segment.
func Count(text, sign string) int {
	return count(signed(text, sign), utf16Units, ucs2Single, ucs2Part)
}

// CountAbroad is Count for a number outside mainland China. A text that keeps to
// the GSM 7-bit alphabet (3GPP TS 23.038) has 160 characters in a single segment
// and 153 in each of several; the characters ^ { } \ [ ~ ] | € and the form feed
// are two. Any other text is counted as Count does it. The brackets of a signature
// are not in that alphabet.
func CountAbroad(text, sign string) int {
	whole := signed(text, sign)
	if !isGSM(whole) {
		return count(whole, utf16Units, ucs2Single, ucs2Part)
	}
	return count(whole, gsmUnits, gsmSingle, gsmPart)
}

// signed puts the signature before the text. Where it stands makes no difference
// to the count but for characters that two segments would split.
func signed(text, sign string) string {
	sign = strings.TrimSuffix(strings.TrimPrefix(sign, "【"), "】")
	if sign == "" {
		return text
	}
	return "【" + sign + "】" + text
}

// count fills segments one after the other. No character is split, which may leave
// the end of a segment empty.
func count(text string, units func(r rune) int, single, part int) int {
	total, segments, filled := 0, 1, 0
	for _, r := range text {
		n := units(r)
		total += n
		filled += n
		if filled > part {
			segments++
			filled = n
		}
	}
	if total <= single {
		return 1
	}
	return segments
}

// utf16Units counts a character. Bytes that are no UTF-8 are read, and sent, as
// the replacement character.
func utf16Units(r rune) int { return utf16.RuneLen(r) }
