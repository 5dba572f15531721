package otp

import (
	"context"
	"errors"
	"fmt"

	"github.com/cnsms/cnsms/provider"
)

// CheckRequest tries a code.
type CheckRequest struct {
	// ID is the verification's. Required.
	ID string
	// Purpose and Binding are those of the StartRequest. Required: a code for one purpose
	// is worth nothing for another.
	Purpose, Binding string
	// Code is the code as it was typed. Spaces, dashes and full-width digits are read as
	// provider.CleanCode reads them. Required.
	Code string
	// Phone is the number that the program expects, as it was typed. Optional: without
	// it, use the number that Check returns and no other.
	Phone string
}

// Checked is a number that was verified just now.
type Checked struct {
	// ID is the verification's, Purpose what it was for.
	ID, Purpose string
	// Phone is the number. Use this one, and not what the browser sends beside the code. It prints
	// masked, which many numbers have in common: store and compare Phone.E164().
	Phone provider.Phone
	// Test is true for a test number.
	Test bool
}

// Check tries a code. A nil error promises that it was right and that no other call has
// got or will get a nil error for this verification. Each call with the right binding burns
// one try before anything is compared. The error is an *Error; an unknown ID, another
// binding, purpose or number are all answered with the same WrongCode, and burn nothing.
func (s *Service) Check(ctx context.Context, req CheckRequest) (Checked, error) {
	code := provider.CleanCode(req.Code)
	switch {
	case req.ID == "", req.Purpose == "", req.Binding == "":
		return Checked{}, missing(req.ID, req.Purpose, req.Binding)
	case code == "" || len(code) > 64:
		return Checked{}, &Error{Code: BadRequest, Rule: "code", Text: "Code: want the code that was sent"}
	}
	var phone provider.Phone
	if req.Phone != "" {
		var err error
		if phone, err = provider.ParsePhone(req.Phone); err != nil {
			return Checked{}, &Error{Code: BadPhone, Err: err}
		}
	}
	if len(req.ID) != idLength {
		return Checked{}, &Error{Code: WrongCode}
	}
	a, err := s.try(ctx, Trial{ID: req.ID, Proofs: s.proofs(req.Purpose, req.Binding, phone, req.ID, code)})
	if err == nil && a.Verdict == Ask {
		a, err = s.askServices(ctx, a, code)
	}
	if err != nil {
		return Checked{}, unavailable("the store failed", err)
	}
	if a.Verdict != Done {
		return Checked{}, s.wrong(ctx, a, req.ID)
	}
	return s.approved(ctx, a)
}

func (s *Service) try(ctx context.Context, t Trial) (Answer, error) {
	ctx, cancel := s.limited(ctx)
	defer cancel()
	return s.store.Try(ctx, t)
}

// approved tells everybody of a right code.
func (s *Service) approved(ctx context.Context, a Answer) (Checked, error) {
	m, err := s.message(a.Record, 1, "")
	if err != nil {
		return Checked{}, unavailable("the record cannot be read", err)
	}
	s.inform(ctx, s.guard.Verified, a.Record.tickets()...)
	e := event(EventVerified, a.Record, a.Now)
	e.Phone, e.Send = m.To, len(a.Record.Sends)
	e.Provider = a.Record.Sends[len(a.Record.Sends)-1].Provider
	s.tell(ctx, e)
	s.forget(ctx, a, m)
	return Checked{ID: a.Record.ID, Purpose: a.Record.Purpose, Phone: m.To, Test: a.Record.Test}, nil
}

// forgetter is a composer that counts attempts by phone and template.
type forgetter interface {
	Forget(ctx context.Context, phone provider.Phone, template string) error
}

// forget makes the user's next text a first attempt again.
func (s *Service) forget(ctx context.Context, a Answer, m provider.Message) {
	if a.Record.Test {
		return
	}
	for inside := range provider.All(s.config().Sender) {
		if f, ok := inside.(forgetter); ok {
			if err := f.Forget(context.WithoutCancel(ctx), m.To, m.Template); err != nil {
				s.trouble(ctx, a.Record, a.Now, err)
			}
		}
	}
}

// wrong is the error for a code that was not accepted.
func (s *Service) wrong(ctx context.Context, a Answer, id string) error {
	failure := &Error{Code: WrongCode}
	switch a.Verdict {
	case Mismatch:
		failure.TriesLeft = a.Record.MaxTries - a.Record.Tries
		failure.ExpiresIn, failure.ResendAfter = a.Now.Until(a.Record.Expires), a.Now.Until(a.Record.ResendAt())
	case Spent:
		failure = &Error{Code: NoTries}
	case Ended:
		failure = ended(a.Record, a.Now)
	case GuessedOut:
		failure = &Error{Code: Wait, Rule: "guesses", RetryAfter: a.Now.Until(a.Again)}
	}
	e := event(EventWrongCode, a.Record, a.Now)
	e.ID, e.Rule, e.Err = id, failure.Rule, failure
	s.tell(ctx, e)
	if a.Verdict == Mismatch || a.Verdict == Spent {
		s.inform(ctx, s.guard.Failed, a.Record.lastTicket()...)
	}
	return failure
}

// askServices asks the services that made codes, the last one first and each once. The
// try is burned whatever they say.
func (s *Service) askServices(ctx context.Context, a Answer, code string) (Answer, error) {
	key, ok := s.keys.named(a.Record.KeyID)
	if !ok {
		return a, errors.New("the key that the verification was made with is gone")
	}
	asked, failure := map[string]bool{}, error(nil)
	for i := len(a.Record.Sends) - 1; i >= 0; i-- {
		send := a.Record.Sends[i]
		if send.Receipt == "" || asked[send.Provider] {
			continue
		}
		asked[send.Provider] = true
		var receipt provider.Receipt
		if err := key.openJSON(send.Receipt, refOf(a.Record.ID, i+1), &receipt); err != nil {
			return a, err
		}
		err := s.verify(ctx, receipt, code)
		switch {
		case err == nil:
			return s.approve(ctx, a)
		case errors.Is(err, provider.KindCodeMismatch), errors.Is(err, provider.KindCodeExpired):
		default:
			failure = err
		}
	}
	if failure != nil {
		return a, &Error{Code: Unavailable, Text: "a service did not check the code", TriesLeft: a.Record.MaxTries - a.Record.Tries, Err: failure}
	}
	a.Verdict = Mismatch
	if a.Record.Tries >= a.Record.MaxTries {
		a.Verdict = Spent
	}
	return a, nil
}

// verify asks one service. A panic is a service that does not answer.
func (s *Service) verify(ctx context.Context, receipt provider.Receipt, code string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, s.config().SendTimeout)
	defer cancel()
	defer func() {
		if value := recover(); value != nil {
			m := provider.Message{To: receipt.To, Params: provider.Params{provider.ParamCode: code}}
			err = errors.New("otp: the sender panicked: " + m.Redact(fmt.Sprint(value)))
		}
	}()
	return provider.Verify(ctx, s.config().Sender, receipt, code)
}

// approve ends a verification that a service has found right, even if the caller has
// gone: the service takes a code once.
func (s *Service) approve(ctx context.Context, a Answer) (Answer, error) {
	ctx, cancel := s.limited(context.WithoutCancel(ctx))
	defer cancel()
	return s.store.Approve(ctx, a.Record.ID)
}
