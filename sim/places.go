package sim

import (
	"regexp"
	"strconv"
	"strings"
)

// Places is how a service marks where the values go in the text of a template.
type Places struct {
	mark     *regexp.Regexp
	numbered bool
}

// InOrder are places that take one value after the other, whatever stands in them.
// Mark is a regular expression for one place, such as 【变量】 or \{[^{}]*\}.
func InOrder(mark string) Places { return Places{mark: regexp.MustCompile(mark)} }

// Numbered are the places {1}, {2} and so on, in any order.
func Numbered() Places {
	return Places{mark: regexp.MustCompile(`\{([1-9][0-9]{0,2})\}`), numbered: true}
}

// Count returns how many values a text takes: the number of its places, or the
// highest number in one.
func (p Places) Count(text string) int {
	places := p.mark.FindAllString(text, -1)
	if !p.numbered {
		return len(places)
	}
	highest := 0
	for _, place := range places {
		highest = max(highest, p.index(place, 0)+1)
	}
	return highest
}

// index is which value goes into a place, the nth of its text.
func (p Places) index(place string, nth int) int {
	if !p.numbered {
		return nth
	}
	number, _ := strconv.Atoi(strings.Trim(place, "{}"))
	return number - 1
}

// Fill puts the values into a text. A place without a value stays as it is. Without
// a text, which is one that the simulator does not know, the values are the text.
func (p Places) Fill(text string, values []string) string {
	if text == "" {
		return strings.Join(values, " ")
	}
	nth := -1
	return p.mark.ReplaceAllStringFunc(text, func(place string) string {
		nth++
		if i := p.index(place, nth); i < len(values) {
			return values[i]
		}
		return place
	})
}

// Match reports whether content is text with something in each place, and returns
// what, in the order of the values.
func (p Places) Match(text, content string) (values []string, ok bool) {
	var pattern strings.Builder
	end := 0
	found := p.mark.FindAllStringIndex(text, -1)
	for _, at := range found {
		pattern.WriteString(regexp.QuoteMeta(text[end:at[0]]) + "(.+?)")
		end = at[1]
	}
	pattern.WriteString(regexp.QuoteMeta(text[end:]))
	parts := regexp.MustCompile(`(?s)^` + pattern.String() + `$`).FindStringSubmatch(content)
	if parts == nil {
		return nil, false
	}
	return p.inOrder(text, found, parts[1:])
}

// inOrder sorts what stands in the places of a text by the order of the values. Two
// places of one number must hold the same.
func (p Places) inOrder(text string, found [][]int, parts []string) (values []string, ok bool) {
	values = make([]string, p.Count(text))
	for nth, at := range found {
		i := p.index(text[at[0]:at[1]], nth)
		if values[i] != "" && values[i] != parts[nth] {
			return nil, false
		}
		values[i] = parts[nth]
	}
	return values, true
}

// Signed is a text as a phone shows it: behind the signature in its brackets, if
// there is one.
func Signed(sign, text string) string {
	if sign == "" {
		return text
	}
	return "【" + sign + "】" + text
}

// IsMainland reports whether a number is 11 digits that begin with 1, as a mainland
// mobile number stands on the wire.
func IsMainland(number string) bool { return len(number) == 11 && number[0] == '1' && IsDigits(number) }

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// IsE164 reports whether a number is + and the digits of a country code and a number.
func IsE164(number string) bool { return e164.MatchString(number) }

// IsDigits reports whether a text is one digit or more, and nothing else.
func IsDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// IsHeaderValue reports whether a text arrives in a header as it is: it is not empty,
// has no control characters, and no white space around it.
func IsHeaderValue(text string) bool {
	isControl := func(r rune) bool { return r < ' ' || r == 0x7f }
	return text != "" && strings.TrimSpace(text) == text && !strings.ContainsFunc(text, isControl)
}
