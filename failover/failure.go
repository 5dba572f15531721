package failover

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// failure is what a member's error means to a composer.
type failure struct {
	err         error // as it stands in the Attempt
	provider    string
	kind        provider.Kind
	scope       provider.Scope
	code        string
	mayHaveSent bool
	retryAfter  time.Duration
	unhealthy   bool   // the next message will fail the same way
	summed      bool   // sums up the attempts of a composer inside, which has reported them
	inner       *Error // that composer's error, if its attempts are to be listed one by one
	cost        Money  // of those attempts
}

// classify reads a member's error. timedOut is true when the member's own time
// limit ran out.
func (m *member) classify(err error, msg provider.Message, timedOut bool) failure {
	var inner *Error
	if errors.As(err, &inner) && inner != nil && len(inner.Attempts) > 0 {
		return composedFailure(err, inner, timedOut)
	}
	var known *provider.Error
	if !errors.As(err, &known) || known == nil {
		known = m.foreignFailure(err, msg, timedOut)
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

// composedFailure sums up what a composer inside has tried: its last attempt
// says why it ended, and the message may have been sent by any of them.
func composedFailure(err error, inner *Error, timedOut bool) failure {
	last := inner.Attempts[len(inner.Attempts)-1]
	f := failure{
		err:         err,
		provider:    last.Provider,
		kind:        last.Kind,
		scope:       last.Scope,
		code:        last.Code,
		mayHaveSent: provider.MayHaveSent(err),
		unhealthy:   inner.unhealthy || timedOut,
		summed:      true,
		cost:        inner.Cost(),
	}
	if err == error(inner) { //nolint:errorlint // one inside a wrapper is kept whole, with what the wrapper says.
		f.inner = inner
	}
	return f
}

// foreignFailure stands in for an error that breaks the contract by being no
// *provider.Error. Nobody knows how far the message came.
func (m *member) foreignFailure(err error, msg provider.Message, timedOut bool) *provider.Error {
	kind := provider.KindUnknown
	if timedOut {
		kind = provider.KindUnavailable
	}
	return &provider.Error{
		Provider:    m.leaf(""),
		Op:          provider.OpSend,
		Kind:        kind,
		MayHaveSent: true,
		Err:         &redactedError{text: msg.Redact(err.Error()), err: err},
	}
}

// redactedError shows an error's text without the number and the code.
type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string { return e.text }

func (e *redactedError) Unwrap() error { return e.err }

// PanicError is a panic inside a member's Send. Find it in the error of a
// failed send with errors.As to learn where it happened.
type PanicError struct {
	// Text is the value that was passed to panic, as text, with the recipient's
	// number and the parameters struck out.
	Text string
	// Stack is the stack of the goroutine that panicked.
	Stack []byte
}

// Error returns the text behind "panic: ".
func (e *PanicError) Error() string { return "panic: " + e.Text }

func newPanicError(value any, msg provider.Message) error {
	return &PanicError{Text: msg.Redact(fmt.Sprint(value)), Stack: debug.Stack()}
}
