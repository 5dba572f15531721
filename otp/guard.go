package otp

import (
	"context"

	"github.com/cnsms/cnsms/provider"
)

// Guard decides before each text whether it may be sent, and learns what became of it.
// It is safe for concurrent use. Package otp/guard has one.
type Guard interface {
	// Reserve charges one text against all limits, or none at all. The ticket is what
	// the guard wants to be told the outcome by; it is stored with the send, so that it holds
	// no number in clear. An error that is an *Error is passed on as it is: Wait with
	// RetryAfter and Rule, ChallengeWanted with Challenge, or Blocked. Any other error is
	// a guard that does not work, and nothing is sent.
	Reserve(ctx context.Context, a Asked) (ticket string, err error)
	// Tell says what became of the texts of one verification, by their tickets. A guard that is
	// never told takes them for sent and not verified.
	Tell(ctx context.Context, tickets []string, fate Fate) error
}

// Asked is what a guard knows of a text that is asked for.
type Asked struct {
	// Purpose is the name of the policy.
	Purpose string
	// Phone is the parsed number, so that no way of writing it makes another one.
	Phone provider.Phone
	// Binding is a digest of the device, or of the session's secret where no device is given. It is
	// empty when ByItself is set.
	Binding string
	// Client is the address of the browser or app, as StartRequest has it.
	Client string
	// Solution answers a challenge, as StartRequest has it.
	Solution string
	// Number is 1 for the first text of a verification. ByItself is set when nobody asked.
	Number   int
	ByItself bool
}

// Fate is what became of a text.
type Fate string

const (
	// Released: it was reserved and never given to a service. All is as before.
	Released Fate = "released"
	// Unsent: every service refused it. The wait for the next one is over; other counters stay.
	Unsent Fate = "unsent"
	// Verified: the right code came.
	Verified Fate = "verified"
	// Failed: the verification ended otherwise: too many wrong codes, canceled.
	Failed Fate = "failed"
)
