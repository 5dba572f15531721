package phone

import (
	"context"
	"errors"
	"strings"

	"github.com/cnsms/cnsms/relay/internal/scrub"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Sender sends texts. The agent calls Send for one text at a time.
type Sender interface {
	// Send hands one text to the mobile network. A nil error promises that the network
	// or the vendor has accepted it. [ErrUnconfirmed] says that it was handed over, and that
	// nobody will ever say whether it was sent. A failure should be an *Error; with any other
	// error the agent reports that the text may have been sent. Send returns soon after
	// its context has ended.
	Send(ctx context.Context, t Text) error
}

// ErrUnconfirmed says that a text was handed over and that nothing tells whether it was sent.
// The agent then reports neither sent nor failed: the job stays taken, and is uncertain when
// the gateway has waited long enough.
var ErrUnconfirmed = errors.New("phone: handed over; nothing tells whether it was sent")

func isUnconfirmed(err error) bool { return errors.Is(err, ErrUnconfirmed) }

// Checker is a Sender that knows when it cannot send at all.
type Checker interface {
	// Ready returns an error while the phone cannot send. The agent then pulls no
	// jobs, and the phone goes offline.
	Ready(ctx context.Context) error
}

// Describer is a Sender that knows the phone.
type Describer interface {
	// Describe returns what it can find out soon; what it cannot stays absent. The agent calls
	// it before a pull, every five minutes at most, with a context that ends after five seconds.
	Describe(ctx context.Context) relayapi.Device
}

// Text is one text to send. It prints with a masked number and without its body.
type Text struct {
	// Job is the gateway's id of the job.
	Job string
	// To is the recipient in E.164.
	To relayapi.Number
	// Body is what to send, word for word.
	Body relayapi.Text
	// Lane is the lane that the job came on.
	Lane string
	// SIM is the slot of the SIM that the gateway wants, from 1 on. 0 leaves it to the phone.
	SIM int
}

// Error is why a text was not sent.
type Error struct {
	// Class is for programs. One that is not relayapi's counts as
	// relayapi.FailureUnknown.
	Class relayapi.FailureClass
	// Text is for people. The agent replaces the body, the recipient and long groups of
	// digits in it by stars before it reports it.
	Text string
	// MayHaveSent is true when the phone may have sent the text all the same.
	MayHaveSent bool
	// Err is the cause, if there is one.
	Err error
}

// Error returns class and text.
func (e *Error) Error() string {
	text := "phone: " + string(e.Class)
	if e.Text != "" {
		text += ": " + e.Text
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// failureOf returns what the agent reports for a sender's error.
// A nil error has none.
func failureOf(err error, t Text) *relayapi.Failure {
	if err == nil {
		return nil
	}
	failure := relayapi.Failure{Class: relayapi.FailureUnknown, Text: err.Error(), MayHaveSent: true}
	var known *Error
	if errors.As(err, &known) {
		failure = relayapi.Failure{Class: known.Class, Text: known.Text, MayHaveSent: known.MayHaveSent}
	}
	if !relayapi.ValidFailureClass(failure.Class) { // the gateway would refuse the report, and never get the outcome
		failure.Text = strings.TrimPrefix(string(failure.Class)+": "+failure.Text, ": ")
		failure.Class = relayapi.FailureUnknown
	}
	failure.Text = scrub.Failure(failure.Text, t.To, t.Body)
	return &failure
}
