package otp

import (
	"cmp"
	"context"
	"time"

	"github.com/cnsms/cnsms/otp/guard"
)

// permit is what the guard says to a text that it lets through.
type permit struct {
	ticket string
	paid   bool   // it may go a way that costs money
	rule   string // what stands against it all the same, such as "money"
}

// wish is what the guard is asked with, what it says, and what else goes with a text.
type wish struct {
	guard.Request
	permit
	captcha string
	client  string // as it was given
}

func (a start) wish() wish {
	return wish{
		Request: guard.Request{
			Phone: a.phone, Client: a.client, Session: deviceOf(cmp.Or(a.Device, a.Binding)), Purpose: a.Purpose, Token: a.Solution,
		},
		captcha: a.Captcha, client: a.StartRequest.Client,
	}
}

// reserveAndCreate asks the guard and then the store. When the guard refuses, it only finds
// what is pending.
func (s *Service) reserveAndCreate(ctx context.Context, c Creation, test bool, w *wish) (a Answer, refusal *Error, err error) {
	giveBack, err := s.turns.take(ctx, c.Record.Pending)
	if err != nil {
		return Answer{}, nil, err
	}
	defer giveBack()
	w.permit, refusal = s.reserve(ctx, test, w.Request)
	c.Ticket, c.OnlyFind = w.ticket, refusal != nil
	a, err = s.create(ctx, c)
	if refusal != nil && err != nil { // what the guard said is the answer
		a, err = Answer{Now: TimeOf(s.config().Now())}, nil
	}
	return a, refusal, err
}

// anotherLook is how long a request waits that came just after another one.
const anotherLook = 100 * time.Millisecond

// lookAgain is for the second click of a double click that another process got: the guard
// refuses it because of the first one, whose record is not stored yet.
func (s *Service) lookAgain(ctx context.Context, c Creation, a Answer, refusal *Error) Answer {
	if refusal.Code != Wait || refusal.RetryAfter > time.Minute {
		return a
	}
	pause, cancel := context.WithTimeout(ctx, anotherLook)
	defer cancel()
	if <-pause.Done(); ctx.Err() != nil {
		return a
	}
	c.OnlyFind = true
	if again, err := s.create(ctx, c); err == nil {
		return again
	}
	return a
}

// pay asks for one more text, the paid way, for a wish that was let through.
func (s *Service) pay(ctx context.Context, r guard.Request) (permit, *Error) {
	r.Paid, r.Again, r.Token = true, true, ""
	return s.reserve(ctx, false, r)
}

// payInstead puts a permit for the paid way, or at least the free one, in the place of
// one that was not used and is for the free way. It reports whether there is one.
func (s *Service) payInstead(ctx context.Context, w *wish) bool {
	if w.paid {
		return true
	}
	s.withdraw(ctx, w.ticket)
	var refusal *Error
	w.permit, refusal = s.pay(ctx, w.Request)
	return refusal == nil
}
