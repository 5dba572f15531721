package otp

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Purposes are the policies by the names of their purposes, such as "login" and "reset
// password". A code of one purpose is worth nothing for another.
type Purposes map[string]Policy

// Policy is how codes of one purpose are made, sent and checked. The zero value is what
// the security standards recommend and all services take.
type Policy struct {
	// Template is the logical name of the text. Empty means the name of the purpose.
	Template string
	// Digits is how many digits a code has, 4 to 8. 0 means DefaultDigits, the only
	// length that the standards (20 bits) and Tencent (6 digits at most) agree on. With
	// fewer, a stranger guesses right sooner. New refuses a length that one of the sender's
	// members does not take; see provider.CodeLimiter.
	Digits int
	// Lifetime is how long a code is good, from one minute to MaxLifetime. A resend does not
	// prolong it. 0 means DefaultLifetime.
	Lifetime time.Duration
	// Tries is how many codes may be tried, 1 to 10. A resend does not add to them. 0 means
	// DefaultTries.
	Tries int
	// Sends is how many texts there may be, the first one included, 1 to 10. Texts that were
	// refused count. 0 means DefaultSends.
	Sends int
	// Ladder are the waits before the second text, the third and so on, of whole
	// seconds; the last one repeats. None may be shorter than the one before it, nor than
	// MinResend. A guard may want more: guard.DefaultRules have 60 seconds for a number.
	// nil means DefaultLadder.
	Ladder []time.Duration
	// EscalateAfter has the service send again by itself, another way and with the same
	// code, when a text has been neither reported delivered nor its code checked for that long
	// after a service accepted it: it needs [Service.Run]. 0 leaves it to the user's
	// Resend. At least MinResend.
	EscalateAfter time.Duration
}

// Defaults and bounds of a Policy.
const (
	DefaultDigits   = 6
	DefaultLifetime = 10 * time.Minute
	DefaultTries    = 5
	DefaultSends    = 5
	MaxLifetime     = 10 * time.Minute
	// MinResend is the least wait between two texts: a code that is sent again is the same
	// content, which services refuse within 30 seconds.
	MinResend = 30 * time.Second
)

// DefaultLadder returns the waits between texts where a policy sets none: 60, 60, 120
// and 300 seconds.
func DefaultLadder() []time.Duration {
	return []time.Duration{time.Minute, time.Minute, 2 * time.Minute, 5 * time.Minute}
}

// withDefaults fills in what is 0.
func (p Policy) withDefaults(purpose string) Policy {
	orElse := func(n *int, other int) {
		if *n == 0 {
			*n = other
		}
	}
	if p.Template == "" {
		p.Template = purpose
	}
	orElse(&p.Digits, DefaultDigits)
	orElse(&p.Tries, DefaultTries)
	orElse(&p.Sends, DefaultSends)
	if p.Lifetime == 0 {
		p.Lifetime = DefaultLifetime
	}
	if p.Ladder == nil {
		p.Ladder = DefaultLadder()
	}
	p.Ladder = slices.Clone(p.Ladder)
	return p
}

// problems checks a policy that has its defaults.
func (p Policy) problems(purpose string) []error {
	var problems []error
	bad := func(field, format string, args ...any) {
		problems = append(problems, fmt.Errorf("Purposes[%q].%s: %s", purpose, field, fmt.Sprintf(format, args...)))
	}
	if purpose == "" {
		problems = append(problems, errors.New("Purposes: a purpose needs a name, such as \"login\""))
	}
	between := func(field string, n, least, most int) {
		if n < least || n > most {
			bad(field, "want %d to %d", least, most)
		}
	}
	between("Digits", p.Digits, 4, 8)
	between("Tries", p.Tries, 1, 10)
	between("Sends", p.Sends, 1, 10)
	if p.Lifetime < time.Minute || p.Lifetime > MaxLifetime || p.Lifetime%time.Second != 0 {
		bad("Lifetime", "want whole seconds from %v to %v", time.Minute, MaxLifetime)
	}
	if len(p.Ladder) == 0 {
		bad("Ladder", "want one wait at least; nil means the default")
	}
	last := MinResend
	for i, wait := range p.Ladder {
		if wait < last || wait%time.Second != 0 {
			bad(fmt.Sprintf("Ladder[%d]", i), "want whole seconds, and no fewer than %v", last)
		}
		last = max(last, wait)
	}
	if p.EscalateAfter != 0 && (p.EscalateAfter < MinResend || p.EscalateAfter >= p.Lifetime || p.EscalateAfter%time.Second != 0) {
		bad("EscalateAfter", "want 0, or whole seconds from %v on and less than Lifetime", MinResend)
	}
	return problems
}

// record returns what a record keeps of the policy.
func (p Policy) record() Record {
	r := Record{MaxTries: p.Tries, MaxSends: p.Sends, EscalateAfter: p.EscalateAfter.Milliseconds()}
	for _, wait := range p.Ladder {
		r.Ladder = append(r.Ladder, wait.Milliseconds())
	}
	return r
}
