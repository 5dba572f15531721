package failover

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Attempt is one message given to one provider. Printing it shows no code and
// no full phone number.
type Attempt struct {
	// Provider is the name of the provider that was asked. It is a composer only if
	// that composer refused the message before it asked a member, or panicked.
	Provider string
	// To is the recipient. JSON omits it.
	To provider.Phone `json:"-"`
	// Template is the logical name of the text.
	Template string
	// UserAttempt is 1 for a user's first attempt and 2, 3, … for retries. It is 0
	// when the number is not known: no Composer counts, or its store failed.
	UserAttempt int

	// ID is the receipt's id, when the message was accepted.
	ID string
	// Err is why the attempt failed; nil when the message was accepted. It holds
	// a *provider.Error.
	Err error
	// Kind, Scope and Code are those of Err.
	Kind  provider.Kind
	Scope provider.Scope
	Code  string
	// MayHaveSent is true when the message may be on its way despite Err.
	MayHaveSent bool

	// Took is how long the attempt lasted.
	Took time.Duration
	// Cost is the member's price when the attempt may have been billed: it was
	// accepted, or may have been sent.
	Cost Money
	// Cooldown is how long the member is skipped from now on, or 0.
	Cooldown time.Duration
}

// LogValue logs the attempt with a masked phone.
func (a Attempt) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("provider", a.Provider),
		slog.String("to", a.To.String()),
		slog.String("template", a.Template),
		slog.Int("user_attempt", a.UserAttempt),
		slog.Duration("took", a.Took),
		slog.String("cost", a.Cost.String()),
	}
	if a.Err == nil {
		return slog.GroupValue(append(attrs, slog.String("id", a.ID))...)
	}
	return slog.GroupValue(append(attrs,
		slog.String("kind", a.Kind.String()),
		slog.Bool("may_have_sent", a.MayHaveSent),
		slog.Duration("cooldown", a.Cooldown),
		slog.String("error", oneLine(a.Err.Error())),
	)...)
}

// AttemptFunc is called for each attempt after it has ended. It is called on the
// goroutine that sends, before Send returns, and concurrently for concurrent
// sends; it should be quick.
//
// For a member that is a Composer, Chain or Router itself, it is called for each
// attempt that the member made, after the member's send has returned and in the
// order of the attempts. So one function on the outermost composer is enough. A
// composer behind a wrapper of another package shows what its Send returns: every
// attempt of a send that failed, but only the last one of a send that was
// accepted. To see those before it, set OnAttempt on that composer.
type AttemptFunc func(ctx context.Context, a Attempt)

// Error is a failed send: every attempt that was made, and every member that was
// skipped. It unwraps to the errors of all attempts: errors.Is with a kind reports
// whether any attempt failed that way, and [provider.MayHaveSent] whether any may
// have sent the message. errors.As finds only the first attempt that has a
// [provider.Error]; range over Attempts for the others.
type Error struct {
	// Provider is the name of the composer.
	Provider string
	// Attempts are the attempts in the order in which they were made. Those of
	// composers inside stand in the list like the composer's own.
	Attempts []Attempt
	// Skipped are the members that were not asked, each with the reason.
	Skipped []Skipped
	// Cause is why no attempt was made, or the error of a context that finished.
	// Otherwise nil.
	Cause error

	// unhealthy is true when every member was asked or skipped, and every attempt
	// failed for a reason that makes a member cool down.
	unhealthy bool
}

// Skipped is a member that was not asked.
type Skipped struct {
	// Provider is the member's name.
	Provider string
	// Reason is why.
	Reason SkipReason
}

// SkipReason is why a member was skipped.
type SkipReason int

const (
	// SkipCooldown: the member failed a short while ago.
	SkipCooldown SkipReason = iota + 1
	// SkipBalance: little is left on the member's account.
	SkipBalance
	// SkipBudget: the member's budget for the day is used up.
	SkipBudget
	// SkipOtherCode: a text with a code may be on its way, and the member would send
	// another code.
	SkipOtherCode
	// SkipPrice: the message is to go a free way, and the member costs money.
	SkipPrice
)

var skipReasonNames = [...]string{
	SkipCooldown:  "cooling down",
	SkipBalance:   "low balance",
	SkipBudget:    "daily budget used up",
	SkipOtherCode: "would send another code",
	SkipPrice:     "costs money",
}

// String returns "cooling down", "low balance", "daily budget used up", "would
// send another code" or "costs money".
func (r SkipReason) String() string { return enumName(r, "SkipReason", skipReasonNames[:]) }

// Error lists every attempt on one line, such as
//
//	paid: 2 attempts failed: (1) ihuyi: send: balance: 4051: no messages left (2) tencent: send: unavailable: …
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Provider)
	switch len(e.Attempts) {
	case 0:
		b.WriteString(": no attempt made")
	case 1:
		b.WriteString(": 1 attempt failed: ")
		b.WriteString(e.Attempts[0].text())
	default:
		fmt.Fprintf(&b, ": %d attempts failed:", len(e.Attempts))
		for i, attempt := range e.Attempts {
			fmt.Fprintf(&b, " (%d) %s", i+1, attempt.text())
		}
	}
	e.writeSkipped(&b)
	if e.Cause != nil {
		b.WriteString(": ")
		b.WriteString(strings.TrimPrefix(oneLine(e.Cause.Error()), e.Provider+": "))
	}
	return b.String()
}

func (e *Error) writeSkipped(b *strings.Builder) {
	separator := "; skipped: "
	for _, skipped := range e.Skipped {
		fmt.Fprintf(b, "%s%s (%s)", separator, skipped.Provider, skipped.Reason)
		separator = ", "
	}
}

// text is the attempt's error with the name of its provider before it.
func (a Attempt) text() string {
	line := oneLine(a.Err.Error())
	if strings.HasPrefix(line, a.Provider+":") {
		return line
	}
	return a.Provider + ": " + line
}

func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
}

// Unwrap returns the errors of all attempts, and the cause.
func (e *Error) Unwrap() []error {
	errs := make([]error, 0, len(e.Attempts)+1)
	for _, attempt := range e.Attempts {
		errs = append(errs, attempt.Err)
	}
	if e.Cause != nil {
		errs = append(errs, e.Cause)
	}
	return errs
}

// Cost is what the failed attempts may have cost in total.
func (e *Error) Cost() Money {
	var sum Money
	for _, attempt := range e.Attempts {
		sum += attempt.Cost
	}
	return sum
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
	// Text is the value that was passed to panic, as text, without the recipient's
	// number and the parameters.
	Text string
	// Stack is the stack of the goroutine that panicked.
	Stack []byte
}

// Error returns the text after "panic: ".
func (e *PanicError) Error() string { return "panic: " + e.Text }

func newPanicError(value any, msg provider.Message) error {
	return &PanicError{Text: msg.Redact(fmt.Sprint(value)), Stack: debug.Stack()}
}

// readable returns err, or in its place one that can be read: the methods of an error
// are somebody else's code, and may panic. An error of this package or without a cause
// has none of these.
func readable(err error, msg provider.Message) (sound error) {
	known, isKnown := err.(*provider.Error) //nolint:errorlint // Only what stands inside can panic.
	if err == nil || isKnown && known.Err == nil {
		return err
	}
	defer func() {
		if value := recover(); value != nil {
			sound = newPanicError(value, msg)
			if isKnown {
				copied := *known
				copied.Err = sound
				sound = &copied
			}
		}
	}()
	_ = err.Error()
	var inner *Error
	_ = errors.As(err, &inner)
	_ = errors.Is(err, context.Canceled)
	_ = slices.Collect(provider.Failures(err)) // unwraps everything
	return err
}
