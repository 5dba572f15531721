package failover

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// configError puts the composer's name before its problems: whoever finds them in
// a log knows whose they are.
func configError(name string, problems ...error) error {
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("%s: config: %w", name, err)
	}
	return nil
}

// labelledMember is a Member with the name of the field that it comes from.
type labelledMember struct {
	field string
	Member
}

// checkMembers reports every problem of a composer's members: each by itself,
// and names that two of them bear.
func checkMembers(composer string, again sharing, members ...labelledMember) error {
	var problems []error
	names := newNames(composer)
	for _, m := range members {
		problems = append(problems, m.check())
		problems = append(problems, names.add(m.field, m.Provider, again)...)
	}
	return errors.Join(append(problems, names.clashes()...)...)
}

func (m labelledMember) check() error {
	problems := []error{
		checkProvider(m.field+".Provider", m.Provider),
		checkNotNegative(m.field+".Timeout", m.Timeout),
		checkCooldown(m.field+".Cooldown", m.Cooldown),
	}
	report := func(text string) { problems = append(problems, errors.New(m.field+"."+text)) }
	if m.Weight < 0 || m.Weight > maxWeight {
		report(fmt.Sprintf("Weight: want 0 to %d", maxWeight))
	}
	m.checkMoney(report)
	if m.LowBalance != "" {
		m.checkLowBalance(report)
	}
	return errors.Join(problems...)
}

// maxWeight keeps the sum of all weights far from overflow.
const maxWeight = 1_000_000

func (m labelledMember) checkMoney(report func(text string)) {
	switch {
	case m.Price < 0:
		report("Price: must not be negative")
	case m.Price > 0 && !isNil(m.Provider) && hasComposer(m.Provider):
		report("Price: the provider is a composer; its members have prices")
	}
	switch {
	case m.DailyBudget < 0:
		report("DailyBudget: must not be negative")
	case m.DailyBudget > 0 && m.Price == 0:
		report("DailyBudget: needs a Price")
	case m.DailyBudget > 0 && m.DailyBudget < m.Price:
		report("DailyBudget: is less than the Price of one message")
	}
}

func (m labelledMember) checkLowBalance(report func(text string)) {
	if threshold, _, err := parseDecimal(m.LowBalance); err != nil || threshold < 0 {
		report("LowBalance: want a decimal number, such as 500 or 12.50")
	}
	if isNil(m.Provider) {
		return
	}
	if hasComposer(m.Provider) {
		report("LowBalance: the provider is a composer; its members have accounts")
	} else if _, ok := provider.As[provider.BalanceReader](m.Provider); !ok {
		report("LowBalance: the provider does not read balances")
	}
}

func checkProvider(field string, p provider.Provider) error {
	switch {
	case isNil(p):
		return errors.New(field + ": must not be nil")
	case p.Name() == "":
		return errors.New(field + ": has no name")
	}
	return nil
}

func checkNotNegative(field string, d time.Duration) error {
	if d < 0 {
		return errors.New(field + ": must not be negative")
	}
	return nil
}

func checkCooldown(field string, d time.Duration) error {
	if d == NoCooldown {
		return nil
	}
	return checkNotNegative(field, d)
}

// isNil also finds nil pointers in interfaces: what a constructor returns beside
// an error that nobody has looked at.
func isNil(value any) bool {
	if value == nil {
		return true
	}
	v := reflect.ValueOf(value)
	return v.Kind() == reflect.Pointer && v.IsNil()
}
