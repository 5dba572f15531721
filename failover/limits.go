package failover

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Limits say when a member is not to be used. The zero value sets none.
type Limits struct {
	// DailyBudget is the most that the member may spend in a calendar day of
	// Beijing. Once it is used up the member is skipped for the rest of the day,
	// without exception. It needs Member.Price, counts in this process only, and
	// starts at zero with the process. 0 means no limit.
	DailyBudget Money
	// LowBalance is the least that has to be on the account. While CheckBalances
	// last read less, the member is skipped. It is a decimal number of whatever the
	// account counts, messages or yuan, such as "500". Empty means no limit.
	LowBalance string
}

// budget counts what a member spends in a calendar day of Beijing, and keeps it
// within a limit.
type budget struct {
	limit Money // 0: none

	mu    sync.Mutex
	day   int64
	spent Money // billed, or reserved for a message that is being sent
}

// reserve takes the price before the send, so that concurrent sends together stay
// within the limit. It returns the day, for release.
func (b *budget) reserve(price Money, now time.Time) (day int64, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn(now)
	if b.limit > 0 && b.spent > b.limit-price {
		return 0, false
	}
	b.spent += price
	return b.day, true
}

// release gives a reserved price back: the message was not billed.
func (b *budget) release(price Money, day int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if day == b.day {
		b.spent -= price
	}
}

func (b *budget) spentToday(now time.Time) Money {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn(now)
	return b.spent
}

// turn starts a new day. A clock that is set back does not start one, or the
// budget could be spent twice.
func (b *budget) turn(now time.Time) {
	if day := beijingDay(now); day > b.day {
		b.day, b.spent = day, 0
	}
}

// beijingDay numbers the calendar days of Beijing, which is eight hours ahead
// of UTC all year.
func beijingDay(t time.Time) int64 {
	const eightHours, day = 8 * 60 * 60, 24 * 60 * 60
	return (t.Unix() + eightHours) / day
}

// CheckBalances reads the balances of the members that have a Limits.LowBalance,
// those of composers inside included. A member with less than that is skipped
// until a later check finds enough. If a balance cannot be read, nothing changes
// for its member. If a member has several accounts, the fullest counts. The error
// joins what went wrong.
//
// The package never calls CheckBalances by itself. Call it from a timer, often
// enough to notice an account that runs low.
func (s *sender) CheckBalances(ctx context.Context) error {
	if len(s.members) == 0 {
		return errors.New(notMade)
	}
	var problems []error
	for _, each := range s.withInner() {
		problems = append(problems, each.checkOwnBalances(ctx))
	}
	return errors.Join(problems...)
}

// withInner returns this sender and those inside it, each once.
func (s *sender) withInner() []*sender {
	all := []*sender{s}
	for _, m := range s.members {
		for inside := range provider.All(m.provider) {
			if c, ok := inside.(composer); ok && !slices.Contains(all, c.self()) {
				all = append(all, c.self())
			}
		}
	}
	return all
}

func (s *sender) checkOwnBalances(ctx context.Context) error {
	var problems []error
	for _, m := range s.members {
		if m.lowBalance == nil {
			continue
		}
		if err := m.checkBalance(ctx, *m.lowBalance); err != nil {
			problems = append(problems, fmt.Errorf("%s: %s: check balance: %w", s.name, m.name, err))
		}
	}
	return errors.Join(problems...)
}

func (m *member) checkBalance(ctx context.Context, threshold int64) (failed error) {
	defer recoverInto(&failed)
	if err := ctx.Err(); err != nil {
		return err
	}
	if m.timeout > 0 {
		limited, cancel := m.withTimeout(ctx)
		defer cancel()
		ctx = limited
	}
	balances, err := provider.ReadBalances(ctx, m.provider)
	if err != nil {
		return err
	}
	low := true
	for _, balance := range balances {
		left, _, err := parseDecimal(balance.Amount)
		if err != nil {
			return fmt.Errorf("%s has a balance that is no decimal number", balance.Provider)
		}
		low = low && left < threshold
	}
	m.low.Store(low)
	return nil
}

// Money is an amount of Chinese yuan, in millionths. It is an integer, so that
// sums are exact: messages cost fractions of a fen, and floating point cannot hold
// even 0.1 yuan. Write 0.045 yuan as 45 * Li.
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

// decimals is the number of decimal places that Money holds.
const decimals = 6

// ParseMoney reads a decimal number of yuan, such as "0.045". Only the
// first six decimal places may differ from zero.
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
