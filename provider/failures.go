package provider

import (
	"iter"
	"slices"
	"time"
)

// Failures walks err and everything inside it, and yields every [*Error], each
// once. A composer's error holds one for each attempt, and they come in the order
// in which they were made: an error comes before its cause, and joined errors one
// after the other. An err without any yields nothing.
func Failures(err error) iter.Seq[*Error] {
	return func(yield func(*Error) bool) {
		w := failureWalker{yield: yield}
		w.walk(err)
	}
}

type failureWalker struct {
	yield func(*Error) bool
	seen  []*Error
}

// walk reports whether the walk goes on.
func (w *failureWalker) walk(err error) bool {
	//nolint:errorlint // The walk itself unwraps, and has to see each error once.
	if e, ok := err.(*Error); ok {
		if e == nil || slices.Contains(w.seen, e) {
			return true
		}
		w.seen = append(w.seen, e)
		if !w.yield(e) {
			return false
		}
	}
	switch outer := err.(type) { //nolint:errorlint // As above.
	case interface{ Unwrap() error }:
		return w.walk(outer.Unwrap())
	case interface{ Unwrap() []error }:
		for _, inner := range outer.Unwrap() {
			if !w.walk(inner) {
				return false
			}
		}
	}
	return true
}

// MayHaveSent reports whether err says that the message may be on its way
// although the send failed. Any attempt inside err counts.
func MayHaveSent(err error) bool {
	for e := range Failures(err) {
		if e.MayHaveSent {
			return true
		}
	}
	return false
}

// PhoneLimit reports whether err says that a limit of the phone number was
// reached, and how long to wait as far as anybody knows. Any attempt inside err
// counts; the longest wait is returned. It is what a web page's "try again in …"
// needs.
func PhoneLimit(err error) (retryAfter time.Duration, reached bool) {
	for e := range Failures(err) {
		if e.Kind == KindThrottled && e.Scope == ScopePhone {
			reached = true
			retryAfter = max(retryAfter, e.RetryAfter)
		}
	}
	return retryAfter, reached
}
