package failover

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// NoCooldown is a cooldown that never begins.
const NoCooldown time.Duration = -1

// Member is a provider in a chain or composer.
type Member struct {
	// Provider sends. Required. It may be a composer itself.
	Provider provider.Provider
	// Timeout limits each attempt on this member, which is then Unavailable. 0
	// means no limit but the caller's context and the provider's own.
	Timeout time.Duration
	// Cooldown is how long the member is left out after a failure that the next
	// message would meet too. 0 means the composer's default: ChainConfig.Cooldown
	// in a chain, and none in a Composer. NoCooldown switches it off. A failure
	// that says how long to wait (RetryAfter) makes it longer, up to an hour; a
	// limit of the account lasts just as long as that.
	Cooldown time.Duration
	// Weight is the member's share in a chain of Order Weighted. 0 means 1.
	Weight int

	// Price is what one accepted message costs. 0 means that it costs nothing or
	// is not known. A member that is a composer has no price: its members have.
	Price Money
	// DailyBudget takes the member out of the order, without exception, for the
	// rest of the Beijing calendar day once that much is spent. It needs a Price,
	// counts in this process only, and starts afresh with it. 0 means no limit.
	DailyBudget Money
	// LowBalance takes the member out of the order while less than that is left
	// on its account, as CheckBalances last read it: a decimal number of whatever
	// the account counts, messages or yuan, such as "500". Empty means no limit.
	LowBalance string
}

// MemberState is how a member is doing.
type MemberState struct {
	// Name is the name of the member's provider.
	Name string
	// Cooldown is how long the member is still left out; 0 when it is not. After
	// that a single send goes through to see whether it is well again.
	Cooldown time.Duration
	// LowBalance is true when CheckBalances last found less on the account than
	// the member's LowBalance.
	LowBalance bool
	// SpentToday is what the member's messages have cost since midnight in
	// Beijing, those on their way included.
	SpentToday Money
}

// member is a Member at work.
type member struct {
	provider   provider.Provider
	name       string
	leaves     []string // names of the providers that send by themselves
	composed   bool     // a composer of this package is inside, and reports the attempts
	timeout    time.Duration
	cooldown   time.Duration
	weight     int
	price      Money
	lowBalance *int64 // millionths; nil: no threshold

	health health
	budget budget
	low    atomic.Bool
}

// newMember takes over a Member that has been validated.
func newMember(m Member, defaultCooldown time.Duration) *member {
	made := &member{
		provider: m.Provider,
		name:     m.Provider.Name(),
		leaves:   leafNames(m.Provider),
		composed: hasComposer(m.Provider),
		timeout:  m.Timeout,
		cooldown: m.Cooldown,
		weight:   max(m.Weight, 1),
		price:    m.Price,
		budget:   budget{limit: m.DailyBudget},
	}
	if m.Cooldown == 0 {
		made.cooldown = defaultCooldown
	}
	if m.LowBalance != "" {
		threshold, _, _ := parseDecimal(m.LowBalance)
		made.lowBalance = &threshold
	}
	return made
}

// pass is the permission for one attempt. accepted or failed gives it back.
type pass struct {
	probe bool
	day   int64 // of the budget that the price was reserved in
}

// enter asks for an attempt. A reason other than 0 says why there is none now.
// With force only the budget can refuse.
func (m *member) enter(now time.Time, force bool) (p pass, reason SkipReason) {
	if !force {
		if m.low.Load() {
			return pass{}, SkipBalance
		}
		ok, probe := m.health.enter(now)
		if !ok {
			return pass{}, SkipCooldown
		}
		p.probe = probe
	}
	if m.price == 0 {
		return p, 0
	}
	day, ok := m.budget.reserve(m.price, now)
	if !ok {
		m.health.leave(p.probe)
		return pass{}, SkipBudget
	}
	p.day = day
	return p, 0
}

// accepted ends an attempt that went well. It returns the cost.
func (m *member) accepted(p pass) Money {
	m.health.recover(p.probe)
	return m.price
}

// failed ends an attempt that did not. It returns what it may cost, and the
// cooldown if one begins.
func (m *member) failed(p pass, f failure, now time.Time) (cost Money, cooldown time.Duration) {
	cost = m.price + f.cost
	if !f.mayHaveSent && m.price > 0 {
		m.budget.release(m.price, p.day)
		cost = f.cost
	}
	if !f.unhealthy || m.cooldown <= 0 {
		m.health.leave(p.probe)
		return cost, 0
	}
	cooldown = m.cooldownAfter(f)
	m.health.coolDown(p.probe, now.Add(cooldown))
	return cost, cooldown
}

// cooldownAfter is as long as the service asks for. Only a limit ends when it
// says; for anything else the member's own cooldown is the least.
func (m *member) cooldownAfter(f failure) time.Duration {
	wait := min(f.retryAfter, longestWait)
	if f.kind == provider.KindThrottled && wait > 0 {
		return wait
	}
	return max(m.cooldown, wait)
}

// longestWait bounds what a service can ask for with RetryAfter, so that a
// nonsensical answer does not take a member out for good.
const longestWait = time.Hour

// send asks the provider, within the member's own time limit. timedOut is true
// when that limit ran out, or the caller's before it.
func (m *member) send(ctx context.Context, msg provider.Message) (r provider.Receipt, timedOut bool, err error) {
	if m.timeout == 0 {
		r, err = m.sendRecovered(ctx, msg)
		return r, false, err
	}
	limited, cancel := context.WithTimeout(ctx, m.timeout)
	defer cancel()
	r, err = m.sendRecovered(limited, msg)
	return r, limited.Err() != nil, err
}

// sendRecovered turns a panic into an error, and also a nil pointer that would
// panic when it is asked for its text: one broken provider must not take down a
// program that has others.
func (m *member) sendRecovered(ctx context.Context, msg provider.Message) (r provider.Receipt, err error) {
	defer func() {
		if value := recover(); value != nil {
			r, err = provider.Receipt{}, newPanicError(value, msg)
		}
	}()
	r, err = m.provider.Send(ctx, msg)
	if err != nil && isNil(err) {
		err = fmt.Errorf("the error is a nil %T", err)
	}
	return r, err
}

// leaf returns the name of the provider that was asked, given the one that its
// receipt or error bears: adapters may leave that out, and wrappers may put
// their own.
func (m *member) leaf(given string) string {
	switch {
	case slices.Contains(m.leaves, given), m.composed && given != "":
		return given
	case len(m.leaves) == 1:
		return m.leaves[0]
	case given == "":
		return m.name
	}
	return given
}

func (m *member) state(now time.Time) MemberState {
	state := MemberState{Name: m.name, LowBalance: m.low.Load(), SpentToday: m.budget.spentToday(now)}
	if until := m.health.cooling(); until.After(now) {
		state.Cooldown = until.Sub(now)
	}
	return state
}
