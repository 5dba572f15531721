package provider

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// reading is one way to read a text: its bytes after escapes were undone, and for each
// of them where in the text it comes from.
type reading struct {
	text       string
	from       []span // nil: each byte comes from its own place
	onlyDigits bool   // all between the digits was left out
}

// span is a part of the text, from begin to before end.
type span struct{ begin, end int }

func (r reading) begin(i int) int {
	if r.from == nil {
		return i
	}
	return r.from[i].begin
}

func (r reading) end(i int) int {
	if r.from == nil {
		return i + 1
	}
	return r.from[i].end
}

// mostEscapes is how many times one escape within another is undone.
const mostEscapes = 3

// readings yields all ways to read a text: as it is, with its escapes undone, once with
// each plus as a space, and of each of them the digits.
func readings(text string) iter.Seq[reading] {
	return func(yield func(reading) bool) {
		r := reading{text: text}
		for range mostEscapes {
			if !yield(r) || !yield(r.digits()) {
				return
			}
			if strings.Contains(r.text, "+") && !yield(r.unescaped(true)) {
				return
			}
			next := r.unescaped(false)
			if next.text == r.text {
				return
			}
			r = next
		}
		_ = yield(r) && yield(r.digits())
	}
}

// builder makes a reading out of another one.
type builder struct {
	text strings.Builder
	from []span
}

func (b *builder) add(text string, from span) {
	b.text.WriteString(text)
	for range len(text) {
		b.from = append(b.from, from)
	}
}

// digits is the reading that has the digits of r alone, all in ASCII.
func (r reading) digits() reading {
	var b builder
	for i, c := range r.text {
		if digit, isDigit := decimalDigit(c); isDigit {
			b.add(string(digit), span{r.begin(i), r.end(i + utf8.RuneLen(c) - 1)})
		}
	}
	return reading{b.text.String(), b.from, true}
}

// unescaped is r with its escapes undone: %E5 and \u5f20, in either case, and \/ and the
// like. With plus, a plus that is not escaped is a space, as in a form.
func (r reading) unescaped(plus bool) reading {
	var b builder
	for i := 0; i < len(r.text); {
		plain, length := unescape(r.text[i:])
		if plus && r.text[i] == '+' {
			plain = " "
		}
		b.add(plain, span{r.begin(i), r.end(i + length - 1)})
		i += length
	}
	return reading{b.text.String(), b.from, false}
}

// unescape reads what text begins with: an escape, or one byte that is none.
func unescape(text string) (plain string, length int) {
	switch {
	case len(text) >= 3 && text[0] == '%':
		if value, err := strconv.ParseUint(text[1:3], 16, 8); err == nil {
			return string([]byte{byte(value)}), 3
		}
	case len(text) >= 2 && text[0] == '\\':
		return unescapeJSON(text)
	}
	return text[:1], 1
}

// unescapeJSON reads an escape of a JSON text.
func unescapeJSON(text string) (plain string, length int) {
	const escapes, meanings = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	if i := strings.IndexByte(escapes, text[1]); i >= 0 {
		return meanings[i : i+1], 2
	}
	first, ok := hexEscape(text)
	if !ok {
		return text[:1], 1
	}
	if utf16.IsSurrogate(first) {
		if second, ok := hexEscape(text[6:]); ok {
			return string(utf16.DecodeRune(first, second)), 12
		}
	}
	return string(first), 6
}

// hexEscape reads what has the form \u5f20.
func hexEscape(text string) (r rune, ok bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	value, err := strconv.ParseUint(text[2:6], 16, 16)
	return rune(value), err == nil
}

// spans are the parts of a text that go.
type spans []span

// strike puts stars in the place of the parts. Parts that overlap are one.
func (s spans) strike(text string) string {
	if len(s) == 0 {
		return text
	}
	slices.SortFunc(s, func(a, b span) int { return cmp.Or(a.begin-b.begin, b.end-a.end) })
	var b strings.Builder
	done, end := 0, 0 // text[:done] is written; the last part ends at end
	for _, part := range s {
		if part.begin < end {
			end = max(end, part.end)
			done = end
			continue
		}
		b.WriteString(text[done:part.begin])
		b.WriteString(hidden)
		done, end = part.end, part.end
	}
	b.WriteString(text[done:])
	return b.String()
}
