package failover

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// DefaultCooldown is ChainConfig.Cooldown when that is 0.
const DefaultCooldown = 30 * time.Second

// ChainConfig is how a chain goes about it. The zero value asks the members in
// order.
type ChainConfig struct {
	// Name is the chain's name, in errors. Empty means "chain".
	Name string
	// Order is how the members are picked. 0 means InOrder.
	Order Order
	// Cooldown is how long a member is left out after a failure that the next
	// message would meet too. 0 means DefaultCooldown; NoCooldown switches it off.
	Cooldown time.Duration
	// Decide overrules what happens after a failed attempt. nil leaves it to the
	// rules in the package comment.
	Decide DecideFunc
	// OnAttempt sees every attempt. Optional.
	OnAttempt AttemptFunc
	// Rand returns a random number from 0 up to, but not including, n, and is
	// called concurrently; Order Weighted needs it. nil means math/rand/v2.IntN.
	Rand func(n int) int
	// Now tells the time. nil means time.Now.
	Now func() time.Time
}

// Validate reports every problem at once.
func (c ChainConfig) Validate() error { return configError(c.name(), c.problems()...) }

func (c ChainConfig) name() string {
	if c.Name == "" {
		return "chain"
	}
	return c.Name
}

func (c ChainConfig) problems() []error {
	var problems []error
	if c.Order < InOrder || c.Order > Weighted {
		problems = append(problems, errors.New("Order: no such order"))
	}
	return append(problems, checkCooldown("Cooldown", c.Cooldown))
}

// Chain sends through the first of its members that accepts the message. It asks
// each at most once, and at least one of them unless the message is bad, the
// context has finished or every budget is used up.
type Chain struct {
	engine
	kind Order
	turn atomic.Int64
	rand func(n int) int
}

var _ provider.Group = (*Chain)(nil)

// NewChain makes a chain of the members. The error names every problem of cfg
// and of the members at once. Members whose providers bear the same name are
// refused, because receipts find their provider by name.
func NewChain(cfg ChainConfig, members ...Member) (*Chain, error) {
	cfg.Name = cfg.name()
	labelled := make([]labelledMember, len(members))
	for i, m := range members {
		labelled[i] = labelledMember{label("members", i), m}
	}
	problems := append(cfg.problems(), checkMembers(cfg.Name, eachOnce, labelled...))
	if len(members) == 0 {
		problems = append(problems, errors.New("members: want at least one"))
	}
	if err := configError(cfg.Name, problems...); err != nil {
		return nil, err
	}
	chain := &Chain{
		engine: engine{name: cfg.Name, decide: cfg.Decide, onAttempt: cfg.OnAttempt, now: orNow(cfg.Now)},
		kind:   cfg.Order,
		rand:   cfg.Rand,
	}
	if chain.rand == nil {
		chain.rand = rand.IntN
	}
	if cfg.Cooldown == 0 {
		cfg.Cooldown = DefaultCooldown
	}
	for _, m := range members {
		chain.members = append(chain.members, newMember(m, cfg.Cooldown))
	}
	return chain, nil
}

// usualMembers is how many members fit into an order without allocating.
const usualMembers = 8

// Send asks one member after the other until one accepts m. The receipt is that
// provider's own. The error is an *Error.
func (c *Chain) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	var room [usualMembers]int
	return c.send(ctx, m, c.order(room[:0]))
}

func orNow(now func() time.Time) func() time.Time {
	if now == nil {
		return time.Now
	}
	return now
}
