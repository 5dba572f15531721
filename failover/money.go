package failover

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Money is an amount in Chinese yuan, counted in millionths. It is a whole
// number, so that sums are exact: messages cost fractions of a fen, and
// floating point cannot hold even 0.1 yuan. Write 0.045 yuan as 45 * Li.
type Money int64

// Units of money.
const (
	// Li is a thousandth of a yuan.
	Li Money = 1000
	// Fen is a hundredth of a yuan.
	Fen = 10 * Li
	// Yuan is one yuan.
	Yuan = 1000 * Li
)

// decimals is the number of places behind the point that Money holds.
const decimals = 6

// ParseMoney reads a decimal number of yuan, such as "0.045". At most six
// places behind the point may differ from zero.
func ParseMoney(text string) (Money, error) {
	amount, exact, err := parseDecimal(text)
	if err == nil && !exact {
		err = fmt.Errorf("money: more than %d decimal places", decimals)
	}
	if err != nil {
		return 0, err
	}
	return Money(amount), nil
}

// String returns the amount in yuan without trailing zeros, such as "0.045".
func (m Money) String() string {
	digits, negative := strings.CutPrefix(strconv.FormatInt(int64(m), 10), "-")
	if missing := decimals + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - decimals
	text := digits[:point]
	if fraction := strings.TrimRight(digits[point:], "0"); fraction != "" {
		text += "." + fraction
	}
	if negative {
		text = "-" + text
	}
	return text
}

// MarshalText writes what String returns.
func (m Money) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what ParseMoney accepts.
func (m *Money) UnmarshalText(text []byte) error {
	parsed, err := ParseMoney(string(text))
	if err != nil {
		return err
	}
	*m = parsed
	return nil
}

// parseDecimal reads a decimal number as millionths. Places beyond the sixth
// are cut off, and exact then says whether anything was lost.
func parseDecimal(text string) (millionths int64, exact bool, err error) {
	unsigned, negative := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(unsigned, ".")
	if whole == "" || !isDigits(whole) || !isDigits(fraction) || strings.HasSuffix(unsigned, ".") {
		return 0, false, errors.New("money: want a decimal number, such as 0.045")
	}
	exact = true
	if len(fraction) > decimals {
		exact = strings.Trim(fraction[decimals:], "0") == ""
		fraction = fraction[:decimals]
	}
	digits := whole + fraction + strings.Repeat("0", decimals-len(fraction))
	if negative {
		digits = "-" + digits
	}
	millionths, err = strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, false, errors.New("money: too large")
	}
	return millionths, exact, nil
}

func isDigits(text string) bool {
	return strings.Trim(text, "0123456789") == ""
}
