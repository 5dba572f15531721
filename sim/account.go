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

// AccountConfig describes an account. The zero value is one without an end.
type AccountConfig struct {
	// Balance is what is left, in the service's own unit; it runs down. nil: no end.
	Balance *int
	// Blocked are numbers on the blacklist, in the form that IsBlocked is asked with.
	Blocked []string
}

// Account is what every simulated account has: a balance, a blacklist, and a memory
// of the texts that went to each number. A Service embeds an *Account. The server
// then keeps it locked while it handles a request of the account, takes the cost of
// what is granted from the balance, and remembers the texts.
//
// Judge, Answer and Outcome.Then hold the lock already. Whoever else reads or changes
// the account, or state of the service beside it, calls Lock and Unlock. Services
// that embed the same *Account share its lock.
type Account struct {
	mu      sync.Mutex
	endless bool
	balance int
	blocked []string
	sent    map[string]Sent // by number
}

// NewAccount returns an account. It panics when Balance is negative: no request
// could make that up.
func NewAccount(cfg AccountConfig) *Account {
	a := &Account{endless: cfg.Balance == nil, blocked: slices.Clone(cfg.Blocked), sent: map[string]Sent{}}
	if cfg.Balance != nil {
		Demand(*cfg.Balance >= 0, "sim: AccountConfig.Balance: must not be negative")
		a.balance = *cfg.Balance
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

// Left is the balance: 0 or more, and Plenty for an account without an end.
func (a *Account) Left() int {
	if a.endless {
		return Plenty
	}
	return max(a.balance, 0)
}

// CanPay reports whether the balance covers a cost.
func (a *Account) CanPay(cost int) bool { return a.endless || a.balance >= cost }

// IsBlocked reports whether a number is on the blacklist.
func (a *Account) IsBlocked(number string) bool { return slices.Contains(a.blocked, number) }

// SentTo returns the texts of the last two days to a number in E.164 form.
func (a *Account) SentTo(number string) Sent { return a.sent[number] }

// Sent are texts to one number, oldest first.
type Sent []Text

// Within counts the texts of the time d before now.
func (s Sent) Within(now time.Time, d time.Duration) int {
	return len(s.Like(func(t Text) bool { return now.Sub(t.At) < d }))
}

// Today counts the texts of now's day in Beijing.
func (s Sent) Today(now time.Time) int {
	return len(s.Like(func(t Text) bool { return SameDay(t.At, now) }))
}

// Like returns the texts that match accepts.
func (s Sent) Like(match func(Text) bool) Sent {
	var found Sent
	for _, t := range s {
		if match(t) {
			found = append(found, t)
		}
	}
	return found
}

// SameDay reports whether two times are on one day in Beijing.
func SameDay(a, b time.Time) bool {
	return a.In(Beijing).Format(time.DateOnly) == b.In(Beijing).Format(time.DateOnly)
}

// memory is how long texts count: longer than any day.
const memory = 48 * time.Hour

// charge takes a cost from the balance and remembers texts.
func (a *Account) charge(cost int, texts []Text) {
	a.balance -= cost
	for _, t := range texts {
		recent := a.sent[t.To].Like(func(earlier Text) bool { return t.At.Sub(earlier.At) < memory })
		a.sent[t.To] = append(recent, t)
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
