package otp

import (
	"cmp"
	"context"

	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

// ResendRequest asks for another text with the same code.
type ResendRequest struct {
	// ID is the verification's; Purpose and Binding are those of the StartRequest. Required.
	ID, Purpose, Binding string
	// Device, Client, Solution and Captcha are as in StartRequest.
	Device, Client, Solution, Captcha string
}

// Resend sends the same code again, another way where there is one: a Composer gets the
// number of the text in this verification as the attempt. Where the guard has no money
// for that, the text goes the free way again. It neither adds tries nor
// prolongs the life of the code. A nil error promises what Start's does. An *Error that
// says Wait, HasArrived or NoSends changes nothing: the code that came stays good.
func (s *Service) Resend(ctx context.Context, req ResendRequest) (Verification, error) {
	client, ok := readClient(req.Client)
	if !ok {
		return Verification{}, badRequest(badClient)
	}
	a, phone, err := s.look(ctx, req.ID, req.Purpose, req.Binding)
	if err != nil {
		return Verification{}, err
	}
	claim := Claim{ID: req.ID, Proofs: s.proofs(req.Purpose, req.Binding, provider.Phone{}, req.ID, "")}
	if _, verdict := a.Record.Claimed(claim, a.Now); verdict != Done {
		return Verification{}, s.held(ctx, verdict, a, phone, req.Client)
	}
	w := wish{
		Request: guard.Request{
			Phone: phone, Client: client, Session: deviceOf(cmp.Or(req.Device, req.Binding)), Purpose: req.Purpose, Token: req.Solution, Paid: true,
		},
		captcha: req.Captcha, client: req.Client,
	}
	var refusal *Error
	if w.permit, refusal = s.reserve(ctx, a.Record.Test, w.Request); refusal != nil {
		e := event(EventHeld, a.Record, a.Now)
		e.Phone, e.Client, e.Rule, e.Err = phone, req.Client, refusal.Rule, refusal
		s.tell(ctx, e)
		return Verification{}, refusal
	}
	claim.Ticket = w.ticket
	claimed, err := s.claim(ctx, claim)
	if err != nil || claimed.Verdict != Done {
		s.withdraw(ctx, claim.Ticket)
	}
	switch {
	case err != nil:
		return Verification{}, unavailable("the store failed", err)
	case claimed.Verdict != Done:
		return Verification{}, s.held(ctx, claimed.Verdict, claimed, phone, req.Client)
	}
	return s.sendClaimed(ctx, claimed, w)
}

func (s *Service) claim(ctx context.Context, c Claim) (Answer, error) {
	ctx, cancel := s.limited(ctx)
	defer cancel()
	return s.store.Claim(ctx, c)
}

// look reads a record of the holder's.
func (s *Service) look(ctx context.Context, id, purpose, binding string) (Answer, provider.Phone, error) {
	if id == "" || purpose == "" || binding == "" {
		return Answer{}, provider.Phone{}, missing(id, purpose, binding)
	}
	limited, cancel := s.limited(ctx)
	defer cancel()
	a, err := s.store.Look(limited, id)
	if err != nil {
		return a, provider.Phone{}, unavailable("the store failed", err)
	}
	if a.Verdict == Done {
		_, a.Verdict = a.Record.admits(s.proofs(purpose, binding, provider.Phone{}, id, ""))
	}
	if a.Verdict != Done {
		return a, provider.Phone{}, &Error{Code: WrongCode}
	}
	m, err := s.message(a.Record, 1, "")
	if err != nil {
		return a, provider.Phone{}, unavailable("the record cannot be read", err)
	}
	return a, m.To, nil
}

// held is the error for a text that was not sent again.
func (s *Service) held(ctx context.Context, verdict Verdict, a Answer, phone provider.Phone, client string) error {
	failure := &Error{Code: Wait, Rule: "resend", ExpiresIn: a.Now.Until(a.Record.Expires), TriesLeft: a.Record.MaxTries - a.Record.Tries}
	switch verdict {
	case Unknown:
		failure = &Error{Code: WrongCode}
	case Ended:
		failure = ended(a.Record, a.Now)
	case Arrived:
		failure.Code, failure.Rule = HasArrived, ""
	case TooMany:
		failure.Code, failure.Rule = NoSends, ""
	default:
		failure.RetryAfter = max(a.Now.Until(a.Record.ResendAt()), 1)
		failure.ResendAfter = failure.RetryAfter
	}
	e := event(EventHeld, a.Record, a.Now)
	e.Phone, e.Client, e.Rule, e.Err = phone, client, failure.Rule, failure
	s.tell(ctx, e)
	return failure
}

// Status tells the holder how a verification is doing, for a page that is loaded anew. It
// changes nothing and burns no try.
func (s *Service) Status(ctx context.Context, id, purpose, binding string) (Verification, error) {
	a, phone, err := s.look(ctx, id, purpose, binding)
	if err != nil {
		return Verification{}, err
	}
	return withPhone(view(a.Record, a.Now), phone), nil
}

// Cancel gives a verification up: its code is worth nothing from now on, and no further
// text is sent. A text that is being sent at this moment may still arrive. To cancel
// twice is no error; to cancel what has ended otherwise is.
func (s *Service) Cancel(ctx context.Context, id, purpose, binding string) error {
	if id == "" || purpose == "" || binding == "" {
		return missing(id, purpose, binding)
	}
	limited, cancel := s.limited(ctx)
	defer cancel()
	a, err := s.store.Cancel(limited, Cancellation{ID: id, Proofs: s.proofs(purpose, binding, provider.Phone{}, id, "")})
	switch {
	case err != nil:
		return unavailable("the store failed", err)
	case a.Verdict == Unknown:
		return &Error{Code: WrongCode}
	case a.Verdict == Ended:
		return ended(a.Record, a.Now)
	}
	if a.Verdict == Done {
		s.tell(ctx, event(EventCanceled, a.Record, a.Now))
	}
	return nil
}
