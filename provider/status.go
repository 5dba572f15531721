package provider

import (
	"context"
	"time"
)

// State is how far a message has come.
type State int

const (
	// StateUnknown: the service does not know the message, or says nothing of it.
	StateUnknown State = iota
	// StatePending: accepted, and no news since.
	StatePending
	// StateSent: handed to the carrier, or sent by the phone of a relay.
	StateSent
	// StateDelivered: the recipient's handset has it.
	StateDelivered
	// StateFailed: it will not arrive.
	StateFailed
)

var stateNames = [...]string{
	StateUnknown:   "unknown",
	StatePending:   "pending",
	StateSent:      "sent",
	StateDelivered: "delivered",
	StateFailed:    "failed",
}

// String returns "unknown", "pending", "sent", "delivered" or "failed".
func (s State) String() string { return enumName(s, "State", stateNames[:]) }

// Status is what became of one message.
type Status struct {
	// State is how far the message has come.
	State State
	// Kind says why the message will not arrive, as far as Code tells: KindSignature
	// when the signature is not filed with the recipient's carrier, KindBlocked when
	// the number is on a blacklist. KindUnknown where Code does not tell, and in
	// every state but StateFailed. In JSON it is its name.
	Kind Kind `json:",omitempty"`
	// Code is the carrier's or service's own code, verbatim, such as DELIVRD.
	Code string
	// Text explains Code, where the service does. No number, no code in it.
	Text string
	// At is when the state was reached, or zero where the service does not say.
	At time.Time
}

// StatusReader can ask what became of a message.
type StatusReader interface {
	// ReadStatus asks for the message of that receipt. A message that the
	// service does not know is StateUnknown, not an error.
	ReadStatus(ctx context.Context, r Receipt) (Status, error)
}

// ReadStatus asks the provider that the receipt names, wherever it sits inside
// p. Where that provider cannot tell, the error matches [errors.ErrUnsupported].
func ReadStatus(ctx context.Context, p Provider, r Receipt) (Status, error) {
	reader, err := ability[StatusReader](p, r.Provider, OpStatus, "does not tell what became of a message")
	if err != nil {
		return Status{}, err
	}
	return reader.ReadStatus(ctx, r)
}
