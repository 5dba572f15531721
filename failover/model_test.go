package failover_test

import (
	"slices"
	"time"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

// The reference model: what a Chain and a Composer promise, said once more as plainly
// as possible. It is slow, does one thing at a time and shares no code with the
// package. It asks nobody: a story tells it what each leaf answered in the real thing,
// and fails when the model would have asked somebody else.

// modelNode sends one message.
type modelNode interface {
	send(s *modelStory, m modelMessage) modelResult
	nodeName() string
}

// modelMessage is a message, and the codes that bind whoever sends it next.
type modelMessage struct {
	withCode       bool
	attempt, visit int
	bound          []string // makers of codes that may be on their way
}

// modelAttempt is an attempt as Attempt describes it. maker says whose code it carried.
type modelAttempt struct {
	provider       string
	kind           provider.Kind
	scope          provider.Scope
	unsure, failed bool
	userAttempt    int
	cost           failover.Money
	cooldown       time.Duration
	maker          string
	refusal        bool // of a composer that asked nobody
}

// modelResult is what became of one send.
type modelResult struct {
	accepted   bool
	attempts   []modelAttempt // in their order; the accepted one comes last
	skipped    []failover.Skipped
	otherCodes []string // whose other codes may be on their way
	unhealthy  bool     // the next message would fail as well
	retryAfter time.Duration
}

func (r modelResult) unsure() bool {
	return slices.ContainsFunc(r.attempts, func(a modelAttempt) bool { return a.unsure })
}

// modelRefusal is a send in which nobody was asked, of the message as the composer was
// given it.
func modelRefusal(name string, m modelMessage, kind provider.Kind, scope provider.Scope, skipped []failover.Skipped) modelResult {
	return modelResult{
		attempts: []modelAttempt{{provider: name, kind: kind, scope: scope, failed: true, userAttempt: m.attempt, refusal: true}},
		skipped:  skipped,
	}
}

// modelLeaf is a provider that sends by itself.
type modelLeaf struct {
	name  string
	maker bool // of the codes in its texts
	low   bool // its account
}

func (l *modelLeaf) nodeName() string { return l.name }

// makerFor says whose code its text has.
func (l *modelLeaf) makerFor(m modelMessage) string {
	if l.maker && m.withCode {
		return l.name
	}
	return ""
}

func (l *modelLeaf) send(s *modelStory, m modelMessage) modelResult {
	reply := s.replyOf(l.name, m)
	a := modelAttempt{provider: l.name, userAttempt: m.attempt, maker: l.makerFor(m)}
	if reply.accepts {
		return modelResult{accepted: true, attempts: []modelAttempt{a}}
	}
	a.failed, a.kind, a.scope, a.unsure = true, reply.kind, reply.scope, reply.unsure
	unhealthy := slices.Contains([]provider.Kind{
		provider.KindAuth, provider.KindBalance, provider.KindConfig, provider.KindUnavailable,
	}, reply.kind)
	if reply.kind == provider.KindThrottled && reply.scope == provider.ScopeAccount {
		unhealthy = reply.retryAfter > 0
	}
	return modelResult{attempts: []modelAttempt{a}, unhealthy: unhealthy, retryAfter: reply.retryAfter}
}

// modelMember is a member with its state.
type modelMember struct {
	node          modelNode
	price, budget failover.Money
	watched       bool // it has a LowBalance
	cooldown      time.Duration
	visit         int

	until time.Time // the end of its cooldown
	low   bool
	spent failover.Money
	day   string
}

// leftOut says why the member is not asked now, or 0. As a spare only its budget and
// codes count.
func (m *modelMember) leftOut(s *modelStory, msg modelMessage, spare bool) failover.SkipReason {
	leaf, isLeaf := m.node.(*modelLeaf)
	if isLeaf && slices.ContainsFunc(msg.bound, func(maker string) bool { return maker != leaf.makerFor(msg) }) {
		return failover.SkipOtherCode
	}
	if !spare && m.low {
		return failover.SkipBalance
	}
	if !spare && s.now.Before(m.until) {
		return failover.SkipCooldown
	}
	if day := beijingDay(s.now); day != m.day {
		m.day, m.spent = day, 0
	}
	if m.budget > 0 && m.spent+m.price > m.budget {
		return failover.SkipBudget
	}
	return 0
}

func beijingDay(t time.Time) string {
	return t.In(time.FixedZone("Beijing", 8*60*60)).Format(time.DateOnly)
}

// ask gives the member a message, and keeps its books.
func (m *modelMember) ask(s *modelStory, msg modelMessage) modelResult {
	day := m.day
	msg.visit += m.visit
	r := m.node.send(s, msg)
	last := &r.attempts[len(r.attempts)-1]
	if r.accepted {
		m.until = time.Time{}
	} else if r.unhealthy = r.unhealthy && !s.cancelled; r.unhealthy && m.cooldown > 0 {
		m.coolDown(s.now, last, &r)
	}
	if r.accepted || r.unsure() {
		if m.day == day {
			m.spent += m.price
		}
		last.cost += m.price
	}
	return r
}

func (m *modelMember) coolDown(now time.Time, last *modelAttempt, r *modelResult) {
	wait := min(r.retryAfter, time.Hour)
	length := max(m.cooldown, wait)
	if last.kind == provider.KindThrottled && wait > 0 {
		length = wait
	}
	if _, isLeaf := m.node.(*modelLeaf); isLeaf {
		last.cooldown = length
	}
	if end := now.Add(length); end.After(m.until) {
		m.until = end
	}
}

// modelSend is one send of a chain or composer that is going on.
type modelSend struct {
	story   *modelStory
	name    string
	decides bool
	given   modelMessage
	message modelMessage
	result  modelResult
	healthy bool
	unsure  []modelAttempt
}

// through asks the members in that order, then the spares, and returns the result.
func (c *modelSend) through(order []*modelMember, everybody bool) modelResult {
	var spares []*modelMember
	for _, m := range order {
		if reason := m.leftOut(c.story, c.message, false); reason != 0 {
			c.result.skipped = append(c.result.skipped, failover.Skipped{Provider: m.node.nodeName(), Reason: reason})
			if reason == failover.SkipBalance || reason == failover.SkipCooldown {
				spares = append(spares, m)
			}
			continue
		}
		if _, goesOn := c.ask(m); !goesOn {
			return c.end(false)
		}
	}
	slices.SortStableFunc(spares, func(a, b *modelMember) int { return a.until.Compare(b.until) })
	for _, m := range spares {
		place := c.placeOf(m)
		if reason := m.leftOut(c.story, c.message, true); reason != 0 {
			c.result.skipped[place].Reason = reason
			continue
		}
		c.result.skipped = slices.Delete(c.result.skipped, place, place+1)
		asked, goesOn := c.ask(m)
		if !goesOn {
			return c.end(false)
		}
		if asked {
			break
		}
	}
	return c.end(everybody)
}

// placeOf finds a spare among the skipped. The names of a story are all different.
func (c *modelSend) placeOf(m *modelMember) int {
	return slices.IndexFunc(c.result.skipped, func(s failover.Skipped) bool { return s.Provider == m.node.nodeName() })
}

// ask asks one member. asked is false when it was a composer that asked nobody.
func (c *modelSend) ask(m *modelMember) (asked, goesOn bool) {
	r := m.ask(c.story, c.message)
	c.result.attempts = append(c.result.attempts, r.attempts...)
	c.result.skipped = append(c.result.skipped, innerSkipped(m.node, r)...)
	if r.accepted {
		c.accept(r)
		return true, false
	}
	c.healthy = c.healthy || !r.unhealthy
	for _, a := range r.attempts {
		asked = asked || !a.refusal
	}
	return asked, c.decide(r)
}

// innerSkipped are the skipped ones that a composer inside hands on: a refusal of its
// own keeps them in its error.
func innerSkipped(node modelNode, r modelResult) []failover.Skipped {
	if first := r.attempts[0]; first.refusal && first.provider == node.nodeName() {
		return nil
	}
	return r.skipped
}

func (c *modelSend) accept(r modelResult) {
	c.result.accepted = true
	c.result.otherCodes = r.otherCodes
	accepted := r.attempts[len(r.attempts)-1]
	for _, a := range c.unsure {
		if a.maker != accepted.maker {
			c.result.otherCodes = append(c.result.otherCodes, a.provider)
		}
	}
}

// decide says whether the send goes on after a failure.
func (c *modelSend) decide(r modelResult) bool {
	if c.story.cancelled {
		return false
	}
	decision := failover.DecideByRule
	if c.decides {
		decision = c.story.decisionOf(c.name)
	}
	for _, a := range r.attempts {
		if !a.unsure {
			continue
		}
		c.unsure = append(c.unsure, a)
		if decision != failover.DecideNext {
			c.message.bound = append(slices.Clone(c.message.bound), a.maker)
		}
	}
	switch decision {
	case failover.DecideNext:
		return true
	case failover.DecideStop:
		return false
	}
	return !r.unsure() || c.message.withCode
}

func (c *modelSend) end(everybody bool) modelResult {
	r := c.result
	if len(r.attempts) == 0 {
		kind := provider.KindBalance
		if slices.ContainsFunc(r.skipped, func(s failover.Skipped) bool { return s.Reason == failover.SkipOtherCode }) {
			kind = provider.KindUnsupported
		}
		return modelRefusal(c.name, c.given, kind, provider.ScopeNone, r.skipped)
	}
	r.unhealthy = everybody && !c.healthy && !r.accepted
	return r
}

// modelChain is a Chain.
type modelChain struct {
	name    string
	members []*modelMember
	rotates bool
	decides bool
	sends   int
}

func (c *modelChain) nodeName() string { return c.name }

func (c *modelChain) send(s *modelStory, m modelMessage) modelResult {
	order := c.members
	if c.rotates {
		first := c.sends % len(order)
		order = append(slices.Clone(order[first:]), order[:first]...)
		c.sends++
	}
	send := &modelSend{story: s, name: c.name, decides: c.decides, given: m, message: m}
	return send.through(order, true)
}

// modelComposer is a Composer.
type modelComposer struct {
	name         string
	first, retry *modelMember
	window       time.Duration
	maxRetries   int // 0: any number
	decides      bool

	counts  map[string]modelCount // by template
	retries map[string]int        // by template, for the window that is going on
	going   int64
}

type modelCount struct {
	attempts int
	lapses   time.Time
}

func (c *modelComposer) nodeName() string { return c.name }

func (c *modelComposer) send(s *modelStory, m modelMessage) modelResult {
	counted := c.counts[s.template]
	if !s.now.Before(counted.lapses) {
		counted.attempts = 0
	}
	c.counts[s.template] = modelCount{counted.attempts + 1, s.now.Add(c.window)}
	given := m
	if m.attempt == 0 {
		m.attempt = counted.attempts + 1
	}
	send := &modelSend{story: s, name: c.name, decides: c.decides, given: given, message: m}
	if m.attempt == 1 {
		return send.through([]*modelMember{c.first, c.retry}, true)
	}
	if c.maxRetries > 0 && c.countRetry(s) > c.maxRetries {
		return modelRefusal(c.name, given, provider.KindThrottled, provider.ScopePhone, nil)
	}
	return send.through([]*modelMember{c.retry}, false)
}

func (c *modelComposer) countRetry(s *modelStory) int {
	if window := s.now.UnixNano() / int64(c.window); window != c.going {
		c.going, c.retries = window, map[string]int{}
	}
	c.retries[s.template]++
	return c.retries[s.template]
}
