package failover

import (
	"context"
	"errors"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Decision is what a caller wants done after a failed attempt.
type Decision int

const (
	// DecideByRule leaves it to the rules in the package comment.
	DecideByRule Decision = iota
	// DecideNext goes on to the next member, even if the message may have been
	// sent.
	DecideNext
	// DecideStop ends the send.
	DecideStop
)

var decisionNames = [...]string{DecideByRule: "by rule", DecideNext: "next", DecideStop: "stop"}

// String returns "by rule", "next" or "stop".
func (d Decision) String() string { return enumName(d, "Decision", decisionNames[:]) }

// DecideFunc overrides what happens after a failed attempt. It is called once for
// each failed attempt on a composer's own member, unless the context has
// finished. When that member is a composer, the attempt sums up what it did. The
// function may be called concurrently, and should be quick.
type DecideFunc func(ctx context.Context, m provider.Message, failed Attempt) Decision

// decision asks the caller about a failed attempt.
func (s *sender) decision(ctx context.Context, m provider.Message, failed Attempt) Decision {
	if s.decide == nil || ctx.Err() != nil {
		return DecideByRule
	}
	return s.decide(ctx, m, failed)
}

// goesOn applies the caller's decision, or else the rules, to a failed attempt. No
// kind of failure stops by itself: a text is another text at every provider, and
// what is wrong with it everywhere, Message.Validate has found before.
func goesOn(ctx context.Context, m provider.Message, failed Attempt, decision Decision) bool {
	switch {
	case ctx.Err() != nil, decision == DecideStop:
		return false
	case decision == DecideNext:
		return true
	}
	return !failed.MayHaveSent || m.Params[provider.ParamCode] != ""
}

// isUnhealthy reports whether the next message would fail the same way, for any
// phone. A limit of the account counts only when the service says how long it
// lasts: many are limits per second, over before a cooldown begins. The other
// kinds are about one phone, one template, one signature or one country, or are
// not clear.
func isUnhealthy(err *provider.Error) bool {
	switch err.Kind {
	case provider.KindAuth, provider.KindBalance, provider.KindConfig, provider.KindUnavailable:
		return true
	case provider.KindThrottled:
		return err.Scope == provider.ScopeAccount && err.RetryAfter > 0
	}
	return false
}

// failure is what a member's error means.
type failure struct {
	err         error // as it stands in the Attempt
	provider    string
	kind        provider.Kind
	scope       provider.Scope
	code        string
	mayHaveSent bool
	retryAfter  time.Duration
	unhealthy   bool   // the next message would fail the same way
	inner       *Error // the error of a composer, if its attempts are to be listed one by one
	cost        Money  // of the attempts of a composer
}

// classify reads a member's error.
func (m *member) classify(a *answer, msg provider.Message) failure {
	err := a.err
	var inner *Error
	if errors.As(err, &inner) && inner != nil && len(inner.Attempts) > 0 {
		return classifyComposed(err, inner, a.timedOut)
	}
	var known *provider.Error
	if !errors.As(err, &known) || known == nil {
		known = m.foreignError(err, msg, a.timedOut)
		err = known
	}
	return failure{
		err:         err,
		provider:    known.Provider,
		kind:        known.Kind,
		scope:       known.Scope,
		code:        known.Code,
		mayHaveSent: provider.MayHaveSent(err),
		retryAfter:  known.RetryAfter,
		unhealthy:   inner == nil && isUnhealthy(known),
	}
}

// classifyComposed sums up what a composer has tried: its last attempt says why
// it ended, and any of its attempts may have sent the message.
func classifyComposed(err error, inner *Error, timedOut bool) failure {
	last := inner.Attempts[len(inner.Attempts)-1]
	f := failure{
		err:         err,
		provider:    last.Provider,
		kind:        last.Kind,
		scope:       last.Scope,
		code:        last.Code,
		mayHaveSent: provider.MayHaveSent(err),
		unhealthy:   inner.unhealthy || timedOut,
		cost:        inner.Cost(),
	}
	if err == error(inner) { //nolint:errorlint // an error around it is listed as one, with what it adds.
		f.inner = inner
	}
	return f
}

// foreignError replaces an error that is no *provider.Error, which the contract
// asks for. Nobody knows whether the message was sent.
func (m *member) foreignError(err error, msg provider.Message, timedOut bool) *provider.Error {
	kind := provider.KindUnknown
	if timedOut {
		kind = provider.KindUnavailable
	}
	return &provider.Error{
		Provider:    m.senderName(""),
		Op:          provider.OpSend,
		Kind:        kind,
		MayHaveSent: true,
		Err:         &redactedError{text: msg.Redact(err.Error()), err: err},
	}
}
