package facts

import (
	"strconv"
	"strings"
)

// Equal reports whether a service means the same code by both texts: they are the
// same, or numbers of one value as JSON writes numbers, such as 2, 2.0 and 2e0. 02 is
// no such number, and 000000 is another code than 0.
func Equal(a, b string) bool { return a == b || plain(a) == plain(b) }

// plain writes a whole number that stands in another of JSON's spellings with its
// digits alone. Anything else stays as it is.
func plain(code string) string {
	if !strings.ContainsAny(code, ".eE-") {
		return code
	}
	n, ok := parseNumber(code)
	if !ok {
		return code
	}
	return n.plain(code)
}

// number is a number as JSON writes it: digits, and where its point stands in them.
type number struct {
	negative bool
	digits   string
	point    int
}

// longestNumber is more digits than a code has. It bounds what an exponent can do.
const longestNumber = 40

// parseNumber reads a number of JSON's grammar.
func parseNumber(text string) (n number, ok bool) {
	text, n.negative = strings.CutPrefix(text, "-")
	mantissa, exponent := text, ""
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		mantissa, exponent = text[:at], text[at+1:]
		if n.point, ok = parseExponent(exponent); !ok {
			return number{}, false
		}
	}
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	if !isDigits(whole) || len(whole) > 1 && whole[0] == '0' || hasPoint && !isDigits(fraction) {
		return number{}, false
	}
	n.digits, n.point = whole+fraction, n.point+len(whole)
	return n, true
}

func parseExponent(text string) (exponent int, ok bool) {
	digits := strings.TrimPrefix(text, "-")
	if digits == text {
		digits = strings.TrimPrefix(text, "+")
	}
	if !isDigits(digits) {
		return 0, false
	}
	exponent, err := strconv.Atoi(strings.TrimPrefix(text, "+"))
	return exponent, err == nil && exponent > -longestNumber && exponent < longestNumber
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// plain writes the number with digits alone, or returns other if it is not whole.
func (n number) plain(other string) string {
	if missing := n.point - len(n.digits); missing > 0 {
		n.digits += strings.Repeat("0", missing)
	}
	whole := strings.TrimLeft(n.digits[:max(n.point, 0)], "0")
	switch fraction := n.digits[max(n.point, 0):]; {
	case strings.Trim(fraction, "0") != "":
		return other
	case whole == "":
		return "0"
	case n.negative:
		return "-" + whole
	}
	return whole
}
