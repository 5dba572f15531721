package failover

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// sender is what Composer, Chain and Router have in common: it asks members one
// after the other until one accepts the message or a failure ends the send. The
// three differ only in the order that they give it.
type sender struct {
	name      string
	members   []*member
	decide    DecideFunc
	onAttempt AttemptFunc
	now       func() time.Time
}

// composer is a Composer, Chain or Router, or a type that embeds one.
type composer interface {
	provider.Group
	// sendRecorded is Send. It writes into r what it does, so that the composer
	// around it can list and report the attempts.
	sendRecorded(ctx context.Context, m provider.Message, r *record) (provider.Receipt, error)
	self() *sender
}

// Name returns the configured name. Receipts have the name of the provider that
// accepted the message instead.
func (s *sender) Name() string { return s.name }

// Providers returns the providers of the members, in the order in which they
// were given.
func (s *sender) Providers() []provider.Provider {
	providers := make([]provider.Provider, len(s.members))
	for i, m := range s.members {
		providers[i] = m.provider
	}
	return providers
}

// Members returns the state of each member, in the order in which they were
// given.
func (s *sender) Members() []MemberState {
	if len(s.members) == 0 {
		return nil
	}
	now := s.now()
	states := make([]MemberState, len(s.members))
	for i, m := range s.members {
		states[i] = m.state(now)
	}
	return states
}

func (s *sender) self() *sender { return s }

// record is what one send has done so far.
type record struct {
	failed   []Attempt
	accepted Attempt
	skipped  []Skipped
	spares   []spare
	codes    codesOnTheWay
	healthy  bool // at least one member failed for a reason other than its health
}

// spare is a member that was skipped, and may be asked before the send gives up.
type spare struct {
	member *member
	place  int // in record.skipped
}

// skip records a member that is not asked now.
func (r *record) skip(m *member, reason SkipReason) {
	if reason == SkipCooldown || reason == SkipBalance {
		r.spares = append(r.spares, spare{m, len(r.skipped)})
	}
	r.skipped = append(r.skipped, Skipped{Provider: m.name, Reason: reason})
}

// takeSpare takes the best spare member off the list: one with a low balance, or
// else the one whose cooldown ends first.
func (r *record) takeSpare() spare {
	best := 0
	for i := range r.spares {
		if r.spares[i].member.health.cooling().Before(r.spares[best].member.health.cooling()) {
			best = i
		}
	}
	taken := r.spares[best]
	r.spares = slices.Delete(r.spares, best, best+1)
	return taken
}

// unskip removes a spare member from the skipped ones: it is asked after all.
func (r *record) unskip(taken spare) {
	r.skipped = slices.Delete(r.skipped, taken.place, taken.place+1)
	for i := range r.spares {
		if r.spares[i].place > taken.place {
			r.spares[i].place--
		}
	}
}

// step is what follows an attempt.
type step int

const (
	goOn step = iota
	accepted
	stopped
)

// notMade is what is wrong with the zero value of a composer, and with the composer
// that a constructor returns beside an error.
const notMade = "the composer was not made: use NewComposer, NewChain or NewRouter, and check the error"

// check refuses what no member could send.
func (s *sender) check(ctx context.Context, m provider.Message) error {
	if len(s.members) == 0 {
		return s.refuse(&provider.Error{Kind: provider.KindConfig, Text: notMade})
	}
	if err := s.checkContext(ctx); err != nil {
		return err
	}
	if err := m.Validate(); err != nil {
		return s.refuseMessage(err)
	}
	return nil
}

func (s *sender) checkContext(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return s.refuse(&provider.Error{Kind: provider.KindUnavailable, Text: "the context has finished", Err: err})
	}
	return nil
}

func (s *sender) refuseMessage(err error) error {
	bad := &provider.Error{Err: err}
	errors.As(err, &bad) // Message.Validate returns nothing else
	return s.refuse(bad)
}

// refuse returns the error of a send without attempts.
func (s *sender) refuse(cause *provider.Error) *Error {
	cause.Provider, cause.Op = s.name, provider.OpSend
	return &Error{Provider: s.name, Cause: cause}
}

// send asks the members with these indexes, in this order. When all of them have
// failed, it asks one of those that were skipped. The caller has called check.
func (s *sender) send(ctx context.Context, m provider.Message, order []int, r *record) (provider.Receipt, error) {
	receipt, next := s.askInOrder(ctx, m, order, r)
	if next == goOn {
		receipt, next = s.askSpare(ctx, m, r)
	}
	if next == accepted {
		return receipt, nil
	}
	askedAll := next == goOn && len(order) == len(s.members)
	return provider.Receipt{}, s.failure(ctx, r, askedAll)
}

func (s *sender) askInOrder(ctx context.Context, m provider.Message, order []int, r *record) (provider.Receipt, step) {
	for _, i := range order {
		began := s.now()
		p, reason := s.enter(s.members[i], m, began, false, r)
		if reason != 0 {
			r.skip(s.members[i], reason)
			continue
		}
		receipt, next := s.attempt(ctx, m, s.members[i], p, began, r)
		if next != goOn {
			return receipt, next
		}
	}
	return provider.Receipt{}, goOn
}

// askSpare goes through the members that were skipped, until one of them has really
// been asked: neither its budget nor, when it is a composer, that of everybody inside
// stood in the way.
func (s *sender) askSpare(ctx context.Context, m provider.Message, r *record) (provider.Receipt, step) {
	for len(r.spares) > 0 {
		taken := r.takeSpare()
		began := s.now()
		p, reason := s.enter(taken.member, m, began, true, r)
		if reason != 0 {
			r.skipped[taken.place].Reason = reason
			continue
		}
		r.unskip(taken)
		before := len(r.failed)
		receipt, next := s.attempt(ctx, m, taken.member, p, began, r)
		if next != goOn || !nobodyAsked(r.failed[before:]) {
			return receipt, next
		}
	}
	return provider.Receipt{}, goOn
}

// nobodyAsked reports whether all of these attempts are those of composers which
// asked none of their members.
func nobodyAsked(attempts []Attempt) bool {
	for _, a := range attempts {
		var inner *Error
		if !errors.As(a.Err, &inner) || inner == nil || len(inner.Attempts) > 0 {
			return false
		}
	}
	return true
}

// enter asks for an attempt on a member. A reason other than 0 says why there is
// none. With force only a used-up budget, a code other than the one that may be on its
// way, or a price where none is allowed, can refuse.
func (s *sender) enter(m *member, msg provider.Message, now time.Time, force bool, r *record) (pass, SkipReason) {
	if len(r.codes.binding) > 0 && m.composer == nil && r.codes.forbid(m.provider, msg.Template) {
		return pass{}, SkipOtherCode
	}
	if msg.FreeOnly && m.price > 0 {
		return pass{}, SkipPrice
	}
	return m.enter(now, force)
}

// attempt gives the message to a member.
func (s *sender) attempt(ctx context.Context, msg provider.Message, m *member, p pass, began time.Time, r *record) (provider.Receipt, step) {
	got := answer{bound: r.codes.binding}
	m.send(ctx, msg, p, &got)
	ended := s.now()
	attempt := Attempt{To: msg.To, Template: msg.Template, UserAttempt: msg.Attempt, Took: ended.Sub(began)}
	if got.inside != nil {
		s.list(ctx, r, got.inside.failed, got.inside.skipped)
	}
	if got.err == nil {
		return s.accept(ctx, m, p, &attempt, &got, r), accepted
	}
	f := m.classify(&got, msg)
	f.unhealthy = f.unhealthy && ctx.Err() == nil // a caller that cancels says nothing about the member
	m.failed(p, f, ended, &attempt)
	r.healthy = r.healthy || !f.unhealthy
	s.listFailure(ctx, r, attempt, f.inner)
	decision := s.decision(ctx, msg, attempt)
	if attempt.MayHaveSent {
		r.codes.add(m.provider, attempt, decision)
	}
	if goesOn(ctx, msg, attempt, decision) {
		return provider.Receipt{}, goOn
	}
	return provider.Receipt{}, stopped
}

// listFailure lists a failed attempt or, when it was a composer that failed, the
// attempts that the composer made.
func (s *sender) listFailure(ctx context.Context, r *record, a Attempt, inner *Error) {
	if inner != nil {
		s.list(ctx, r, inner.Attempts, inner.Skipped)
		return
	}
	r.failed = append(r.failed, a)
	s.report(ctx, a)
}

// list adds what a composer inside has done.
func (s *sender) list(ctx context.Context, r *record, failed []Attempt, skipped []Skipped) {
	r.failed = append(r.failed, failed...)
	r.skipped = append(r.skipped, skipped...)
	for _, a := range failed {
		s.report(ctx, a)
	}
}

// accept ends a send that went well.
func (s *sender) accept(ctx context.Context, m *member, p pass, a *Attempt, got *answer, r *record) provider.Receipt {
	receipt := got.receipt
	receipt.Provider = m.senderName(receipt.Provider)
	m.accepted(p)
	if got.inside != nil {
		r.accepted = got.inside.accepted
	} else {
		a.Provider, a.ID, a.Cost = receipt.Provider, receipt.ID, m.priceOf(receipt.Provider)
		r.accepted = *a
	}
	if len(r.codes.all) > 0 {
		r.codes.note(m.provider, r.accepted, &receipt)
	}
	s.report(ctx, r.accepted)
	return receipt
}

// report calls OnAttempt. The attempt of a composer behind a wrapper sums up
// several, which are reported one by one.
func (s *sender) report(ctx context.Context, a Attempt) {
	switch {
	case s.onAttempt == nil:
	case a.Err == nil:
		s.onAttempt(ctx, a)
	default:
		s.reportFailure(ctx, a)
	}
}

func (s *sender) reportFailure(ctx context.Context, a Attempt) {
	var inner *Error
	if !errors.As(a.Err, &inner) || inner == nil || len(inner.Attempts) == 0 {
		s.onAttempt(ctx, a)
		return
	}
	for _, each := range inner.Attempts {
		s.reportFailure(ctx, each)
	}
}

// failure returns the error of a send that nobody accepted. askedAll is true when
// every member was asked or skipped.
func (s *sender) failure(ctx context.Context, r *record, askedAll bool) error {
	if len(r.failed) == 0 {
		err := s.refuse(whyNobody(r.skipped))
		err.Skipped = r.skipped
		return err
	}
	err := &Error{
		Provider:  s.name,
		Attempts:  r.failed,
		Skipped:   r.skipped,
		unhealthy: askedAll && !r.healthy,
	}
	if finished := ctx.Err(); finished != nil && !errors.Is(err, finished) {
		err.Cause = finished
	}
	return err
}

// whyNobody is the cause of a send in which every member was left out.
func whyNobody(skipped []Skipped) *provider.Error {
	for _, each := range skipped {
		if each.Reason == SkipOtherCode {
			return &provider.Error{
				Kind: provider.KindUnsupported,
				Text: "nobody is left who would send the code that may be on its way",
			}
		}
	}
	for _, each := range skipped {
		if each.Reason == SkipPrice {
			return &provider.Error{Kind: provider.KindUnsupported, Text: "the message is to go a free way, and there is none"}
		}
	}
	return &provider.Error{Kind: provider.KindBalance, Text: "no member has budget left for today"}
}

func orNow(now func() time.Time) func() time.Time {
	if now == nil {
		return time.Now
	}
	return now
}
