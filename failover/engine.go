package failover

import (
	"context"
	"errors"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// engine asks members, one after the other, until one accepts the message or a
// failure ends the send. Chains, composers and routers share it and differ in
// the order that they give it.
type engine struct {
	name      string
	members   []*member
	decide    DecideFunc
	onAttempt AttemptFunc
	now       func() time.Time
}

// step is what follows an attempt.
type step int

const (
	goOn step = iota
	accepted
	stopped
)

// send asks the members with these indexes, in this order, and then one of
// those that were left out.
func (e *engine) send(ctx context.Context, m provider.Message, order []int) (provider.Receipt, error) {
	if err := e.check(ctx, m); err != nil {
		return provider.Receipt{}, err
	}
	var r run
	receipt, next := e.askAll(ctx, m, order, &r)
	if next == goOn && r.spare != nil {
		r.unskip()
		receipt, next = e.ask(ctx, m, r.spare, true, &r)
	}
	if next == accepted {
		return receipt, nil
	}
	return provider.Receipt{}, e.failure(ctx, &r, next == goOn && len(order) == len(e.members))
}

// check refuses what no member could send.
func (e *engine) check(ctx context.Context, m provider.Message) error {
	if err := ctx.Err(); err != nil {
		return e.refuse(&provider.Error{Kind: provider.KindUnavailable, Text: "the context has finished", Err: err})
	}
	if err := m.Validate(); err != nil {
		return e.refuseMessage(err)
	}
	return nil
}

func (e *engine) refuseMessage(err error) error {
	bad := &provider.Error{Err: err}
	errors.As(err, &bad) // Message.Validate returns nothing else
	return e.refuse(bad)
}

// refuse is the error of a send without attempts.
func (e *engine) refuse(cause *provider.Error) *Error {
	cause.Provider, cause.Op = e.name, provider.OpSend
	return &Error{Provider: e.name, Cause: cause}
}

func (e *engine) askAll(ctx context.Context, m provider.Message, order []int, r *run) (provider.Receipt, step) {
	for _, i := range order {
		receipt, next := e.ask(ctx, m, e.members[i], false, r)
		if next != goOn {
			return receipt, next
		}
	}
	return provider.Receipt{}, goOn
}

// ask makes an attempt on one member, unless it is left out.
func (e *engine) ask(ctx context.Context, m provider.Message, mem *member, force bool, r *run) (provider.Receipt, step) {
	began := e.now()
	p, reason := mem.enter(began, force)
	if reason != 0 {
		r.skip(mem, reason)
		return provider.Receipt{}, goOn
	}
	inner := ctx
	if mem.composed {
		inner = e.observed(ctx)
	}
	receipt, timedOut, err := mem.send(inner, m)
	ended := e.now()

	attempt := Attempt{To: m.To, Template: m.Template, UserAttempt: m.Attempt, Took: ended.Sub(began)}
	if err == nil {
		return e.accept(ctx, mem, p, attempt, receipt), accepted
	}
	f := mem.classify(err, m, timedOut)
	f.unhealthy = f.unhealthy && ctx.Err() == nil // the caller's haste is not the member's fault
	attempt.Provider = mem.leaf(f.provider)
	attempt.fail(f)
	attempt.Cost, attempt.Cooldown = mem.failed(p, f, ended)
	r.add(attempt, f)
	if !f.summed {
		e.report(ctx, attempt)
	}
	if !e.goesOn(ctx, m, attempt) {
		return provider.Receipt{}, stopped
	}
	return provider.Receipt{}, goOn
}

func (e *engine) accept(ctx context.Context, mem *member, p pass, a Attempt, r provider.Receipt) provider.Receipt {
	r.Provider = mem.leaf(r.Provider)
	a.Provider, a.ID = r.Provider, r.ID
	a.Cost = mem.accepted(p)
	if !mem.composed {
		e.report(ctx, a)
	}
	return r
}

// failure is the error of a send that nobody accepted. exhausted is true when
// every member was asked or left out.
func (e *engine) failure(ctx context.Context, r *run, exhausted bool) error {
	if len(r.attempts) == 0 {
		err := e.refuse(&provider.Error{Kind: provider.KindBalance, Text: "no member has budget left for today"})
		err.Skipped = r.skipped
		return err
	}
	err := &Error{
		Provider:  e.name,
		Attempts:  r.attempts,
		Skipped:   r.skipped,
		unhealthy: exhausted && !r.healthy,
	}
	if finished := ctx.Err(); finished != nil && !errors.Is(err, finished) {
		err.Cause = finished
	}
	return err
}
