package provider

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Names of operations, as they stand in [Error].Op.
const (
	OpSend    = "send"
	OpVerify  = "verify"
	OpBalance = "balance"
	OpStatus  = "status"
	OpReports = "reports"
	OpCaptcha = "captcha"
	OpParse   = "parse phone"
)

// Error is a failed operation. It holds no secret, no code and no full phone
// number.
type Error struct {
	// Provider is the name of the provider that failed.
	Provider string
	// Op is what was tried: OpSend, OpVerify and so on.
	Op string
	// Kind is what went wrong.
	Kind Kind
	// Scope tells whose limit it was, when Kind is KindThrottled.
	Scope Scope
	// Code is the service's own code, verbatim. Empty when the service said
	// nothing.
	Code string
	// Text explains the failure to a person: the service's own words with phone
	// numbers and codes struck out, or the adapter's. It is not for end users.
	Text string
	// Remedy says what a person can do about it, where that is known.
	Remedy string
	// HTTPStatus is the status of the reply, or 0 when there was none.
	HTTPStatus int
	// MayHaveSent is true when the message may be on its way despite the error:
	// the request left and no usable answer came back, or one with a code that the
	// service documents nowhere. It is false when the connection was never made or the
	// service refused with a code that it documents as a refusal.
	MayHaveSent bool
	// RetryAfter is how long the service asked to wait, or 0: by the code, or by the
	// header of that name, of which a day at most is believed.
	RetryAfter time.Duration
	// Err is the cause, such as a network or context error. May be nil.
	Err error
}

// Error puts everything known on one line, such as
//
//	ihuyi: send: balance: 4051: no messages left
func (e *Error) Error() string {
	if e == nil {
		return "sms: <nil>"
	}
	parts := make([]string, 0, 7)
	for _, part := range []string{e.Provider, e.Op, e.kindText(), e.Code, e.Text} {
		if part != "" {
			parts = append(parts, shorten(part))
		}
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	line := strings.Join(parts, ": ")
	if e.HTTPStatus != 0 && e.HTTPStatus != 200 {
		line += " (HTTP " + strconv.Itoa(e.HTTPStatus) + ")"
	}
	if e.MayHaveSent {
		line += " (may have been sent)"
	}
	if e.Remedy != "" {
		line += "; remedy: " + shorten(e.Remedy)
	}
	return oneLine(line)
}

// longestPart is how much of a service's words, in bytes, goes into the line of
// an error. The fields have all of them.
const longestPart = 1000

// shorten cuts what would drown the rest of the line.
func shorten(part string) string {
	if len(part) <= longestPart {
		return part
	}
	return strings.ToValidUTF8(part[:longestPart], "") + "…"
}

// oneLine keeps a service's words, and causes that were joined, from breaking the
// line of a log or playing tricks on a terminal: neither control characters nor
// those that turn the direction of writing get through.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return ' '
		}
		return r
	}, strings.ReplaceAll(text, "\n", "; "))
}

func (e *Error) kindText() string {
	if e.Kind == KindThrottled && e.Scope != ScopeNone {
		return e.Kind.String() + " by " + e.Scope.String()
	}
	return e.Kind.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// Is reports whether target is the error's kind. An unsupported
// operation also matches [errors.ErrUnsupported].
func (e *Error) Is(target error) bool {
	if e == nil {
		return false
	}
	if target == errors.ErrUnsupported {
		return e.Kind == KindUnsupported
	}
	kind, ok := target.(Kind)
	return ok && kind == e.Kind
}
