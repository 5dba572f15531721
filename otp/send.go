package otp

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"

	"github.com/cnsms/cnsms/provider"
)

// refOf is the Ref of a text: the same for a repetition of one send, and for no other.
// It is made of 28 letters and digits, which every service takes.
func refOf(id string, number int) string { return fmt.Sprintf("%s%02d", id, number) }

// readRef reads what refOf has written.
func readRef(ref string) (id string, number int, ok bool) {
	at := len(ref) - 2
	if at != idLength {
		return "", 0, false
	}
	number, err := strconv.Atoi(ref[at:])
	return ref[:at], number, err == nil && number > 0 && refOf(ref[:at], number) == ref
}

const idLength = 26

// sendClaimed sends the text that the record's last send has claimed, and settles it.
func (s *Service) sendClaimed(ctx context.Context, a Answer, phone provider.Phone, captcha, client string) (Verification, error) {
	number := len(a.Record.Sends)
	receipt, failure := s.send(ctx, a.Record, number, captcha)
	settlement := s.settlement(a.Record, number, receipt, failure)
	settled, err := s.settle(ctx, settlement)
	if err != nil {
		s.trouble(ctx, a.Record, a.Now, fmt.Errorf("a text was sent and its outcome not stored: %w", err))
		return Verification{}, unavailable("the store failed", err)
	}
	if settled.Verdict == Unknown { // erased; Stale is an answer that was lost and asked for again
		return Verification{}, &Error{Code: Unavailable, Text: "the verification is gone"}
	}
	e := event(EventSent, settled.Record, settled.Now)
	e.Phone, e.Send, e.Provider, e.Client, e.Err = phone, number, settlement.Provider, client, failure
	e.ByItself, e.Message = settled.Record.Sends[number-1].ByItself, receipt.ID
	if settlement.Outcome != Refused {
		s.tell(ctx, e)
		if r := settled.Record; !r.Open(settled.Now) && r.State != Approved { // canceled while it was sent
			return Verification{}, ended(r, settled.Now)
		}
		v := withPhone(view(settled.Record, settled.Now), phone)
		v.Sent = true
		return v, nil
	}
	e.Kind = EventNotSent
	s.tell(ctx, e)
	s.inform(ctx, settled.Record.Sends[number-1:number], Unsent)
	return Verification{}, notSent(settled, failure)
}

// send gives one text to the sender. A panic says as little as a time-out.
func (s *Service) send(ctx context.Context, r Record, number int, captcha string) (receipt provider.Receipt, failure error) {
	if r.Test {
		return provider.Receipt{Provider: "test number"}, nil
	}
	m, err := s.message(r, number, captcha)
	if err != nil {
		return provider.Receipt{}, &provider.Error{Provider: s.config().Sender.Name(), Op: provider.OpSend, Kind: provider.KindConfig, Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, s.config().SendTimeout)
	defer cancel()
	defer func() {
		if value := recover(); value != nil {
			failure = errors.New("otp: the sender panicked: " + m.Redact(fmt.Sprint(value)))
		}
	}()
	return s.config().Sender.Send(ctx, m)
}

// message is the text of a record.
func (s *Service) message(r Record, number int, captcha string) (provider.Message, error) {
	key, ok := s.keys.named(r.KeyID)
	if !ok {
		return provider.Message{}, errors.New("the key that the verification was made with is gone")
	}
	var secret secrets
	if err := key.openJSON(r.Sealed, r.ID, &secret); err != nil {
		return provider.Message{}, err
	}
	phone, err := provider.ParsePhone(secret.Phone)
	if err != nil {
		return provider.Message{}, err
	}
	params := provider.Params(maps.Clone(secret.Params))
	if params == nil {
		params = provider.Params{}
	}
	if !r.NoCode {
		params[provider.ParamCode] = secret.Code
		if secret.Code == "" {
			params[provider.ParamCode] = key.code(r.ID, r.Digits)
		}
	}
	return provider.Message{
		To: phone, Template: secret.Template, Params: params, Ref: refOf(r.ID, number), Attempt: number, Captcha: captcha,
	}, nil
}

// settlement says what became of a send. Only what every service certainly refused was
// not sent.
func (s *Service) settlement(r Record, number int, receipt provider.Receipt, failure error) Settlement {
	c := Settlement{ID: r.ID, Number: number, Outcome: Accepted}
	if failure != nil {
		c.Outcome = Unsure
		var known *provider.Error // only an error of the contract says that nothing was sent
		if errors.As(failure, &known) && !provider.MayHaveSent(failure) {
			c.Outcome = Refused
		}
		return c
	}
	c.Provider = receipt.Provider
	key, ok := s.keys.named(r.KeyID)
	if !ok {
		return c
	}
	if receipt.ID != "" {
		c.Message = key.message(receipt.Provider, receipt.ID)
	}
	if receipt.Code == provider.CodeByProvider {
		c.Receipt, _ = key.sealJSON(receipt, refOf(r.ID, number)) // a receipt is plain data
	}
	return c
}

// settles is how often an outcome is given to the store: a text that was sent must not
// be forgotten because of one failure.
const settles = 3

// settle stores an outcome, even if the caller has gone.
func (s *Service) settle(ctx context.Context, c Settlement) (a Answer, err error) {
	ctx = context.WithoutCancel(ctx)
	for range settles {
		limited, cancel := s.limited(ctx)
		a, err = s.store.Settle(limited, c)
		cancel()
		if err == nil {
			return a, nil
		}
	}
	return a, err
}

// notSent is the error for a text that every service refused.
func notSent(a Answer, failure error) *Error {
	e := &Error{Code: NotSent, Err: failure}
	if wait, limit := provider.PhoneLimit(failure); limit {
		e.Code, e.Rule, e.RetryAfter = Wait, "phone", wait
	}
	if a.Record.Open(a.Now) {
		e.ExpiresIn, e.TriesLeft = a.Now.Until(a.Record.Expires), a.Record.MaxTries-a.Record.Tries
		e.ResendAfter = a.Now.Until(a.Record.ResendAt())
	}
	return e
}

func (s *Service) trouble(ctx context.Context, r Record, now Time, err error) {
	e := event(EventTrouble, r, now)
	e.Err = err
	s.tell(ctx, e)
}
