package provider

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Redact strikes the given values out of a text that a service wrote, so that it can
// stand in an error. A value is found as it is, as it stands in a form, in an address or
// in JSON, and, if it is made of digits, in groups and in the digits of any script:
// 138-0013-8000. A value of one to three characters is struck out where it stands
// alone: as a part of words it would take every text to pieces. Where the text may
// repeat a message, use [Message.Redact].
//
// It is for the words of others. What a program says itself needs none.
func Redact(text string, values ...string) string {
	var found spans
	for reading := range readings(text) {
		for _, value := range values {
			found = append(found, reading.find(value)...)
		}
	}
	return found.strike(text)
}

// Redact strikes the recipient's number, the parameters' values and the given
// secrets out of text, all at once: one after the other, a code that occurs in a
// secret by chance would break it up and leave the rest of it standing.
// ASCII values shorter than four bytes, such as a number of minutes, stay: striking
// them out would make the text unreadable. A code goes whatever its length.
func (m Message) Redact(text string, secrets ...string) string {
	values := append([]string{m.To.National(), m.Params[ParamCode]}, secrets...)
	for _, value := range m.Params {
		if len(value) >= shortestSecret || !isASCII(value) {
			values = append(values, value)
		}
	}
	return Redact(text, values...)
}

// shortestSecret is the length, in bytes, from which a parameter's value is
// taken for something that identifies a person or opens a door.
const shortestSecret = 4

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
}

// find lists where the value stands in the reading.
func (r reading) find(value string) spans {
	switch {
	case value == "":
		return nil
	case r.onlyDigits:
		return r.findDigits(value)
	}
	return r.findText(value)
}

func (r reading) findText(value string) spans {
	var found spans
	for from := 0; ; {
		at := strings.Index(r.text[from:], value)
		if at < 0 {
			return found
		}
		begin, end := from+at, from+at+len(value)
		if !isShort(value) || r.standsAlone(begin, end) {
			found = append(found, span{r.begin(begin), r.end(end - 1)})
			from = end
			continue
		}
		from = begin + 1
	}
}

// isShort reports whether value has too few characters to be struck out of the middle of
// a word.
func isShort(value string) bool { return len(value) < shortestSecret && isASCII(value) }

// standsAlone reports whether text[begin:end] is a word or a number of its own.
func (r reading) standsAlone(begin, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(r.text[:begin])
	first, _ := utf8.DecodeRuneInString(r.text[begin:])
	last, _ := utf8.DecodeLastRuneInString(r.text[:end])
	after, _ := utf8.DecodeRuneInString(r.text[end:])
	return !areOneWord(before, first) && !areOneWord(last, after)
}

// areOneWord reports whether two characters side by side belong together: two digits, or
// two letters of the Latin alphabet and the like.
func areOneWord(a, b rune) bool {
	letter := func(r rune) bool { return r < utf8.RuneSelf && unicode.IsLetter(r) }
	return unicode.IsDigit(a) && unicode.IsDigit(b) || letter(a) && letter(b)
}

const (
	// longestCode is the length up to which digits meet by chance, as in a date.
	longestCode = 8
	// fewestGrouped is how many digits somebody may write in groups.
	fewestGrouped = 4
)

// findDigits finds a number in a reading that has nothing but digits. A short one counts
// only where a group of digits begins and another one ends.
func (r reading) findDigits(value string) spans {
	if len(value) < fewestGrouped || strings.Trim(value, "0123456789") != "" {
		return nil
	}
	var found spans
	for from := 0; ; {
		at := strings.Index(r.text[from:], value)
		if at < 0 {
			return found
		}
		begin, end := from+at, from+at+len(value)
		from = begin + 1
		isGroup := (begin == 0 || r.end(begin-1) < r.begin(begin)) && (end == len(r.text) || r.end(end-1) < r.begin(end))
		if r.together(begin, end) && (len(value) > longestCode || isGroup) {
			found = append(found, span{r.begin(begin), r.end(end - 1)})
		}
	}
}

// widestGap is how many bytes may stand between two digits of one number.
const widestGap = 8

// together reports whether no two neighbours in text[begin:end] are too far apart.
func (r reading) together(begin, end int) bool {
	for i := begin + 1; i < end; i++ {
		if r.begin(i)-r.end(i-1) > widestGap {
			return false
		}
	}
	return true
}
