package failover

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Defaults of ComposerConfig.
const (
	// DefaultWindow is ComposerConfig.Window when that is 0.
	DefaultWindow = 10 * time.Minute
	// DefaultStoreTimeout is ComposerConfig.StoreTimeout when that is 0.
	DefaultStoreTimeout = time.Second
)

// ComposerConfig holds the settings of a composer: where a user's first attempt
// goes, and where retries go.
type ComposerConfig struct {
	// Name is the composer's name, in errors and in the keys of Attempts. Empty
	// means "failover".
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
	}
	if !isNil(c.First.Provider) && !isNil(c.Retry.Provider) && isSame(c.First.Provider, c.Retry.Provider) {
		problems = append(problems, errors.New("Retry.Provider: is the one that First has"))
	}
	if c.Attempts != nil && isNil(c.Attempts) {
		problems = append(problems, errors.New("Attempts: is a nil pointer"))
	}
	return configError(c.name(), problems...)
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
	keys         *keyer
	onStoreError func(ctx context.Context, err error)
}

var _ provider.Group = (*Composer)(nil)

// NewComposer makes a composer. The error names every problem of cfg at once.
func NewComposer(cfg ComposerConfig) (*Composer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	c := &Composer{
		sender:       sender{name: cfg.name(), decide: cfg.Decide, onAttempt: cfg.OnAttempt, now: orNow(cfg.Now)},
		window:       cfg.Window,
		attempts:     cfg.Attempts,
		storeTimeout: cfg.StoreTimeout,
		keys:         newKeyer(cfg.name(), cfg.Key),
		onStoreError: cfg.OnStoreError,
	}
	// There is no cooldown by default: a relay without a phone refuses at once, and
	// Send should use it again as soon as the phone is back.
	c.members = []*member{newMember(cfg.First, NoCooldown), newMember(cfg.Retry, NoCooldown)}
	if c.window == 0 {
		c.window = DefaultWindow
	}
	if c.storeTimeout == 0 {
		c.storeTimeout = DefaultStoreTimeout
	}
	if c.attempts == nil {
		c.attempts = newMemoryStore(MemoryStoreConfig{Now: cfg.Now})
	}
	if _, inMemory := c.attempts.(*MemoryStore); inMemory {
		c.storeTimeout = 0
	}
	return c, nil
}

var (
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
func (c *Composer) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	var r record
	return c.sendRecorded(ctx, m, &r)
}

func (c *Composer) sendRecorded(ctx context.Context, m provider.Message, r *record) (provider.Receipt, error) {
	if err := c.check(ctx, m); err != nil {
		return provider.Receipt{}, err
	}
	counted := c.count(ctx, m)
	if err := c.checkContext(ctx); err != nil { // it may have finished meanwhile
		return provider.Receipt{}, err
	}
	if m.Attempt <= 0 {
		m.Attempt = counted
	}
	if m.Attempt == 1 {
		return c.send(ctx, m, firstThenRetry, r)
	}
	return c.send(ctx, m, retryOnly, r)
}

// count records an attempt and returns its number, or 0 when the store failed.
func (c *Composer) count(ctx context.Context, m provider.Message) int {
	limited, cancel := c.storeContext(ctx)
	defer cancel()
	counted, err := c.attempts.Add(limited, c.keys.key(m.To, m.Template), c.window)
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

// Forget makes the next attempt of that phone and template a first one again.
// Call it when the user's code was right.
func (c *Composer) Forget(ctx context.Context, phone provider.Phone, template string) error {
	limited, cancel := c.storeContext(ctx)
	defer cancel()
	if err := c.attempts.Forget(limited, c.keys.key(phone, template)); err != nil {
		return fmt.Errorf("%s: forget attempts: %w", c.name, err)
	}
	return nil
}

// storeContext limits a call of the store, so that a send does not wait for a
// store that hangs.
func (c *Composer) storeContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.storeTimeout == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.storeTimeout)
}
