package otp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Event is one line of the audit trail. It holds no code, and prints the number masked,
// in JSON too.
type Event struct {
	// Kind is what happened.
	Kind EventKind
	// At is the store's time.
	At time.Time
	// ID is the verification's, Purpose and Phone what it is for. Phone is zero where
	// the service did not need to decrypt it.
	ID      string
	Purpose string
	Phone   provider.Phone
	// Send is the number of the text, from 1 on; 0 where it is about none. ByItself
	// is set when nobody asked for it.
	Send     int
	ByItself bool
	// Provider is who accepted the text, or whose text was delivered.
	Provider string
	// Message is the id of that text at that provider, which is Receipt.ID and Report.ID; empty
	// where there is none.
	Message string
	// Client is StartRequest.Client.
	Client string
	// Rule is the limit that held a text, as Error.Rule has it. On a text that was sent
	// or refused it is what stood against it all the same: "money" where the guard's
	// budget kept it off the paid way, and any rule of a guard that only records.
	Rule string
	// Test is set for a test number.
	Test bool
	// Err is why, for what failed.
	Err error
}

// EventKind is what happened.
type EventKind string

const (
	// EventSent: a text was accepted, or may have been sent; Err is set then.
	EventSent EventKind = "sent"
	// EventNotSent: every service refused a text.
	EventNotSent EventKind = "not_sent"
	// EventHeld: a text was asked for and not sent, because a limit or the guard forbids it.
	EventHeld EventKind = "held"
	// EventDelivered: a report said that a text arrived.
	EventDelivered EventKind = "delivered"
	// EventFailed: a report said that a text will not arrive; Err is the kind, where it is known.
	EventFailed EventKind = "failed"
	// EventVerified: the right code came.
	EventVerified EventKind = "verified"
	// EventWrongCode: a wrong code came, or a code that is no longer good.
	EventWrongCode EventKind = "wrong_code"
	// EventCanceled: a verification was given up, or revoked by its number.
	EventCanceled EventKind = "canceled"
	// EventErased: all records of a number were erased.
	EventErased EventKind = "erased"
	// EventExported: all records of a number were read.
	EventExported EventKind = "exported"
	// EventTrouble: a store, a guard, a sender or a Handler's OnVerified does not work as it
	// promises.
	EventTrouble EventKind = "trouble"
)

// tell tells of something. A hook that panics is told so, once; whoever asked is not to
// blame, and gets his answer.
func (s *Service) tell(ctx context.Context, e Event) {
	if value := s.heard(ctx, e); value != nil {
		text := provider.Message{To: e.Phone}.Redact(fmt.Sprint(value))
		e = Event{Kind: EventTrouble, At: e.At, ID: e.ID, Purpose: e.Purpose, Phone: e.Phone, Test: e.Test, Err: errors.New("otp: OnEvent panicked: " + text)}
		_ = s.heard(ctx, e)
	}
}

// heard calls the hook, and returns what it panics with.
func (s *Service) heard(ctx context.Context, e Event) (panicked any) {
	defer func() { panicked = recover() }()
	if hook := s.config().OnEvent; hook != nil {
		hook(ctx, e)
	}
	return nil
}

// event begins an event about a record.
func event(kind EventKind, r Record, now Time) Event {
	return Event{Kind: kind, At: now.Go(), ID: r.ID, Purpose: r.Purpose, Test: r.Test}
}
