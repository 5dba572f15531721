package failover

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// configError puts the composer's name before its problems, because a program may
// have several composers.
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

// checkMembers reports every problem of a composer's members, and names that two
// of them have.
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
	m.checkMoney(report)
	if m.Limits.LowBalance != "" {
		m.checkLowBalance(report)
	}
	return errors.Join(problems...)
}

func (m labelledMember) checkMoney(report func(text string)) {
	switch {
	case m.Price < 0:
		report("Price: must not be negative")
	case m.Price > 0 && !isNil(m.Provider) && holdsComposer(m.Provider):
		report("Price: the provider is a composer; its members have prices")
	}
	switch {
	case m.Limits.DailyBudget < 0:
		report("Limits.DailyBudget: must not be negative")
	case m.Limits.DailyBudget > 0 && m.Price == 0:
		report("Limits.DailyBudget: needs a Price")
	case m.Limits.DailyBudget > 0 && m.Limits.DailyBudget < m.Price:
		report("Limits.DailyBudget: is less than the Price of one message")
	}
}

func (m labelledMember) checkLowBalance(report func(text string)) {
	if threshold, _, err := parseDecimal(m.Limits.LowBalance); err != nil || threshold <= 0 {
		report("Limits.LowBalance: want a decimal number above 0, such as 500 or 12.50")
	}
	if isNil(m.Provider) {
		return
	}
	if holdsComposer(m.Provider) {
		report("Limits.LowBalance: the provider is a composer; its members have accounts")
	} else if _, ok := provider.As[provider.BalanceReader](m.Provider); !ok {
		report("Limits.LowBalance: the provider does not read balances")
	}
}

func checkProvider(field string, p provider.Provider) error {
	switch {
	case isNil(p):
		return errors.New(field + ": must not be nil")
	case p.Name() == "":
		return errors.New(field + ": has no name; was it made with its package's New, and the error checked?")
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

// isNil also finds nil pointers in interfaces: a constructor returns one beside an
// error, and the caller may not have checked the error.
func isNil(value any) bool {
	if value == nil {
		return true
	}
	v := reflect.ValueOf(value)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// label names the place of a value in a list, such as members[2].
func label(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

// names finds providers of the same name. Receipts find their provider by name,
// so every provider that sends by itself needs its own.
type names struct {
	senders   map[string]namedProvider
	composers []string
}

type namedProvider struct {
	provider provider.Provider
	field    string // where it was found
}

// sharing says whether one provider may stand in several fields.
type sharing bool

const (
	// eachOnce: a chain that asks a provider twice gains nothing.
	eachOnce sharing = false
	// sameProviderAgain: the fields serve different messages; a relay can be the
	// first choice of one and the last resort of another.
	sameProviderAgain sharing = true
)

func newNames(composer string) *names {
	return &names{senders: map[string]namedProvider{}, composers: []string{composer}}
}

// add adds the provider of a field and everything inside it. It returns an error
// for each name that is taken.
func (n *names) add(field string, p provider.Provider, again sharing) []error {
	if isNil(p) {
		return nil
	}
	var problems []error
	for inside := range provider.All(p) {
		switch inside.(type) {
		case provider.Group:
			n.composers = append(n.composers, inside.Name())
			continue
		case provider.Wrapper:
			continue
		}
		name := inside.Name()
		other, taken := n.senders[name]
		mayRepeat := other.field == field || again == sameProviderAgain
		if taken && !(mayRepeat && isSame(other.provider, inside)) {
			problems = append(problems, sameName(field, other.field, name, isSame(other.provider, inside)))
			continue
		}
		n.senders[name] = namedProvider{inside, field}
	}
	return problems
}

// sameName is the problem of two fields whose providers have one name.
func sameName(field, other, name string, same bool) error {
	const problem = "%s.Provider: %s also has a provider named %q; receipts find their provider by name"
	if same {
		return fmt.Errorf(problem+", and it is the same one: take it out of one of them", field, other, name)
	}
	return fmt.Errorf(problem+": set Config.Name of one of them", field, other, name)
}

// clashes reports composers with the name of a provider that sends by itself.
func (n *names) clashes() []error {
	var problems []error
	for _, name := range n.composers {
		if _, ok := n.senders[name]; ok {
			problems = append(problems, fmt.Errorf("Name: a composer and a provider are both named %q; "+
				"receipts find their provider by name", name))
		}
	}
	return problems
}

func isSame(a, b provider.Provider) bool {
	return reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() && a == b
}
