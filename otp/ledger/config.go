package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

// Defaults of Config.
const (
	DefaultRecent = 10_000
	DefaultDays   = 400
)

// Bills is what a service takes money for.
type Bills int

const (
	// Unknown: nobody knows. A text that did not arrive costs nothing or its price.
	Unknown Bills = iota
	// Accepted: every text that it has accepted.
	Accepted
	// Delivered: a text that its report says was delivered.
	Delivered
	// Free: nothing, such as a phone whose plan includes texts.
	Free
)

var billsNames = [...]string{Unknown: "unknown", Accepted: "accepted", Delivered: "delivered", Free: "free"}

// String returns "unknown", "accepted", "delivered" or "free".
func (b Bills) String() string {
	if b < 0 || int(b) >= len(billsNames) {
		return fmt.Sprintf("Bills(%d)", int(b))
	}
	return billsNames[b]
}

// Member says what a provider's texts cost.
type Member struct {
	// Provider is one service, and no composer. Required.
	Provider provider.Provider
	// Price is what one segment costs, or one text when PerText is set. 0 means that
	// it is not known, unless Bills is Free.
	Price failover.Money
	// PerText says that a long text costs no more than a short one.
	PerText bool
	// Bills is what is paid for.
	Bills Bills
	// Texts are the texts as the phone shows them, by the logical names of the templates:
	// those that the adapter has, with Text filled in where the service knows it by an
	// ID alone. Only Text and Sign are looked at, and a code that the service makes counts
	// as six digits. Without a Text, one segment is not
	// guessed: the texts count as unpriced, unless PerText is set or the service has told.
	Texts provider.Templates
	// Sign is the signature of texts whose template has none, without brackets. It counts.
	Sign string
	// Counted is the name under which Receipt.Extra or Report.Extra says how many segments
	// the service bills, such as "fee" of package tencent. Optional. It wins over what
	// was counted here.
	Counted string
}

// Config holds the settings of a Ledger.
type Config struct {
	// Members are all that a composer may send through, in its order. One at least.
	Members []Member
	// Instead is the name of the member that every text had gone to without a free way.
	// Empty means the first member that is not free.
	Instead string
	// Recent is how many verifications are kept one by one. Each takes about a kilobyte. 0
	// means DefaultRecent.
	Recent int
	// Days is how many days have totals of their own. 0 means DefaultDays.
	Days int
	// Now tells the time. nil means time.Now.
	Now func() time.Time
}

// Validate reports every problem at once.
func (c Config) Validate() error {
	var problems []error
	bad := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if len(c.Members) == 0 {
		bad("Members: want one at least")
	}
	var names []string
	for i, m := range c.Members {
		for _, problem := range m.problems() {
			bad("Members[%d].%w", i, problem)
		}
		if isNil(m.Provider) {
			continue
		}
		if name := m.Provider.Name(); slices.Contains(names, name) {
			bad("Members[%d].Provider: %q is there twice", i, name)
		} else {
			names = append(names, name)
		}
	}
	if c.Instead != "" && !slices.Contains(names, c.Instead) {
		bad("Instead: %q is none of the Members", c.Instead)
	}
	if c.Recent < 0 {
		bad("Recent: must not be negative")
	}
	if c.Days < 0 {
		bad("Days: must not be negative")
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("ledger: config: %w", err)
	}
	return nil
}

func (m Member) problems() []error {
	var problems []error
	if isNil(m.Provider) {
		problems = append(problems, errors.New("Provider: must not be nil"))
	} else if _, composed := provider.As[provider.Group](m.Provider); composed {
		problems = append(problems, fmt.Errorf("Provider: %q is a composer; list its members", m.Provider.Name()))
	}
	if m.Price < 0 {
		problems = append(problems, errors.New("Price: must not be negative"))
	}
	if m.Bills < Unknown || m.Bills > Free {
		problems = append(problems, fmt.Errorf("Bills: there is no %v", m.Bills))
	}
	if m.Bills == Free && m.Price != 0 {
		problems = append(problems, errors.New("Price: what is free has none"))
	}
	if err := m.Texts.Validate(); err != nil {
		problems = append(problems, fmt.Errorf("Texts: %w", err))
	}
	return problems
}

func (c Config) withDefaults() Config {
	c.Recent, c.Days = cmp.Or(c.Recent, DefaultRecent), cmp.Or(c.Days, DefaultDays)
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Members = slices.Clone(c.Members)
	for i := range c.Members {
		c.Members[i].Texts = c.Members[i].Texts.Clone()
	}
	if c.Instead == "" {
		for _, m := range slices.Backward(c.Members) {
			if m.Bills != Free {
				c.Instead = m.Provider.Name()
			}
		}
	}
	return c
}

// isNil also finds nil pointers in interfaces.
func isNil(p provider.Provider) bool {
	if p == nil {
		return true
	}
	v := reflect.ValueOf(p)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// Handle takes delivery reports: what provider.ReportHandler calls.
type Handle = func(ctx context.Context, reports []provider.Report) error
