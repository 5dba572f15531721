package otp

import (
	"cmp"
	"context"
	"errors"
)

// asked is what the guard is told of a request.
func (s *Service) asked(a start) Asked {
	return Asked{
		Purpose: a.Purpose, Phone: a.phone, Binding: s.device(a.Device, a.Binding),
		Client: a.Client, Solution: a.Solution, Number: 1,
	}
}

// device is what the guard knows a browser by.
func (s *Service) device(device, binding string) string {
	return s.keys.current().binding("guard", cmp.Or(device, binding))
}

// reserve asks the guard for one text.
func (s *Service) reserve(ctx context.Context, test bool, a Asked) (ticket string, err error) {
	guard := s.config().Guard
	if guard == nil || test {
		return "", nil
	}
	ctx, cancel := s.limited(ctx)
	defer cancel()
	ticket, err = guard.Reserve(ctx, a)
	var refusal *Error
	if err != nil && !errors.As(err, &refusal) {
		return "", &Error{Code: Unavailable, Text: "the guard failed", Err: err}
	}
	if err != nil {
		return "", refusal
	}
	return ticket, nil
}

// release tells the guard that what it reserved was not used.
func (s *Service) release(ctx context.Context, ticket string) {
	s.inform(ctx, []Send{{Ticket: ticket}}, Released)
}

// inform tells the guard what became of texts, even if the caller has gone. What it
// does not hear costs an honest user some of the limits, and nobody a code.
func (s *Service) inform(ctx context.Context, sends []Send, fate Fate) {
	var tickets []string
	for _, send := range sends {
		if send.Ticket != "" && (fate == Unsent || fate == Released || send.Outcome != Refused) {
			tickets = append(tickets, send.Ticket)
		}
	}
	guard := s.config().Guard
	if guard == nil || len(tickets) == 0 {
		return
	}
	limited, cancel := s.limited(context.WithoutCancel(ctx))
	defer cancel()
	if err := guard.Tell(limited, tickets, fate); err != nil {
		s.tell(ctx, Event{Kind: EventTrouble, At: s.config().Now(), Err: err})
	}
}
