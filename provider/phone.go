package provider

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"
	"unique"
)

// mainland is the country calling code of mainland China.
const mainland = "86"

// Phone is a phone number that can receive texts. It prints masked
// (138****8000) with every verb and in logs; the full number comes out only
// through E164, National and the text encoding that stores it. Phones are
// comparable and can be map keys. The zero Phone is no number.
type Phone struct {
	// The number sits behind two handles, not in plain fields, because fmt prints
	// the unexported fields of a struct that holds a Phone without asking it. It
	// follows one pointer (when the verb is wrong for pointers), never two.
	handle unique.Handle[sealed]
}

// sealed is the inner of a Phone's two handles.
type sealed struct{ handle unique.Handle[number] }

// number is a phone number in its two parts, digits only.
type number struct {
	country  string // country calling code
	national string
}

// NewPhone makes a Phone from a country calling code and a national number, as
// services give them apart ("86", "13800138000"). The rules are those of
// ParsePhone; a country that is no calling code is refused.
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
// digits beginning with 13 to 19, bare or behind +86, 0086 or 86; numbers of
// other countries start with + or 00 and the country calling code (E.164).
// Spaces, dashes, dots and parentheses may separate digits, full-width characters
// are read like ordinary ones, and the invisible marks that come along when a
// number is copied from an address book are skipped.
//
// The error is an *Error of KindRecipient and does not repeat the number.
func ParsePhone(text string) (Phone, error) {
	digits, international, problem := readDigits(text)
	if problem != "" {
		return Phone{}, badPhone(problem)
	}
	n, problem := splitNumber(digits, international)
	if problem != "" {
		return Phone{}, badPhone(problem)
	}
	return Phone{unique.Make(sealed{unique.Make(n)})}, nil
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

// readDigits drops separators and a leading + or 00, which it reports as
// international.
func readDigits(text string) (digits string, international bool, problem string) {
	var b strings.Builder
	for _, r := range strings.TrimSpace(text) {
		r = halfWidth(r)
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && b.Len() == 0 && !international:
			international = true
		case isSeparator(r):
		default:
			return "", false, "phone number: has a character that is neither a digit nor a separator"
		}
		if b.Len() > longestTyped {
			return "", false, "phone number: too long"
		}
	}
	digits = b.String()
	if rest, ok := strings.CutPrefix(digits, "00"); ok && !international {
		return rest, true, ""
	}
	return digits, international, ""
}

const (
	longestE164  = 15 // digits, ITU-T E.164 section 6
	shortestE164 = 7  // digits; shorter international numbers are not in use
	longestTyped = longestE164 + 2
)

// halfWidth turns the full-width forms that Chinese input methods produce into
// ASCII.
func halfWidth(r rune) rune {
	const first, last, shift = '！', '～', '！' - '!'
	if r >= first && r <= last {
		return r - shift
	}
	return r
}

// isSeparator reports whether r may stand between digits: a dot, a parenthesis,
// any space or dash, or an invisible format character.
func isSeparator(r rune) bool {
	switch r {
	case '.', '(', ')', '\t':
		return true
	}
	return unicode.In(r, unicode.Zs, unicode.Pd, unicode.Cf)
}

func splitNumber(digits string, international bool) (n number, problem string) {
	if digits == "" {
		return number{}, "phone number: empty"
	}
	if international {
		return splitInternational(digits)
	}
	if isMainlandMobile(digits) {
		return number{mainland, digits}, ""
	}
	if rest, ok := strings.CutPrefix(digits, mainland); ok && isMainlandMobile(rest) {
		return number{mainland, rest}, ""
	}
	return number{}, "phone number: not a mainland mobile number (11 digits beginning with 13 to 19); " +
		"write other countries with + and the country code"
}

func splitInternational(digits string) (n number, problem string) {
	country := callingCode(digits)
	switch {
	case country == "":
		return number{}, "phone number: no such country code"
	case country == mainland:
		national := digits[len(mainland):]
		if !isMainlandMobile(national) {
			return number{}, "phone number: +86 wants a mobile number, 11 digits beginning with 13 to 19"
		}
		return number{mainland, national}, ""
	case len(digits) > longestE164:
		return number{}, "phone number: longer than the 15 digits of E.164"
	case len(digits) < shortestE164:
		return number{}, "phone number: too short"
	}
	return number{country, digits[len(country):]}, ""
}

func isMainlandMobile(digits string) bool {
	return len(digits) == 11 && digits[0] == '1' && digits[1] >= '3'
}

func (p Phone) parts() number {
	if p.IsZero() {
		return number{}
	}
	return p.handle.Value().handle.Value()
}

// IsZero reports whether p is no number at all.
func (p Phone) IsZero() bool { return p == Phone{} }

// E164 returns the full number, such as +8613800138000. Empty for the zero
// Phone.
func (p Phone) E164() string {
	if p.IsZero() {
		return ""
	}
	n := p.parts()
	return "+" + n.country + n.national
}

// CountryCode returns the country calling code without a plus, such as 86.
func (p Phone) CountryCode() string { return p.parts().country }

// National returns the full number without its country code, such as
// 13800138000.
func (p Phone) National() string { return p.parts().national }

// IsMainland reports whether the number belongs to mainland China.
func (p Phone) IsMainland() bool { return p.CountryCode() == mainland }

// String returns the masked number: 138****8000, or +1 202***0123 for other
// countries.
func (p Phone) String() string {
	if p.IsZero() {
		return ""
	}
	n := p.parts()
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

// MarshalText writes the full number in E.164 form, so that receipts survive
// storage. It is the one encoding that is not masked.
func (p Phone) MarshalText() ([]byte, error) { return []byte(p.E164()), nil }

// UnmarshalText reads what ParsePhone accepts; an empty text is the zero Phone.
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
