package failover_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

// storyReply is one of the ways in which a leaf answers.
type storyReply struct {
	accepts, unsure, cancels bool
	kind                     provider.Kind
	scope                    provider.Scope
	retryAfter, takes        time.Duration
	panics, foreign, inside  bool // a panic; an error of another type; a *provider.Error inside another one
}

// storyReplies are all of them, the plainest first, because that is where shrinking
// leads.
var storyReplies = func() []storyReply {
	replies := []storyReply{{accepts: true}, {accepts: true}, {accepts: true, takes: time.Second}, {accepts: true, cancels: true}}
	for _, kind := range provider.Kinds() {
		replies = append(replies, storyReply{kind: kind}, storyReply{kind: kind, unsure: true})
	}
	for _, scope := range []provider.Scope{provider.ScopeNone, provider.ScopePhone, provider.ScopeAccount} {
		for _, wait := range []time.Duration{0, 5 * time.Second, 3 * time.Minute, 2 * time.Hour} {
			replies = append(replies, storyReply{kind: provider.KindThrottled, scope: scope, retryAfter: wait})
		}
	}
	return append(replies,
		storyReply{kind: provider.KindUnavailable, retryAfter: 5 * time.Minute},
		storyReply{kind: provider.KindUnavailable, takes: 10 * time.Second},
		storyReply{kind: provider.KindUnavailable, cancels: true},
		storyReply{kind: provider.KindBlocked, unsure: true, cancels: true},
		storyReply{kind: provider.KindBalance, inside: true},
		storyReply{unsure: true, panics: true},
		storyReply{unsure: true, foreign: true},
	)
}()

func (r storyReply) answer(leaf string, m provider.Message) (provider.Receipt, error) {
	failure := &provider.Error{
		Provider: leaf, Op: provider.OpSend, Kind: r.kind, Scope: r.scope, RetryAfter: r.retryAfter, MayHaveSent: r.unsure,
	}
	switch {
	case r.accepts:
		return provider.Receipt{Provider: leaf, ID: "1", To: m.To}, nil
	case r.panics:
		panic("scripted")
	case r.foreign:
		return provider.Receipt{}, errors.New("foreign")
	case r.inside:
		return provider.Receipt{}, fmt.Errorf("outer: %w", failure)
	}
	return provider.Receipt{}, failure
}

// storyEvent is what somebody was asked in the real thing: a leaf for a text, or the
// caller for a decision.
type storyEvent struct {
	who      string
	message  modelMessage // attempt and visit
	reply    storyReply
	decision failover.Decision
}

// modelStory is one composition, twice: the real one, and the model.
type modelStory struct {
	t         *rapid.T
	now       time.Time
	template  string
	cancelled bool
	cancel    context.CancelFunc
	events    []storyEvent
	seen      []failover.Attempt

	names  int
	leaves []*storyLeaf
	groups []storyGroup
}

// storyGroup is a real composer beside its model.
type storyGroup struct {
	real interface {
		Members() []failover.MemberState
	}
	members []*modelMember
}

// storyLeaf is the real leaf.
type storyLeaf struct {
	story *modelStory
	model *modelLeaf
}

func (l *storyLeaf) Name() string { return l.model.name }

func (l *storyLeaf) Send(_ context.Context, m provider.Message) (provider.Receipt, error) {
	s := l.story
	reply := storyReplies[rapid.IntRange(0, len(storyReplies)-1).Draw(s.t, l.model.name)]
	s.now = s.now.Add(reply.takes)
	if reply.cancels {
		s.cancelled = true
		s.cancel()
	}
	s.events = append(s.events, storyEvent{who: l.model.name, message: modelMessage{attempt: m.Attempt, visit: m.Visit}, reply: reply})
	return reply.answer(l.model.name, m)
}

func (l *storyLeaf) ReadBalance(context.Context) (provider.Balance, error) {
	amount := "100"
	if l.model.low {
		amount = "99"
	}
	return provider.Balance{Provider: l.model.name, Amount: amount}, nil
}

func (l *storyLeaf) CodeTemplates() []string {
	if l.model.maker {
		return []string{codeMessage.Template}
	}
	return nil
}

// next is the next event, which has to be that of the given name.
func (s *modelStory) next(who string) storyEvent {
	require.NotEmpty(s.t, s.events, "the model asks %s, the real one nobody", who)
	event := s.events[0]
	s.events = s.events[1:]
	require.Equal(s.t, who, event.who, "who is asked next")
	return event
}

// replyOf plays what the real leaf answered.
func (s *modelStory) replyOf(leaf string, m modelMessage) storyReply {
	event := s.next(leaf)
	require.Equal(s.t, modelMessage{attempt: m.attempt, visit: m.visit}, event.message, "what %s was given", leaf)
	s.now = s.now.Add(event.reply.takes)
	s.cancelled = s.cancelled || event.reply.cancels
	return event.reply
}

func (s *modelStory) decisionOf(composer string) failover.Decision { return s.next(composer).decision }

func (s *modelStory) chance(label string) bool { return rapid.IntRange(0, 3).Draw(s.t, label) == 3 }

func (s *modelStory) name(kind string) string {
	s.names++
	return fmt.Sprint(kind, s.names)
}

// clock is the clock of the real composers.
func (s *modelStory) clock() time.Time { return s.now }

// decideFunc lets the caller decide in some composers, and draws what.
func (s *modelStory) decideFunc(name string) failover.DecideFunc {
	return func(context.Context, provider.Message, failover.Attempt) failover.Decision {
		d := rapid.SampledFrom([]failover.Decision{failover.DecideByRule, failover.DecideNext, failover.DecideStop}).Draw(s.t, name)
		s.events = append(s.events, storyEvent{who: name, decision: d})
		return d
	}
}

// node draws a leaf, a chain or a composer.
func (s *modelStory) node(depth int) (provider.Provider, modelNode) {
	kind := 0
	if depth > 0 {
		kind = rapid.IntRange(0, 2).Draw(s.t, "kind")
	}
	switch kind {
	case 1:
		return s.chain(depth, nil)
	case 2:
		return s.composer(depth)
	}
	leaf := &storyLeaf{s, &modelLeaf{name: s.name("leaf"), maker: s.chance("maker")}}
	s.leaves = append(s.leaves, leaf)
	return leaf, leaf.model
}

// member draws a member around a node.
func (s *modelStory) member(p provider.Provider, node modelNode, usualCooldown time.Duration) (failover.Member, *modelMember) {
	cooldown := rapid.SampledFrom([]time.Duration{0, failover.NoCooldown, 10 * time.Second, 2 * time.Hour}).Draw(s.t, "cooldown")
	m := failover.Member{Provider: p, Cooldown: cooldown}
	model := &modelMember{node: node, cooldown: cooldown}
	if cooldown == 0 {
		model.cooldown = usualCooldown
	}
	if _, isLeaf := node.(*modelLeaf); isLeaf {
		m.Price = failover.Money(rapid.IntRange(0, 2).Draw(s.t, "price"))
		if m.Price > 0 && s.chance("budget") {
			m.Limits.DailyBudget = failover.Money(rapid.IntRange(2, 5).Draw(s.t, "daily budget"))
		}
		if s.chance("watched") {
			m.Limits.LowBalance, model.watched = "100", true
		}
		model.price, model.budget = m.Price, m.Limits.DailyBudget
	}
	return m, model
}

// chain draws a chain, with last as the last one if it is not nil.
func (s *modelStory) chain(depth int, last *storyLeaf) (provider.Provider, modelNode) {
	model := &modelChain{name: s.name("chain"), rotates: s.chance("rotates"), decides: s.chance("decides")}
	var members []failover.Member
	add := func(p provider.Provider, node modelNode) {
		m, modelled := s.member(p, node, failover.DefaultCooldown)
		members, model.members = append(members, m), append(model.members, modelled)
	}
	for range rapid.IntRange(1, 3).Draw(s.t, "members") {
		add(s.node(depth - 1))
	}
	if last != nil {
		add(last, last.model)
	}
	cfg := failover.ChainConfig{Name: model.name, OtherCodes: true, Now: s.clock}
	if model.rotates {
		cfg.Order = failover.Rotating
	}
	if model.decides {
		cfg.Decide = s.decideFunc(model.name)
	}
	if depth == storyDepth {
		cfg.OnAttempt = s.onAttempt
	}
	real, err := failover.NewChain(cfg, members...)
	require.NoError(s.t, err)
	s.groups = append(s.groups, storyGroup{real, model.members})
	return real, model
}

// composer draws a composer. Its first choice may be the last resort of its retries.
func (s *modelStory) composer(depth int) (provider.Provider, modelNode) {
	model := &modelComposer{
		name: s.name("composer"), window: 10 * time.Minute, decides: s.chance("decides"),
		maxRetries: rapid.IntRange(0, 3).Draw(s.t, "retries"),
		counts:     map[string]modelCount{}, retries: map[string]int{},
	}
	firstProvider, firstNode := s.node(depth - 1)
	first, firstModel := s.member(firstProvider, firstNode, failover.NoCooldown)
	again, _ := firstProvider.(*storyLeaf)
	if !s.chance("again") {
		again = nil
	}
	retryProvider, retryNode := s.chain(depth-1, again)
	retry, retryModel := s.member(retryProvider, retryNode, failover.NoCooldown)
	retryModel.visit = visitsOf(firstNode)
	model.first, model.retry = firstModel, retryModel
	cfg := failover.ComposerConfig{
		Name: model.name, First: first, Retry: retry, OtherCodes: true, Now: s.clock, MaxRetries: model.maxRetries,
	}
	if model.maxRetries == 0 {
		cfg.MaxRetries = failover.NoMaxRetries
	}
	if model.decides {
		cfg.Decide = s.decideFunc(model.name)
	}
	if depth == storyDepth {
		cfg.OnAttempt = s.onAttempt
	}
	real, err := failover.NewComposer(cfg)
	require.NoError(s.t, err)
	s.groups = append(s.groups, storyGroup{real, []*modelMember{firstModel, retryModel}})
	return real, model
}

// visitsOf is how many visits one leaf can get below a node.
func visitsOf(node modelNode) int {
	most := 1
	switch n := node.(type) {
	case *modelChain:
		for _, m := range n.members {
			most = max(most, visitsOf(m.node))
		}
	case *modelComposer:
		most = visitsOf(n.first.node) + visitsOf(n.retry.node)
	}
	return most
}

func (s *modelStory) onAttempt(_ context.Context, a failover.Attempt) { s.seen = append(s.seen, a) }

const (
	storyDepth = 2
	storySteps = 1000 // of each of rapid's 100 stories: 100,000 in all
)

// TestModel compares random compositions with the model, step by step: who is asked
// in which order and with what, what comes out, and the state of every member.
func TestModel(t *testing.T) {
	t.Parallel()
	var steps atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		s := &modelStory{t: t, now: time.Date(2025, 6, 1, 15, 30, 0, 0, time.UTC)}
		var real provider.Provider
		var model modelNode
		if rapid.Bool().Draw(t, "composer") {
			real, model = s.composer(storyDepth)
		} else {
			real, model = s.chain(storyDepth, nil)
		}
		for range storySteps {
			s.step(real, model)
			steps.Add(1)
		}
	})
	t.Logf("%d steps", steps.Load())
}

func (s *modelStory) step(real provider.Provider, model modelNode) {
	switch rapid.IntRange(0, 9).Draw(s.t, "step") {
	case 8:
		s.now = s.now.Add(rapid.SampledFrom([]time.Duration{
			time.Second, 10 * time.Second, 31 * time.Second, 9 * time.Minute, 11 * time.Minute, 3 * time.Hour, 25 * time.Hour,
		}).Draw(s.t, "time passes"))
	case 9:
		s.checkBalances(real)
	default:
		s.send(real, model)
	}
	s.compareMembers()
}

func (s *modelStory) checkBalances(real provider.Provider) {
	bits := rapid.IntRange(0, 1<<min(len(s.leaves), 10)-1).Draw(s.t, "low accounts")
	for i, leaf := range s.leaves {
		leaf.model.low = bits>>i&1 == 1
	}
	require.NoError(s.t, real.(interface {
		CheckBalances(ctx context.Context) error
	}).CheckBalances(context.Background()))
	for _, group := range s.groups {
		for _, m := range group.members {
			if m.watched {
				m.low = m.node.(*modelLeaf).low
			}
		}
	}
}

func (s *modelStory) send(real provider.Provider, model modelNode) {
	m := rapid.SampledFrom([]provider.Message{codeMessage, plainMessage}).Draw(s.t, "message")
	m.Attempt = max(0, rapid.IntRange(-3, 2).Draw(s.t, "attempt"))
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(context.Background())
	defer s.cancel()
	began := s.now
	s.cancelled, s.seen, s.template = false, nil, m.Template
	receipt, err := real.Send(ctx, m)
	ended := s.now

	s.now, s.cancelled = began, false
	want := model.send(s, modelMessage{withCode: m.Template == codeMessage.Template, attempt: m.Attempt})
	require.Empty(s.t, s.events, "the real one asks somebody whom the model does not ask")
	require.Equal(s.t, ended, s.now)
	s.compare(want, receipt, err)
}

func (s *modelStory) compare(want modelResult, receipt provider.Receipt, err error) {
	last := want.attempts[len(want.attempts)-1]
	require.Equal(s.t, want.accepted, err == nil)
	if last.refusal && len(want.attempts) == 1 && s.refusedAtTheTop(last, want, err) {
		return
	}
	require.Equal(s.t, modelled(want.attempts), realAttempts(s.seen))
	if err == nil {
		require.Equal(s.t, last.provider, receipt.Provider)
		slices.Sort(want.otherCodes)
		others := strings.FieldsFunc(receipt.Extra[failover.ExtraOtherCode], func(r rune) bool { return r == ',' })
		slices.Sort(others)
		require.Equal(s.t, fmt.Sprint(want.otherCodes), fmt.Sprint(others))
		return
	}
	var failed *failover.Error
	require.ErrorAs(s.t, err, &failed)
	require.Equal(s.t, modelled(want.attempts), realAttempts(failed.Attempts))
	require.Equal(s.t, fmt.Sprint(want.skipped), fmt.Sprint(failed.Skipped))
	require.Equal(s.t, want.unsure(), provider.MayHaveSent(err))
	require.Equal(s.t, s.cancelled, errors.Is(err, context.Canceled))
	_ = err.Error()
}

// refusedAtTheTop compares a refusal of the outermost composer, which is no attempt.
func (s *modelStory) refusedAtTheTop(last modelAttempt, want modelResult, err error) bool {
	var failed *failover.Error
	require.ErrorAs(s.t, err, &failed)
	if failed.Provider != last.provider {
		return false
	}
	require.Empty(s.t, s.seen)
	require.Empty(s.t, failed.Attempts)
	require.ErrorIs(s.t, err, last.kind)
	require.False(s.t, provider.MayHaveSent(err))
	require.Equal(s.t, fmt.Sprint(want.skipped), fmt.Sprint(failed.Skipped))
	return true
}

// modelled and realAttempts write attempts in one form.
func modelled(attempts []modelAttempt) []string {
	lines := make([]string, len(attempts))
	for i, a := range attempts {
		lines[i] = fmt.Sprint(a.provider, " ", a.failed, " ", a.kind, " ", a.scope, " unsure ", a.unsure, " attempt ", a.userAttempt,
			" cost ", a.cost, " cooldown ", a.cooldown)
	}
	return lines
}

func realAttempts(attempts []failover.Attempt) []string {
	lines := make([]string, len(attempts))
	for i, a := range attempts {
		lines[i] = fmt.Sprint(a.Provider, " ", a.Err != nil, " ", a.Kind, " ", a.Scope, " unsure ", a.MayHaveSent, " attempt ", a.UserAttempt,
			" cost ", a.Cost, " cooldown ", a.Cooldown)
	}
	return lines
}

func (s *modelStory) compareMembers() {
	for _, group := range s.groups {
		for i, state := range group.real.Members() {
			m := group.members[i]
			want := failover.MemberState{Name: m.node.nodeName(), LowBalance: m.low, Cooldown: max(0, m.until.Sub(s.now))}
			if m.day == beijingDay(s.now) {
				want.SpentToday = m.spent
			}
			require.Equal(s.t, want, state)
		}
	}
}
