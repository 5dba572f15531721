package sim

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Plenty is what an account without an end says that it has left.
const Plenty = 1_000_000

// Beijing is the zone of the services: the whole country has one.
var Beijing = time.FixedZone("UTC+8", 8*60*60)

// AccountConfig describes an account. The zero value is one without an end, without
// a blacklist and without limits.
type AccountConfig struct {
	// Balance is what is left, in the service's own unit; it runs down. nil: no end.
	Balance *int
	// BalanceCode refuses a request that costs more than is left.
	BalanceCode string
	// Blocked are numbers on the blacklist, in the form that IsBlocked is asked with.
	Blocked []string
	// Limits are checked in their order.
	Limits []Limit
	// NumberField is how requests call the number. Verdicts about limits begin with it.
	NumberField string
}

// Limit is how many texts a number may get.
type Limit struct {
	// Code refuses a text beyond the limit.
	Code string
	// Most is how many texts there may be within the time before a request. With a
	// time of 0 it is a day in Beijing. More than two days are not remembered.
	Most   int
	Within time.Duration
	// Like says which earlier texts count for a text. nil: all.
	Like func(earlier, text Text) bool
}

// Account is what every simulated account has: a balance, a blacklist, and limits per
// number. A Service embeds an *Account. What Judge grants is then refused where the
// account does not allow it (see Allow); otherwise its cost is taken from the balance
// and its texts count for the limits.
//
// The server keeps the account locked while it handles a request of it. Judge, Answer and
// Outcome.Then hold the lock already; whoever else reads or changes the account, or
// state of the service beside it, calls Lock and Unlock. Services that embed the same
// *Account share its lock.
type Account struct {
	cfg AccountConfig

	mu      sync.Mutex
	balance int
	spent   int
	sent    map[string][]Text // by number, oldest first
}

// NewAccount returns an account. It panics when Balance is negative, when a limit
// allows nothing, which no request could make up for, and when what is refused has no
// code, because it would be granted.
func NewAccount(cfg AccountConfig) *Account {
	a := &Account{cfg: cfg, sent: map[string][]Text{}}
	if cfg.Balance != nil {
		Demand(*cfg.Balance >= 0, "sim: AccountConfig.Balance: must not be negative")
		Demand(cfg.BalanceCode != "", "sim: AccountConfig.BalanceCode: want it with Balance")
		a.balance = *cfg.Balance
	}
	for _, limit := range cfg.Limits {
		Demand(limit.Most > 0, "sim: AccountConfig.Limits: Most must be above 0")
		Demand(limit.Code != "", "sim: AccountConfig.Limits: Code must not be empty")
		Demand(limit.Within >= 0 && limit.Within <= memory, "sim: AccountConfig.Limits: Within: want 0 to %s", memory)
	}
	return a
}

// Demand panics with the given text unless ok. Constructors of simulators demand by
// it what their configuration must have for any request to be granted: a test tool
// that could never grant one is better loud at once.
func Demand(ok bool, text string, args ...any) {
	if !ok {
		panic(fmt.Sprintf(text, args...))
	}
}

// Lock waits until no request of the account is handled, and keeps others out.
func (a *Account) Lock() { a.mu.Lock() }

// Unlock lets requests in again.
func (a *Account) Unlock() { a.mu.Unlock() }

// Left is the balance, and Plenty for an account without an end.
func (a *Account) Left() int {
	if a.cfg.Balance == nil {
		return Plenty
	}
	return a.balance
}

// Spent is the account's bill: what all granted requests together have cost, less what was
// given back. It counts in an account without an end, too. Like Left it wants the lock.
func (a *Account) Spent() int { return a.spent }

// GiveBack puts a cost back on the balance, as a service does that bills only what arrives;
// a negative one is charged. It wants the lock.
func (a *Account) GiveBack(cost int) { a.balance, a.spent = a.balance+cost, a.spent-cost }

// IsBlocked reports whether a number is on the blacklist.
func (a *Account) IsBlocked(number string) bool { return slices.Contains(a.cfg.Blocked, number) }

// Allow refuses texts that go beyond a limit, or cost more than is left. The server
// asks for every outcome that a Judge grants; a Judge that refuses single numbers of
// a batch asks by itself.
func (a *Account) Allow(now time.Time, cost int, texts ...Text) Outcome {
	for _, text := range texts {
		for _, limit := range a.cfg.Limits {
			if n := a.count(limit, text, now); n >= limit.Most {
				return Refuse(limit.Code, "%s: %d texts %s", a.cfg.NumberField, n, limit.span())
			}
		}
	}
	if cost > a.Left() {
		return Refuse(a.cfg.BalanceCode, "balance: %d left, and %d wanted", a.Left(), cost)
	}
	return Outcome{}
}

// count counts the earlier texts that a limit sets against a text.
func (a *Account) count(limit Limit, text Text, now time.Time) int {
	n := 0
	for _, earlier := range a.sent[text.To] {
		recent := now.Sub(earlier.At) < limit.Within
		if limit.Within == 0 {
			recent = SameDay(earlier.At, now)
		}
		if recent && (limit.Like == nil || limit.Like(earlier, text)) {
			n++
		}
	}
	return n
}

func (l Limit) span() string {
	if l.Within == 0 {
		return "today"
	}
	return "within " + l.Within.String()
}

// SameDay reports whether two times are on one day in Beijing.
func SameDay(a, b time.Time) bool {
	return a.In(Beijing).Format(time.DateOnly) == b.In(Beijing).Format(time.DateOnly)
}

// memory is how long texts count: longer than any day.
const memory = 48 * time.Hour

// charge takes a cost from the balance and remembers texts.
func (a *Account) charge(cost int, texts []Text) {
	a.GiveBack(-cost)
	for _, text := range texts {
		sent := slices.DeleteFunc(a.sent[text.To], func(earlier Text) bool { return text.At.Sub(earlier.At) >= memory })
		a.sent[text.To] = append(sent, text)
	}
}

// account tells the server which account a service embeds.
func (a *Account) account() *Account { return a }

// accountOf returns the account that a service embeds, or nil.
func accountOf(s Service) *Account {
	if owner, ok := s.(interface{ account() *Account }); ok {
		return owner.account()
	}
	return nil
}
