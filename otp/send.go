package otp

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

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
func (s *Service) sendClaimed(ctx context.Context, a Answer, w wish) (Verification, error) {
	number, ticket := len(a.Record.Sends), w.ticket
	o := s.send(ctx, a.Record, number, &w)
	settlement := s.settlement(a.Record, number, o)
	if w.ticket != ticket {
		settlement.Ticket = w.ticket
	}
	settled, err := s.settle(ctx, settlement)
	if err != nil {
		s.trouble(ctx, a.Record, a.Now, fmt.Errorf("a text was sent and its outcome not stored: %w", err))
		return Verification{}, unavailable("the store failed", err)
	}
	if settled.Verdict == Unknown { // erased; Stale is an answer that was lost and asked for again
		return Verification{}, &Error{Code: Unavailable, Text: "the verification is gone"}
	}
	e := event(EventSent, settled.Record, settled.Now)
	e.Phone, e.Send, e.Provider, e.Client, e.Rule, e.Err = w.Phone, number, settlement.Provider, w.client, w.rule, o.failure
	e.ByItself, e.Message = settled.Record.Sends[number-1].ByItself, o.receipt.ID
	if o.outcome != Refused {
		s.tell(ctx, e)
		if r := settled.Record; !r.Open(settled.Now) && r.State != Approved { // canceled while it was sent
			return Verification{}, ended(r, settled.Now)
		}
		v := withPhone(view(settled.Record, settled.Now), w.Phone)
		v.Sent = true
		return v, nil
	}
	e.Kind = EventNotSent
	s.tell(ctx, e)
	if outage(o.failure) {
		s.withdraw(ctx, w.ticket)
	} else {
		s.inform(ctx, s.guard.Released, w.ticket)
	}
	return Verification{}, notSent(settled, o.failure, w.permit)
}

// outcome is what the services said to one text.
type outcome struct {
	receipt provider.Receipt
	outcome Outcome
	failure error
}

// send gives one text to the sender. What the guard has no money for goes the free way;
// where that fails for a first text, the guard is asked for money.
func (s *Service) send(ctx context.Context, r Record, number int, w *wish) outcome {
	if r.Test {
		return outcome{receipt: provider.Receipt{Provider: "test number"}, outcome: Accepted}
	}
	m, err := s.message(r, number, w.captcha)
	if err != nil {
		return outcome{outcome: Refused, failure: &provider.Error{Provider: s.config().Sender.Name(), Op: provider.OpSend, Kind: provider.KindConfig, Err: err}}
	}
	ctx, cancel := context.WithTimeout(ctx, s.config().SendTimeout)
	defer cancel()
	if !w.paid {
		m.Attempt, m.FreeOnly = 1, s.steers
	}
	o := s.give(ctx, m)
	switch {
	case o.failure == nil, !m.FreeOnly, number > 1, ctx.Err() != nil:
	case o.outcome == Refused, !s.others[m.Template]: // two codes would arrive, of which one is good
		return s.sendPaid(ctx, m, w, o)
	}
	return o
}

// sendPaid sends a first text the paid way after the free one, if the guard has money for
// it. Two texts may arrive then; they have one code.
func (s *Service) sendPaid(ctx context.Context, m provider.Message, w *wish, free outcome) outcome {
	more, refusal := s.pay(ctx, w.Request)
	if refusal != nil {
		w.rule = refusal.Rule
		return free
	}
	if !more.paid {
		s.withdraw(ctx, more.ticket)
		w.rule = more.rule
		return free
	}
	if free.outcome == Refused {
		s.withdraw(ctx, w.ticket)
		w.ticket = ""
	}
	m.Attempt, m.FreeOnly = 2, false
	o := s.give(ctx, m)
	w.paid, w.rule = true, more.rule
	if o.outcome == Refused && free.outcome != Refused {
		s.withdraw(ctx, more.ticket)
	} else {
		w.ticket = strings.TrimSpace(w.ticket + " " + more.ticket)
	}
	if o.failure != nil {
		o.failure = errors.Join(free.failure, o.failure)
		if free.outcome != Refused {
			o.outcome = Unsure
		}
	}
	return o
}

// give gives a text to the sender. A panic says as little as a time-out. Only what every
// service certainly refused was not sent.
func (s *Service) give(ctx context.Context, m provider.Message) (o outcome) {
	defer func() {
		if value := recover(); value != nil {
			o = outcome{outcome: Unsure, failure: errors.New("otp: the sender panicked: " + m.Redact(fmt.Sprint(value)))}
		}
	}()
	o = outcome{outcome: Accepted}
	o.receipt, o.failure = s.config().Sender.Send(ctx, m)
	if o.failure != nil {
		o.outcome = Unsure
		var known *provider.Error // only an error of the contract says that nothing was sent
		if errors.As(o.failure, &known) && !provider.MayHaveSent(o.failure) {
			o.outcome = Refused
		}
	}
	return o
}

// open decrypts what a record keeps sealed.
func (s *Service) open(r Record) (secrets, key, provider.Phone, error) {
	k, ok := s.keys.named(r.KeyID)
	if !ok {
		return secrets{}, key{}, provider.Phone{}, errors.New("the key that the verification was made with is gone")
	}
	var secret secrets
	if err := k.openJSON(r.Sealed, r.ID, &secret); err != nil {
		return secrets{}, key{}, provider.Phone{}, err
	}
	phone, err := provider.ParsePhone(secret.Phone)
	return secret, k, phone, err
}

// message is the text of a record.
func (s *Service) message(r Record, number int, captcha string) (provider.Message, error) {
	secret, key, phone, err := s.open(r)
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

// settlement says what became of a send.
func (s *Service) settlement(r Record, number int, o outcome) Settlement {
	c := Settlement{ID: r.ID, Number: number, Outcome: o.outcome}
	key, ok := s.keys.named(r.KeyID)
	if o.failure != nil || !ok {
		return c
	}
	c.Provider = o.receipt.Provider
	if o.receipt.ID != "" {
		c.Message = key.message(o.receipt.Provider, o.receipt.ID)
	}
	if o.receipt.Code == provider.CodeByProvider {
		c.Receipt, _ = key.sealJSON(o.receipt, refOf(r.ID, number)) // a receipt is plain data
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
func notSent(a Answer, failure error, p permit) *Error {
	e := &Error{Code: NotSent, Err: failure}
	if !p.paid {
		e.Rule = p.rule
	}
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
