package failover

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// DefaultCooldown is ChainConfig.Cooldown when that is 0.
const DefaultCooldown = 30 * time.Second

// Order says which member a chain asks first, and which ones after it.
type Order int

const (
	// InOrder asks the members as they are listed.
	InOrder Order = iota
	// Rotating begins with the next member for each message, and goes on from there
	// through the list and round to its start.
	Rotating
	// Weighted draws the members at random by ChainConfig.Weights, each once: a
	// member of weight 2 comes first twice as often as one of weight 1.
	Weighted
)

var orderNames = [...]string{InOrder: "in order", Rotating: "rotating", Weighted: "weighted"}

// String returns "in order", "rotating" or "weighted".
func (o Order) String() string { return enumName(o, "Order", orderNames[:]) }

// ChainConfig holds the settings of a chain. The zero value asks the members in
// order.
type ChainConfig struct {
	// Name is the chain's name, in errors. Empty means "chain".
	Name string
	// Order says which member is asked first, and which ones after it. 0 means
	// InOrder.
	Order Order
	// Weights are the members' shares when Order is Weighted, by the names of their
	// providers. A member that is not listed, or has 0, has the weight 1.
	Weights map[string]int
	// Cooldown is how long a member is skipped after a failure that the next
	// message would meet too. 0 means DefaultCooldown; NoCooldown switches it off.
	Cooldown time.Duration
	// Decide overrides what happens after a failed attempt. nil leaves it to the
	// rules in the package comment.
	Decide DecideFunc
	// OtherCodes lets members stand together that send different codes for one
	// template, because a service makes a code of its own in one of them. See the
	// package comment.
	OtherCodes bool
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
	for _, name := range slices.Sorted(maps.Keys(c.Weights)) {
		if weight := c.Weights[name]; weight < 0 || weight > maxWeight {
			problems = append(problems, fmt.Errorf("Weights[%q]: want 0 to %d", name, maxWeight))
		}
	}
	return append(problems, checkCooldown("Cooldown", c.Cooldown))
}

// maxWeight keeps the sum of all weights far from overflow.
const maxWeight = 1_000_000

// checkWeightNames finds names in Weights that do not stand for one member.
func (c ChainConfig) checkWeightNames(members []Member) error {
	membersNamed := map[string]int{}
	for _, m := range members {
		if !isNil(m.Provider) {
			membersNamed[m.Provider.Name()]++
		}
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(c.Weights)) {
		switch membersNamed[name] {
		case 0:
			problems = append(problems, fmt.Errorf("Weights[%q]: no member has a provider of this name", name))
		case 1:
		default:
			problems = append(problems, fmt.Errorf("Weights[%q]: several members have a provider of this name; give each its own", name))
		}
	}
	return errors.Join(problems...)
}

// Chain sends through the first of its members that accepts the message. It asks
// each of them at most once. It asks at least one, unless the message is bad, the
// context has finished or every budget is used up.
type Chain struct {
	sender
	order   Order
	weights []int // in the order of the members
	sends   atomic.Int64
	rand    func(n int) int
}

var _ provider.Group = (*Chain)(nil)

// NewChain makes a chain of the members. The error names every problem of cfg
// and of the members at once. It
// refuses members whose providers have the same name, because receipts find their
// provider by name.
func NewChain(cfg ChainConfig, members ...Member) (*Chain, error) {
	cfg.Name = cfg.name()
	if err := checkChain(cfg, members); err != nil {
		return &Chain{}, err
	}
	chain := &Chain{
		sender: sender{name: cfg.Name, decide: cfg.Decide, onAttempt: cfg.OnAttempt, now: orNow(cfg.Now)},
		order:  cfg.Order,
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
		chain.weights = append(chain.weights, max(cfg.Weights[m.Provider.Name()], 1))
	}
	return chain, nil
}

func checkChain(cfg ChainConfig, members []Member) error {
	labelled := make([]labelledMember, len(members))
	for i, m := range members {
		labelled[i] = labelledMember{label("members", i), m}
	}
	problems := append(cfg.problems(), cfg.checkWeightNames(members), checkMembers(cfg.Name, eachOnce, labelled...))
	if !cfg.OtherCodes && cfg.Decide == nil {
		problems = append(problems, checkCodes(labelled))
	}
	if len(members) == 0 {
		problems = append(problems, errors.New("members: want at least one"))
	}
	return configError(cfg.Name, problems...)
}

// usualMembers is how many members fit into an order without allocating.
const usualMembers = 8

// Send asks one member after the other until one accepts m. The receipt is that
// provider's own. The error is an *Error.
func (c *Chain) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	var r record
	return c.sendRecorded(ctx, m, &r)
}

func (c *Chain) sendRecorded(ctx context.Context, m provider.Message, r *record) (provider.Receipt, error) {
	if err := c.check(ctx, m); err != nil {
		return provider.Receipt{}, err
	}
	var room [usualMembers]int
	return c.send(ctx, m, c.pickOrder(room[:0]), r)
}

// pickOrder appends the indexes of the members, in the order for one message.
func (c *Chain) pickOrder(indexes []int) []int {
	n := len(c.members)
	first := 0
	if c.order == Rotating {
		first = int((c.sends.Add(1) - 1) % int64(n))
	}
	for i := range n {
		indexes = append(indexes, (first+i)%n)
	}
	if c.order == Weighted {
		c.draw(indexes)
	}
	return indexes
}

// draw puts one member after the other in front of the rest, each with a chance
// in proportion to its weight.
func (c *Chain) draw(indexes []int) {
	total := 0
	for _, i := range indexes {
		total += c.weights[i]
	}
	for place := range indexes {
		ticket := c.rand(total)
		for k := place; k < len(indexes); k++ {
			weight := c.weights[indexes[k]]
			if ticket < weight {
				indexes[place], indexes[k] = indexes[k], indexes[place]
				total -= weight
				break
			}
			ticket -= weight
		}
	}
}
