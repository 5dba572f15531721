package otp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Defaults of Config.
const (
	DefaultSendTimeout   = 30 * time.Second
	DefaultStoreTimeout  = 2 * time.Second
	DefaultGuessesPerDay = 100
	DefaultPoll          = time.Second
)

// grace is how long a record that is over is kept, so that its holder hears how it ended.
const grace = 10 * time.Minute

// leaseMargin is how much longer than a send a record may stay reserved.
const leaseMargin = 30 * time.Second

// Config holds the settings of a Service.
type Config struct {
	// Sender sends the texts; usually a failover.Composer. Required.
	Sender provider.Provider
	// Key is the server's secret, of MinKey random bytes at least. Codes, digests and
	// ciphertexts are made with it. All replicas have the same one. Required.
	Key provider.Secret
	// OldKeys are keys whose verifications are still good. To rotate, put the new key into OldKeys
	// everywhere, then make it the Key and the old one an OldKey, and take that out when
	// the longest Lifetime has passed.
	OldKeys []provider.Secret
	// App keeps apart programs that share a key and a store: a code of one is worth
	// nothing in another. Empty is a name as well.
	App string
	// Purposes are what codes are for. One at least.
	Purposes Purposes
	// Store keeps the verifications. nil means a store in memory, which is right for a
	// single process; replicas share one.
	Store Store
	// Guard refuses what looks like abuse, and says which texts may cost money: a *guard.Guard
	// of package otp/guard. nil means one in memory with guard.DefaultRules, beside a store in
	// memory. Beside a Store that is given, nil is refused: who shares verifications shares
	// what the guard counts. NoGuard switches it off. A guard takes a Composer's First for free
	// unless it has a price; where every way costs money, make one with guard.Config.AllPaid.
	Guard Guard
	// GuessesPerDay is how many wrong codes one number allows within 24 hours, over
	// all its verifications, 1 to 100. After a rotation of keys it counts anew. Keep it above
	// what the Guard's limit of texts a day and Tries make possible, or strangers can use up what
	// the owner of a number needs. 0 means DefaultGuessesPerDay.
	GuessesPerDay int
	// TestNumbers are numbers with a fixed code, to which nothing is sent.
	TestNumbers map[string]TestNumber
	// Development allows test numbers without an end.
	Development bool
	// SendTimeout bounds one send. 0 means DefaultSendTimeout. A process that dies while it sends
	// the first text leaves a code that is good for SendTimeout and 30 seconds.
	SendTimeout time.Duration
	// StoreTimeout bounds each call of Store and Guard. 0 means DefaultStoreTimeout.
	StoreTimeout time.Duration
	// Poll is how often Run looks for what is due. 0 means DefaultPoll.
	Poll time.Duration
	// OnEvent hears of everything that happens; see [Event]. Optional. It is called
	// concurrently, on the goroutine of the call that it is about, and should be quick. When it
	// panics, it is told of that by an EventTrouble, and the call goes on.
	OnEvent func(ctx context.Context, e Event)
	// Now tells the time by which test numbers end, and is the clock of the store in
	// memory when Store is nil, and of the guard in memory when Guard is nil too. nil means time.Now.
	Now func() time.Time
}

// Validate reports every problem at once.
func (c Config) Validate() error {
	c = c.withDefaults()
	var problems []error
	bad := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	switch {
	case isNil(c.Sender):
		bad("Sender: must not be nil")
	case c.Sender.Name() == "":
		bad("Sender: has no name; was it made with its package's New, and the error checked?")
	}
	for i, secret := range append([]provider.Secret{c.Key}, c.OldKeys...) {
		if len(secret) < MinKey {
			bad("%s: has %d bytes; want %d random ones at least", keyField(i), len(secret), MinKey)
		}
		if i > 0 && slices.Contains(append([]provider.Secret{c.Key}, c.OldKeys[:i-1]...), secret) {
			bad("%s: is there twice", keyField(i))
		}
	}
	if c.Store != nil && isNil(c.Store) {
		bad("Store: is a nil pointer")
	}
	switch {
	case c.Guard == nil && c.Store != nil:
		bad("Guard: must not be nil beside a Store; make one with guard.New, on a guard.Store that is shared as the Store is, or say otp.NoGuard")
	case c.Guard != nil && isNil(c.Guard):
		bad("Guard: is a nil pointer")
	}
	if c.GuessesPerDay < 1 || c.GuessesPerDay > DefaultGuessesPerDay {
		bad("GuessesPerDay: want 1 to %d", DefaultGuessesPerDay)
	}
	for field, d := range map[string]time.Duration{"SendTimeout": c.SendTimeout, "StoreTimeout": c.StoreTimeout, "Poll": c.Poll} {
		if d <= 0 || d > time.Minute {
			bad("%s: want up to %v", field, time.Minute)
		}
	}
	problems = append(problems, c.purposeProblems()...)
	problems = append(problems, c.testNumberProblems()...)
	slices.SortStableFunc(problems, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("otp: config: %w", err)
	}
	return nil
}

func keyField(i int) string {
	if i == 0 {
		return "Key"
	}
	return fmt.Sprintf("OldKeys[%d]", i-1)
}

func (c Config) purposeProblems() []error {
	if len(c.Purposes) == 0 {
		return []error{errors.New(`Purposes: want one at least, such as {"login": {}}`)}
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(c.Purposes)) {
		policy := c.Purposes[name]
		problems = append(problems, policy.problems(name)...)
		if isNil(c.Sender) {
			continue
		}
		if err := provider.CheckCode(c.Sender, policy.Template, policy.Digits); err != nil {
			problems = append(problems, fmt.Errorf("Purposes[%q].Digits: %w", name, err))
		}
	}
	return problems
}

// withDefaults fills in what is 0, and copies what the caller could change later.
func (c Config) withDefaults() Config {
	purposes := Purposes{}
	for name, policy := range c.Purposes {
		purposes[name] = policy.withDefaults(name)
	}
	c.Purposes, c.OldKeys, c.TestNumbers = purposes, slices.Clone(c.OldKeys), maps.Clone(c.TestNumbers)
	c.GuessesPerDay = cmp.Or(c.GuessesPerDay, DefaultGuessesPerDay)
	c.SendTimeout = cmp.Or(c.SendTimeout, DefaultSendTimeout)
	c.StoreTimeout = cmp.Or(c.StoreTimeout, DefaultStoreTimeout)
	c.Poll = cmp.Or(c.Poll, DefaultPoll)
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// isNil also finds nil pointers in interfaces.
func isNil(value any) bool {
	if value == nil {
		return true
	}
	v := reflect.ValueOf(value)
	return v.Kind() == reflect.Pointer && v.IsNil()
}
