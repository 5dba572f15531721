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
	whose := ""
	switch {
	case errors.Is(over, context.Canceled):
		whose = "the caller's context"
	case errors.Is(cause, over):
		whose = "the caller's deadline is over"
	default:
		whose = cause.Error()
	}
	return &endedError{whose: whose, over: over, cause: cause, err: err}
}

// endedError is the failure of an exchange whose context has ended. How the
// transport put it does not matter to anybody; what it is can be asked.
type endedError struct {
	whose            string
	over, cause, err error
}

func (e *endedError) Error() string { return e.whose + ": " + e.over.Error() }

func (e *endedError) Unwrap() []error {
	all := []error{e.over, e.cause}
	if e.err != nil {
		all = append(all, e.err)
	}
	return all
}
