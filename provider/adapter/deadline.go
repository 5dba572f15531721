package adapter

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// timeLimit is the cause of a context whose time limit was set here. It says which
// setting it was.
type timeLimit struct {
	field  string
	length time.Duration
}

func (l *timeLimit) Error() string { return fmt.Sprintf("%s (%v) is over", l.field, l.length) }

// ended makes sure that the end of the context shows in the error, and whose limit it
// was. Without an end it returns err.
func ended(ctx context.Context, err error) error {
	over := ctx.Err()
	if over == nil {
		return err
	}
	cause := context.Cause(ctx)
	return &endedError{text: endText(over, cause), over: over, cause: cause, err: err}
}

// endText says in one line whose limit it was and what the limit was. A cause says
// it itself.
func endText(over, cause error) string {
	switch set := cause != over; { //nolint:errorlint // Without a cause that somebody has set, both are the same value.
	case set && errors.Is(cause, over):
		return cause.Error()
	case set:
		return cause.Error() + ": " + over.Error()
	case errors.Is(over, context.Canceled):
		return "the caller's context: " + over.Error()
	}
	return "the caller's deadline is over: " + over.Error()
}

// endedError is the failure of an exchange whose context has ended. How the
// transport put it does not matter to anybody; what it is can be asked.
type endedError struct {
	text             string
	over, cause, err error
}

func (e *endedError) Error() string { return e.text }

func (e *endedError) Unwrap() []error {
	all := []error{e.over, e.cause}
	if e.err != nil {
		all = append(all, e.err)
	}
	return all
}
