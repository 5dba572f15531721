package failover

import (
	"context"
	"strconv"

	"github.com/cnsms/cnsms/provider"
)

// Decision is what a caller wants done after a failed attempt.
type Decision int

const (
	// DecideByRule leaves it to the rules in the package comment.
	DecideByRule Decision = iota
	// DecideNext goes on to the next member, also where the message may have
	// been sent.
	DecideNext
	// DecideStop ends the send.
	DecideStop
)

// String returns "by rule", "next" or "stop".
func (d Decision) String() string {
	switch d {
	case DecideByRule:
		return "by rule"
	case DecideNext:
		return "next"
	case DecideStop:
		return "stop"
	}
	return "Decision(" + strconv.Itoa(int(d)) + ")"
}

// DecideFunc overrules what happens after a failed attempt. It is called while
// the context lives, once per failed attempt on a composer's own member; where
// that member is a composer, the attempt sums it up. It may be called
// concurrently, and should be quick.
type DecideFunc func(ctx context.Context, m provider.Message, failed Attempt) Decision

// goesOn applies the caller's decision, or else the rules, to a failed attempt.
func (e *engine) goesOn(ctx context.Context, m provider.Message, failed Attempt) bool {
	if ctx.Err() != nil {
		return false
	}
	decision := DecideByRule
	if e.decide != nil {
		decision = e.decide(ctx, m, failed)
	}
	switch decision {
	case DecideNext:
		return true
	case DecideStop:
		return false
	}
	if failed.MayHaveSent && m.Params[provider.ParamCode] == "" {
		return false
	}
	return !isHopeless(failed.Kind)
}

// isHopeless tells the failures that no other provider can cure.
func isHopeless(kind provider.Kind) bool {
	return kind == provider.KindRecipient || kind == provider.KindContent
}

// isUnhealthy tells the failures that the next message will meet too, whoever
// it is for. A limit of the account is one only when the service says how long
// it lasts: many are limits per second, over before a cooldown begins. Limits
// of one phone and blacklists are no fact about the provider; an unmapped
// template or an unsupported country is none about other messages; an unknown
// code could be either.
func isUnhealthy(err *provider.Error) bool {
	switch err.Kind {
	case provider.KindAuth, provider.KindBalance, provider.KindConfig, provider.KindUnavailable:
		return true
	case provider.KindThrottled:
		return err.Scope == provider.ScopeAccount && err.RetryAfter > 0
	}
	return false
}
