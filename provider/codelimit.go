package provider

import (
	"errors"
	"fmt"
)

// CodeLimiter is a provider whose service takes codes of some lengths only. It is asked
// before anything is sent, so that a program whose codes do not fit does not start.
type CodeLimiter interface {
	// CodeLimit returns which codes of the caller's fit into the texts of that
	// template. The zero CodeLimit fits all: so does a template that is not mapped, or in
	// whose texts the service puts a code of its own.
	CodeLimit(template string) CodeLimit
}

// CodeLimit says how many characters a code has that a service takes. Codes made of
// digits fit whatever else it may ask for.
type CodeLimit struct {
	// Least and Most are the bounds. A Most of 0 is none.
	Least, Most int
	// Remedy says what a person can do to have other codes taken.
	Remedy string
}

// CheckCode reports which providers inside p would not take a code of that many digits in a
// text of that template. The error joins an *Error of KindTemplate for each, with its
// name and the remedy.
func CheckCode(p Provider, template string, digits int) error {
	var problems []error
	for inside := range All(p) {
		limiter, ok := inside.(CodeLimiter)
		if !ok {
			continue
		}
		limit := limiter.CodeLimit(template)
		if digits >= limit.Least && (limit.Most == 0 || digits <= limit.Most) {
			continue
		}
		problems = append(problems, &Error{
			Provider: inside.Name(), Op: OpSend, Kind: KindTemplate, Remedy: limit.Remedy,
			Text: fmt.Sprintf("a code has %d digits, and template %q takes codes of %s", digits, template, limit),
		})
	}
	return errors.Join(problems...)
}

// String returns the bounds, such as "4 to 8 digits".
func (l CodeLimit) String() string {
	switch {
	case l.Most == 0 && l.Least <= 1:
		return "any length"
	case l.Most == 0:
		return fmt.Sprintf("%d digits or more", l.Least)
	case l.Least <= 1:
		return fmt.Sprintf("up to %d digits", l.Most)
	}
	return fmt.Sprintf("%d to %d digits", l.Least, l.Most)
}
