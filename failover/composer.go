package failover

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Defaults of ComposerConfig.
const (
	// DefaultWindow is ComposerConfig.Window when that is 0.
	DefaultWindow = 10 * time.Minute
	// DefaultMaxRetries is ComposerConfig.MaxRetries when that is 0.
	DefaultMaxRetries = 10
	// DefaultStoreTimeout is ComposerConfig.StoreTimeout when that is 0.
	DefaultStoreTimeout = time.Second
)

// NoMaxRetries, as ComposerConfig.MaxRetries, allows any number of retries.
const NoMaxRetries = -1

// ComposerConfig holds the settings of a composer: where a user's first attempt
// goes, and where retries go.
type ComposerConfig struct {
	// Name is the composer's name, in errors and in the keys of Attempts. Replicas
	// have the same one. Empty means "failover", and the keys then have the names of
	// the providers inside as well, which keeps composers in one store apart. Two
	// composers without a name and with the same providers are refused where a
	// MemoryStore shows them; in another store they share their counts.
	Name string
	// First takes a user's first attempt: the free way, such as a phone behind a
	// relay. Required.
	First Member
	// Retry takes every later attempt, and the first one too when First fails.
	// Required. It may hold the provider of First again, as the last of a chain.
	Retry Member
	// Window is how long an attempt counts: one that comes within Window of the
	// last one, for the same phone and template, is a retry. 0 means
	// DefaultWindow.
	Window time.Duration
	// MaxRetries is how many retries for one phone and template are sent in each
	// Window on the clock; the windows follow each other from the Unix epoch on. A
	// further one is refused before anybody is asked, as KindThrottled with ScopePhone,
	// and RetryAfter says when the next window begins. So a stranger who keeps asking
	// for somebody's number costs so much and no more. First attempts are not limited
	// here. 0 means DefaultMaxRetries; NoMaxRetries switches it off.
	MaxRetries int
	// Attempts counts the attempts. nil means a store in memory, which is right
	// for a single process; replicas share one.
	Attempts AttemptStore
	// StoreTimeout limits each call of Attempts. 0 means DefaultStoreTimeout. A
	// MemoryStore answers at once and is not timed.
	StoreTimeout time.Duration
	// Key is the secret for the digests that stand for phones in Attempts. Without
	// it, somebody who can read the store can find the numbers by trying all of
	// them. Replicas need the same one. Empty means a plain digest.
	Key provider.Secret
	// Decide overrides what happens after a failed attempt. nil leaves it to the
	// rules in the package comment.
	Decide DecideFunc
	// OtherCodes lets First and Retry send different codes for one template, because a
	// service makes a code of its own in one of them. See the package comment.
	OtherCodes bool
	// OnAttempt sees every attempt. Optional.
	OnAttempt AttemptFunc
	// OnStoreError is called for every failure of Attempts during a send, which
	// then goes to Retry unless Message.Attempt is set. Set it: each such message
	// is paid for, though it may have been a first attempt. Like AttemptFunc it
	// should be quick and is called concurrently.
	OnStoreError func(ctx context.Context, err error)
	// Now tells the time. nil means time.Now.
	Now func() time.Time
}

// Validate reports every problem at once.
func (c ComposerConfig) Validate() error {
	problems := []error{
		checkMembers(c.name(), sameProviderAgain, labelledMember{"First", c.First}, labelledMember{"Retry", c.Retry}),
		checkNotNegative("Window", c.Window),
		checkNotNegative("StoreTimeout", c.StoreTimeout),
		c.checkMaxRetries(),
	}
	if !c.OtherCodes && c.Decide == nil {
		problems = append(problems, checkCodes([]labelledMember{{"First", c.First}, {"Retry", c.Retry}}))
	}
	if !isNil(c.First.Provider) && !isNil(c.Retry.Provider) && isSame(c.First.Provider, c.Retry.Provider) {
		problems = append(problems, errors.New("Retry.Provider: is the one that First has"))
	}
	if c.Attempts != nil && isNil(c.Attempts) {
		problems = append(problems, errors.New("Attempts: is a nil pointer"))
	}
	return configError(c.name(), problems...)
}

func (c ComposerConfig) checkMaxRetries() error {
	if c.MaxRetries < 0 && c.MaxRetries != NoMaxRetries {
		return errors.New("MaxRetries: must not be negative; NoMaxRetries switches it off")
	}
	return nil
}

// nameInKeys is what keeps the counts of several composers in one store apart.
func (c ComposerConfig) nameInKeys() string {
	if c.Name != "" {
		return c.Name
	}
	names := append([]string{c.name()}, senderNames(c.First.Provider)...)
	return strings.Join(append(append(names, "|"), senderNames(c.Retry.Provider)...), "\x00")
}

func (c ComposerConfig) name() string {
	if c.Name == "" {
		return "failover"
	}
	return c.Name
}

// Composer sends a user's first attempt through one provider and any retry
// through another. It counts the attempts by phone and template, or takes the
// number from Message.Attempt.
type Composer struct {
	sender
	window       time.Duration
	attempts     AttemptStore
	storeTimeout time.Duration // 0: none
	maxRetries   int           // NoMaxRetries: any number
	keys         *keyer
	onStoreError func(ctx context.Context, err error)
}

var _ provider.Group = (*Composer)(nil)

// NewComposer makes a composer. The error names every problem of cfg at once; the
// composer beside it refuses every message.
func NewComposer(cfg ComposerConfig) (*Composer, error) {
	if err := cfg.Validate(); err != nil {
		return &Composer{}, err
	}
	c := &Composer{
		sender:       sender{name: cfg.name(), decide: cfg.Decide, onAttempt: cfg.OnAttempt, now: orNow(cfg.Now)},
		window:       cfg.Window,
		attempts:     cfg.Attempts,
		storeTimeout: cfg.StoreTimeout,
		maxRetries:   cmp.Or(cfg.MaxRetries, DefaultMaxRetries),
		keys:         newKeyer(cfg.nameInKeys(), cfg.Key),
		onStoreError: cfg.OnStoreError,
	}
	// There is no cooldown by default: a relay without a phone refuses at once, and
	// Send should use it again as soon as the phone is back.
	c.members = []*member{newMember(cfg.First, NoCooldown), newMember(cfg.Retry, NoCooldown)}
	c.members[1].visit = places(cfg.First.Provider)
	if c.window == 0 {
		c.window = DefaultWindow
	}
	if c.storeTimeout == 0 {
		c.storeTimeout = DefaultStoreTimeout
	}
	if c.attempts == nil {
		c.attempts = newMemoryStore(MemoryStoreConfig{Now: cfg.Now})
	}
	if store, inMemory := c.attempts.(*MemoryStore); inMemory {
		c.storeTimeout = 0
		if cfg.Name == "" && !store.claim(cfg.nameInKeys()) {
			return &Composer{}, configError(cfg.name(), errors.New(
				"Name: must not be empty, because another composer without a name and with these providers counts in Attempts"))
		}
	}
	return c, nil
}

var (
	firstOnly      = []int{0}
	firstThenRetry = []int{0, 1}
	retryOnly      = []int{1}
)

// Send counts the attempt and sends m. A first attempt goes to First, and on to
// Retry where the rules in the package comment say "next member"; every other
// attempt goes to Retry. The receipt is that of the provider that accepted. The
// error is an *Error.
//
// The attempt counts before anything is sent, whatever becomes of it: when a user
// presses the button again, the first message has not helped. Of two clicks at
// the same time, exactly one is the first. If m.Attempt is set, Send goes by that
// number and counts the attempt as well. The members find the number in
// m.Attempt.
//
// A count by phone can be pushed by anybody who knows the number: when a stranger asks
// for it every few minutes, each text that the real user asks for counts as a retry and
// is paid. A program with sessions counts by session instead and sets m.Attempt to 1
// for the first request of a session, 2 for the next. MaxRetries holds in either case.
//
// A message with FreeOnly goes to First and nowhere else, whatever its number, and
// counts as an attempt, but not for MaxRetries.
func (c *Composer) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	var r record
	return c.sendRecorded(ctx, m, &r)
}

func (c *Composer) sendRecorded(ctx context.Context, m provider.Message, r *record) (provider.Receipt, error) {
	if err := c.check(ctx, m); err != nil {
		return provider.Receipt{}, err
	}
	counted := c.add(ctx, c.keys.key(m.To, m.Template))
	if m.Attempt <= 0 {
		m.Attempt = counted
	}
	if m.Attempt != 1 && !m.FreeOnly && counted != 0 && c.maxRetries != NoMaxRetries {
		if err := c.limitRetries(ctx, m); err != nil {
			return provider.Receipt{}, err
		}
	}
	if err := c.checkContext(ctx); err != nil { // it may have finished meanwhile
		return provider.Receipt{}, err
	}
	if m.FreeOnly {
		return c.send(ctx, m, firstOnly, r)
	}
	if m.Attempt == 1 {
		return c.send(ctx, m, firstThenRetry, r)
	}
	return c.send(ctx, m, retryOnly, r)
}

// limitRetries counts a retry in its window, and refuses one too many. The count has
// a key of its own: one that each attempt renews would never end for a number that a
// stranger keeps asking for, and its owner would get no text any more.
func (c *Composer) limitRetries(ctx context.Context, m provider.Message) error {
	now := c.now().UnixNano()
	passed := time.Duration(now % int64(c.window))
	if c.add(ctx, c.keys.retryKey(m.To, m.Template, now/int64(c.window))) <= c.maxRetries {
		return nil // a store that failed has 0
	}
	return c.refuse(&provider.Error{
		Kind: provider.KindThrottled, Scope: provider.ScopePhone, RetryAfter: c.window - passed,
		Text: fmt.Sprintf("MaxRetries: this phone and template have had %d retries within %v", c.maxRetries, c.window),
	})
}

// add counts an attempt under key and returns the count, or 0 when the store failed.
func (c *Composer) add(ctx context.Context, key string) int {
	limited, cancel := c.storeContext(ctx)
	defer cancel()
	counted, err := c.addRecovered(limited, key)
	if err == nil && counted < 1 {
		err = fmt.Errorf("the count is %d", counted)
	}
	if err == nil {
		return counted
	}
	if c.onStoreError != nil && ctx.Err() == nil {
		c.onStoreError(ctx, fmt.Errorf("%s: count attempts: %w", c.name, err))
	}
	return 0
}

// addRecovered turns a panic of the store into an error: a message is sent also when
// the store is broken.
func (c *Composer) addRecovered(ctx context.Context, key string) (counted int, err error) {
	defer recoverInto(&err)
	return c.attempts.Add(ctx, key, c.window)
}

// recoverInto turns a panic of what the caller has given into an error.
func recoverInto(err *error) {
	if value := recover(); value != nil {
		*err = newPanicError(value, provider.Message{})
	}
}

// Forget makes the next attempt of that phone and template a first one again.
// Call it when the user's code was right. What MaxRetries counts lasts until its
// window is over.
func (c *Composer) Forget(ctx context.Context, phone provider.Phone, template string) error {
	if c.attempts == nil {
		return errors.New(notMade)
	}
	limited, cancel := c.storeContext(ctx)
	defer cancel()
	if err := c.forgetRecovered(limited, c.keys.key(phone, template)); err != nil {
		return fmt.Errorf("%s: forget attempts: %w", c.name, err)
	}
	return nil
}

func (c *Composer) forgetRecovered(ctx context.Context, key string) (err error) {
	defer recoverInto(&err)
	return c.attempts.Forget(ctx, key)
}

// storeContext limits a call of the store, so that a send does not wait for a
// store that hangs.
func (c *Composer) storeContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.storeTimeout == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.storeTimeout)
}

// places counts the places at which one provider may stand inside p. Only the two
// members of a Composer may have the same one, and Retry's visits come after First's.
func places(p provider.Provider) int {
	most := 1
	switch outer := p.(type) {
	case composer:
		for _, m := range outer.self().members {
			most = max(most, m.visit+places(m.provider))
		}
	case provider.Wrapper:
		return places(outer.Unwrap())
	case provider.Group:
		for _, inside := range outer.Providers() {
			most = max(most, places(inside))
		}
	}
	return most
}
