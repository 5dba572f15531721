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
	// Timeout limits each attempt on this member. An attempt that takes longer
	// counts as KindUnavailable. 0 means no limit but the caller's context and the
	// provider's own.
	Timeout time.Duration
	// Cooldown is how long the member is skipped after a failure that the next
	// message would meet too. 0 means the composer's default: ChainConfig.Cooldown
	// in a chain, and none in a Composer. NoCooldown switches it off. A failure
	// that says how long to wait (RetryAfter) makes it longer, up to an hour; a
	// limit of the account lasts just as long as that.
	Cooldown time.Duration
	// Price is what one accepted message costs. 0 means that it costs nothing or
	// is not known. A member that is a composer has no price: its members have.
	Price Money
	// Limits say when the member is not to be used. The zero value sets none.
	Limits Limits
}

// MemberState is how a member is doing.
type MemberState struct {
	// Name is the name of the member's provider.
	Name string
	// Cooldown is how long the member is still skipped; 0 when it is not. After
	// that a single send goes through to test whether it is well again.
	Cooldown time.Duration
	// LowBalance is true when CheckBalances last found less on the account than
	// Limits.LowBalance.
	LowBalance bool
	// SpentToday is what the member's messages have cost since midnight in
	// Beijing. It includes the messages that are being sent.
	SpentToday Money
}

// member is a Member with its state.
type member struct {
	provider   provider.Provider
	composer   composer // the provider, if it is a Composer, Chain or Router itself
	name       string
	names      []string // of the providers inside that send by themselves
	composed   bool     // a composer is inside, perhaps behind a wrapper
	timeout    time.Duration
	cooldown   time.Duration
	price      Money
	lowBalance *int64 // millionths; nil: no limit
	visit      int    // what Message.Visit grows by; see Composer

	health health
	budget budget
	low    atomic.Bool
}

// newMember makes a member of a Member that has been validated.
func newMember(m Member, defaultCooldown time.Duration) *member {
	made := &member{
		provider: m.Provider,
		composer: asComposer(m.Provider),
		name:     m.Provider.Name(),
		names:    senderNames(m.Provider),
		composed: holdsComposer(m.Provider),
		timeout:  m.Timeout,
		cooldown: m.Cooldown,
		price:    m.Price,
		budget:   budget{limit: m.Limits.DailyBudget},
	}
	if m.Cooldown == 0 {
		made.cooldown = defaultCooldown
	}
	if m.Limits.LowBalance != "" {
		threshold, _, _ := parseDecimal(m.Limits.LowBalance)
		made.lowBalance = &threshold
	}
	return made
}

// asComposer returns p as a composer whose sends can be recorded, or nil. A type
// of another package that wraps or embeds a composer has a Send of its own, which
// must not be passed over.
func asComposer(p provider.Provider) composer {
	switch c := p.(type) {
	case *Composer:
		return c
	case *Chain:
		return c
	case *Router:
		return c
	}
	return nil
}

// holdsComposer reports whether p is a composer, or has one inside.
func holdsComposer(p provider.Provider) bool {
	_, ok := provider.As[composer](p)
	return ok
}

// senderNames lists the providers inside p that send by themselves.
func senderNames(p provider.Provider) []string {
	var names []string
	for inside := range provider.All(p) {
		switch inside.(type) {
		case provider.Wrapper, provider.Group:
		default:
			names = append(names, inside.Name())
		}
	}
	return names
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

// accepted ends an attempt that went well.
func (m *member) accepted(p pass) { m.health.recover(p.probe) }

// failed ends an attempt that did not go well, and completes a.
func (m *member) failed(p pass, f failure, now time.Time, a *Attempt) {
	a.Provider = m.senderName(f.provider)
	a.Err, a.Kind, a.Scope, a.Code, a.MayHaveSent = f.err, f.kind, f.scope, f.code, f.mayHaveSent
	a.Cost = f.cost
	if f.mayHaveSent {
		a.Cost += m.price
	} else if m.price > 0 {
		m.budget.release(m.price, p.day)
	}
	if !f.unhealthy || m.cooldown <= 0 {
		m.health.leave(p.probe)
		return
	}
	a.Cooldown = m.cooldownAfter(f)
	m.health.coolDown(p.probe, now.Add(a.Cooldown))
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

// longestWait bounds what a service can ask for with RetryAfter, so that an
// absurd answer does not end the use of a member for good.
const longestWait = time.Hour

// answer is how a provider answered.
type answer struct {
	receipt  provider.Receipt
	err      error
	timedOut bool    // the member's time limit ran out, or the caller's before it
	inside   *record // what a composer did, unless err holds it
	bound    []codeOnTheWay
}

// send asks the provider, within the member's own time limit, and fills in a.
func (m *member) send(ctx context.Context, msg provider.Message, p pass, a *answer) {
	msg.Visit += m.visit
	if m.timeout == 0 {
		m.sendRecovered(ctx, msg, p, a)
		return
	}
	limited, cancel := m.withTimeout(ctx)
	defer cancel()
	m.sendRecovered(limited, msg, p, a)
	a.timedOut = limited.Err() != nil
}

// withTimeout limits a call of the member, and says so in the cause.
func (m *member) withTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, m.timeout, &timeLimit{m.timeout})
}

// timeLimit is the cause of a context that a member's Timeout has ended.
type timeLimit struct{ length time.Duration }

func (l *timeLimit) Error() string { return fmt.Sprintf("Member.Timeout (%v) is over", l.length) }

// sendRecovered turns a panic into an error: one broken provider must not stop a
// program that has others. It does the same for a nil pointer that would panic
// when it is asked for its text. A goroutine that ends inside the provider gives its
// pass back.
func (m *member) sendRecovered(ctx context.Context, msg provider.Message, p pass, a *answer) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if value := recover(); value != nil {
			a.receipt, a.err = provider.Receipt{}, newPanicError(value, msg)
			return
		}
		m.health.leave(p.probe)
	}()
	m.ask(ctx, msg, a)
	returned = true
}

func (m *member) ask(ctx context.Context, msg provider.Message, a *answer) {
	if m.composer != nil {
		m.sendComposed(ctx, msg, a)
		return
	}
	a.receipt, a.err = m.provider.Send(ctx, msg)
	switch {
	case a.err == nil:
	case isNil(a.err):
		a.err = fmt.Errorf("the error is a nil %T", a.err)
	default:
		a.err = readable(a.err, msg)
	}
}

func (m *member) sendComposed(ctx context.Context, msg provider.Message, a *answer) {
	a.inside = &record{codes: codesOnTheWay{binding: a.bound}} // before the send: it also holds what was done before a panic
	a.receipt, a.err = m.composer.sendRecorded(ctx, msg, a.inside)
	if a.err != nil {
		a.inside = nil
	}
}

// senderName returns the name of the provider that was asked, given the one that
// its receipt or error has: adapters may omit it, and wrappers may put their own.
func (m *member) senderName(given string) string {
	switch {
	case slices.Contains(m.names, given), m.composed && given != "":
		return given
	case len(m.names) == 1:
		return m.names[0]
	case given == "":
		return m.name
	}
	return given
}

// priceOf returns the price of a message that the named provider accepted.
func (m *member) priceOf(name string) Money {
	if m.composed {
		return priceInside(m.provider, name)
	}
	return m.price
}

// priceInside returns the price of the member of that name in the composers inside
// p. If several have the name, it is the highest.
func priceInside(p provider.Provider, name string) Money {
	price := Money(0)
	for inside := range provider.All(p) {
		c, ok := inside.(composer)
		if !ok {
			continue
		}
		for _, m := range c.self().members {
			if slices.Contains(m.names, name) {
				price = max(price, m.price)
			}
		}
	}
	return price
}

func (m *member) state(now time.Time) MemberState {
	state := MemberState{Name: m.name, LowBalance: m.low.Load(), SpentToday: m.budget.spentToday(now)}
	if until := m.health.cooling(); until.After(now) {
		state.Cooldown = until.Sub(now)
	}
	return state
}
