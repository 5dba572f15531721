package failover

import (
	"fmt"
	"strconv"
	"strings"
)

// Error is a failed send: every attempt that was made, and who was left out.
// It unwraps to the errors of all attempts, so that errors.Is with a kind
// asks "did any attempt fail so?", and [provider.MayHaveSent] asks the
// same of the message. errors.As finds the first attempt that has a
// [provider.Error] only; range over Attempts to look at the others, such as one
// that says how long to wait.
type Error struct {
	// Provider is the name of the composer.
	Provider string
	// Attempts are the attempts in the order in which they were made. Those of
	// composers inside stand in the list like the composer's own.
	Attempts []Attempt
	// Skipped are the members that were not asked because they are out of the
	// order for the time being.
	Skipped []Skipped
	// Cause is why no attempt was made, or that the context finished. Otherwise
	// nil: the attempts say it all.
	Cause error

	// unhealthy is true when every member was asked or left out, and every
	// attempt failed for a reason that makes a member cool down.
	unhealthy bool
}

// Skipped is a member that was not asked.
type Skipped struct {
	// Provider is the member's name.
	Provider string
	// Reason is why.
	Reason SkipReason
}

// SkipReason is why a member is out of the order.
type SkipReason int

const (
	// SkipCooldown: the member failed a short while ago.
	SkipCooldown SkipReason = iota + 1
	// SkipBalance: little is left on the member's account.
	SkipBalance
	// SkipBudget: the member's budget for the day is used up.
	SkipBudget
)

// String returns "cooling down", "low balance" or "daily budget used up".
func (r SkipReason) String() string {
	switch r {
	case SkipCooldown:
		return "cooling down"
	case SkipBalance:
		return "low balance"
	case SkipBudget:
		return "daily budget used up"
	}
	return "SkipReason(" + strconv.Itoa(int(r)) + ")"
}

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
	separator := "; left out: "
	for _, skipped := range e.Skipped {
		fmt.Fprintf(b, "%s%s (%s)", separator, skipped.Provider, skipped.Reason)
		separator = ", "
	}
}

// text is the attempt's error behind the name of its provider.
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

// Cost is what the failed attempts may have cost together.
func (e *Error) Cost() Money {
	var sum Money
	for _, attempt := range e.Attempts {
		sum += attempt.Cost
	}
	return sum
}
