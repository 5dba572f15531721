package provider

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

// Segments returns how many segments a text to a mainland number takes, which is
// how many messages the services charge for it: one for up to 70 characters,
// beyond that one for each 67, whatever the alphabet. sign is the signature, with
// or without its brackets 【】, which count; empty for none. Characters are counted
// as UTF-16 does it, so that most emoji are two; the two halves of one are never
// parted. Even an empty text is one segment.
func Segments(text, sign string) int {
	return countSegments(signed(text, sign), utf16Units, ucs2Single, ucs2Part)
}

// SegmentsAbroad is Segments for a number outside mainland China. A text that
// keeps to the GSM 7-bit alphabet (3GPP TS 23.038) has 160 characters in a single
// segment and 153 in each of several; the characters ^ { } \ [ ~ ] | € and the
// form feed are two. Any other text is counted as Segments does it. The brackets
// of a signature are not in that alphabet.
func SegmentsAbroad(text, sign string) int {
	whole := signed(text, sign)
	if !isGSM(whole) {
		return countSegments(whole, utf16Units, ucs2Single, ucs2Part)
	}
	return countSegments(whole, gsmUnits, gsmSingle, gsmPart)
}

// Estimate is how many segments a text takes.
type Estimate struct {
	// Mainland is for numbers of mainland China, Abroad for all others.
	Mainland, Abroad int
}

// Estimate returns how many segments the template's Text takes when it is filled
// with params. A parameter that params lacks counts as empty, so that without any
// it is the least that a text of this template can take. sign is the account's
// signature; the template's own takes its place. The error is an *Error of
// KindTemplate: there is no Text, or it is malformed.
func (t Template) Estimate(sign string, params Params) (Estimate, error) {
	if t.Text == "" {
		return Estimate{}, templateError("Text: there is none, so that its length is not known")
	}
	names, _ := placeNames(nil, t.Text) // Render reports what is wrong with the text
	filled := make(Params, len(names))
	for _, name := range names {
		filled[name] = params[name]
	}
	text, err := t.Render(filled)
	if err != nil {
		return Estimate{}, err
	}
	if t.Sign != "" {
		sign = t.Sign
	}
	return Estimate{Mainland: Segments(text, sign), Abroad: SegmentsAbroad(text, sign)}, nil
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

// countSegments fills parts one after the other. No character is split, which
// may leave the end of a part empty.
func countSegments(text string, units func(r rune) int, single, part int) int {
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
