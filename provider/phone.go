package provider

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// mainland is the country calling code of mainland China.
const mainland = "86"

// Phone is a phone number that can receive texts. It prints masked
// (138****8000) with every verb, in logs, and in text and JSON encodings; the full
// number comes out only through E164, National, [StoredPhone] and the JSON of what
// is meant to be stored, such as a [Receipt]. Phones are comparable and can be map
// keys. The zero Phone is no number.
type Phone struct{ word uint64 } // the number in disguise

// NewPhone makes a Phone from a country calling code and a national number, as
// services give them apart ("86", "13800138000"). The rules are those of
// ParsePhone, so the national number may begin with the prefix of calls inside the
// country ("44", "07700900123"); a country that is no calling code is refused.
func NewPhone(country, national string) (Phone, error) {
	p, err := ParsePhone("+" + country + national)
	if err != nil {
		return Phone{}, err
	}
	if p.CountryCode() != country {
		return Phone{}, badPhone("phone number: no such country code")
	}
	return p, nil
}

// ParsePhone reads a number as people type it. For mainland China that is 11
// digits beginning with 13 to 19, bare or behind +86, 0086, 86 or 0; numbers of
// other countries start with + or 00 and the country calling code (E.164).
//
// Digits may be those of any script. Between and around them may stand spaces, line
// ends, dashes, dots and brackets of any kind, and the invisible marks that come
// along when a number is copied. Everything else is refused, because it could mean
// another number or a second one: letters, a slash, a comma, a plus inside, a short
// group in brackets at the end, a row of dashes where digits seem to be missing.
//
// All ways of writing a number give the same Phone. The prefix of calls inside a
// country is no part of the number: +44 (0)7700 900123 is +44 7700 900123, and
// +7 8 912 345 67 89 is +7 912 345 67 89. Where numbers really begin with 0, as in
// Italy, they keep it.
//
// The error is an *Error of KindRecipient and does not repeat the number.
func ParsePhone(text string) (Phone, error) {
	p, problem := readPhone(text)
	if problem != "" {
		return Phone{}, badPhone(problem)
	}
	return p, nil
}

// MustParsePhone is ParsePhone for numbers that stand in source code. It panics
// where ParsePhone returns an error.
func MustParsePhone(text string) Phone {
	p, err := ParsePhone(text)
	if err != nil {
		panic(err)
	}
	return p
}

func badPhone(problem string) error {
	return &Error{Op: OpParse, Kind: KindRecipient, Text: problem}
}

// IsZero reports whether p is no number at all.
func (p Phone) IsZero() bool { return p == Phone{} }

// E164 returns the full number, such as +8613800138000. Empty for the zero
// Phone.
func (p Phone) E164() string {
	if p.IsZero() {
		return ""
	}
	var memory [len("+") + longestE164]byte // on the stack
	return string(p.appendDigits(append(memory[:0], '+')))
}

// CountryCode returns the country calling code without a plus, such as 86.
func (p Phone) CountryCode() string { return p.number().country }

// National returns the full number without its country code, such as
// 13800138000.
func (p Phone) National() string { return p.number().national }

// IsMainland reports whether the number belongs to mainland China.
func (p Phone) IsMainland() bool {
	var memory [longestE164]byte // on the stack
	return callingCode(string(p.appendDigits(memory[:0]))) == mainland
}

// String returns the masked number: 138****8000, or +1 202***0123 for other
// countries.
func (p Phone) String() string {
	if p.IsZero() {
		return ""
	}
	n := p.number()
	if n.country == mainland {
		return mask(n.national)
	}
	return "+" + n.country + " " + mask(n.national)
}

// mask shows at most the first three and the last four digits, and always
// hides three or more.
func mask(digits string) string {
	head, tail := 3, 4
	if len(digits) < 10 {
		head, tail = 1, 2
	}
	if len(digits) < 6 {
		head, tail = 0, 1
	}
	return digits[:head] + strings.Repeat("*", len(digits)-head-tail) + digits[len(digits)-tail:]
}

// Format prints the masked number, whatever the verb.
func (p Phone) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue logs the masked number.
func (p Phone) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText writes the masked number, because loggers write JSON. It cannot be
// read back. To store a number, store E164 or a [StoredPhone].
func (p Phone) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what ParsePhone accepts; an empty text is the zero Phone. A
// masked number is an error.
func (p *Phone) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Phone{}
		return nil
	}
	parsed, err := ParsePhone(string(text))
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}
