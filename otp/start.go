package otp

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cnsms/cnsms/provider"
)

// StartRequest asks for a code to be sent.
type StartRequest struct {
	// Purpose is the name of a policy, such as "login". Required.
	Purpose string
	// Phone is the number as it was typed. Required.
	Phone string
	// Binding is the secret of the user's session: random, kept on the server or in an
	// HttpOnly cookie, and the same at Check. Without it anybody who knows a number
	// could use up its owner's tries. Required.
	Binding string
	// Device is what the guard knows the browser or app by: random, and the same for as long as
	// it keeps it, so that a session may get a new Binding after each verification and the
	// guard still knows who verified a number before. Optional: without it, the guard
	// knows it by Binding.
	Device string
	// Key makes a request idempotent: the same key with the same purpose, number and
	// binding is the same request, however often it comes. Optional.
	Key string
	// Client is the address of the browser, for the guard: 203.0.113.7, or with a port, as
	// http.Request.RemoteAddr has it. Behind a proxy, use guard.ClientOf. Anything else
	// is a BadRequest; empty means that it is not known, for which a guard has its
	// strictest limits. Solution answers a challenge of the guard's. Optional.
	Client, Solution string
	// Params are parameters of the text besides the code. Optional.
	Params provider.Params
	// Code is a code of the caller's own, of as many digits as the policy says. Optional:
	// without one, the service makes the code.
	Code string
	// Captcha is a token that some services want; see provider.Message. Optional.
	Captcha string
}

// longest is how many bytes a text of a caller's may have.
const longest = 1024

// start is a StartRequest that was read.
type start struct {
	StartRequest
	policy Policy
	phone  provider.Phone
	client netip.Addr
	test   bool
}

// secrets is what a record keeps sealed.
type secrets struct {
	Phone    string            `json:"phone"`
	Template string            `json:"template"`
	Code     string            `json:"code,omitempty"`
	Params   map[string]string `json:"params,omitempty"`
	Device   string            `json:"device,omitempty"` // and Client: for the guard, when nobody asks
	Client   netip.Addr        `json:"client,omitzero"`
}

// Start sends a code, unless one of the same purpose, number and binding is pending: then
// it does what Resend would do, and where that is too early, it answers with the pending
// verification and sends nothing. So a refresh or a double click sends one text.
//
// A nil error promises that a text was accepted, may be on its way or is just being sent,
// and that its code can be checked. A repetition by Key is answered with its verification
// as it is now, which may be over; State says so. The error is an *Error; nothing of an
// earlier verification is changed then. When ctx ends during the send, the text may be
// on its way all the same.
func (s *Service) Start(ctx context.Context, req StartRequest) (Verification, error) {
	asked, err := s.read(req)
	if err != nil {
		return Verification{}, err
	}
	creation, err := s.creation(asked)
	if err != nil {
		return Verification{}, err
	}
	w := asked.wish()
	a, refusal, err := s.reserveAndCreate(ctx, creation, asked.test, &w)
	switch {
	case err != nil:
		s.withdraw(ctx, w.ticket)
		s.abandon(ctx, creation.Record.ID)
		return Verification{}, unavailable("the store failed", err)
	case a.Verdict == Done:
		return s.sendClaimed(ctx, a, w)
	case a.Verdict == Found && refusal == nil:
		return s.startAgain(ctx, a, asked, w)
	case a.Verdict == Unknown && refusal != nil:
		a = s.lookAgain(ctx, creation, a, refusal)
	}
	s.withdraw(ctx, w.ticket)
	if a.Verdict == Found || a.Verdict == Repeated {
		return withPhone(view(a.Record, a.Now), asked.phone), nil
	}
	if refusal == nil {
		refusal = &Error{Code: Wait, Rule: "phone", RetryAfter: asked.policy.Lifetime, Text: "too many verifications of this number"}
	}
	s.tell(ctx, Event{
		Kind: EventHeld, At: a.Now.Go(), Purpose: asked.Purpose, Phone: asked.phone, Client: w.client, Rule: refusal.Rule, Err: refusal,
	})
	return Verification{}, refusal
}

// abandon ends a record that may have been stored though its store failed, so that the user's
// next request finds no text that nobody sends. If that fails too, the lease ends it.
func (s *Service) abandon(ctx context.Context, id string) {
	limited, cancel := s.limited(context.WithoutCancel(ctx))
	defer cancel()
	_, _ = s.store.Settle(limited, Settlement{ID: id, Number: 1, Outcome: Refused})
}

// read checks a request.
func (s *Service) read(req StartRequest) (start, error) {
	policy, ok := s.config().Purposes[req.Purpose]
	switch {
	case !ok:
		return start{}, badRequest("Purpose: there is none of that name; want one of " + strings.Join(slices.Sorted(maps.Keys(s.config().Purposes)), ", "))
	case req.Binding == "":
		return start{}, badRequest("Binding: want a secret of the user's session")
	case max(len(req.Binding), len(req.Device), len(req.Key), len(req.Solution)) > longest:
		return start{}, badRequest(fmt.Sprintf("Binding, Device, Key, Solution: want %d bytes at most", longest))
	case req.Code != "" && (!isDigits(req.Code) || len(req.Code) != policy.Digits):
		return start{}, badRequest(fmt.Sprintf("Code: want %d digits", policy.Digits))
	case !utf8.ValidString(req.Captcha):
		return start{}, badRequest("Captcha: is not UTF-8")
	}
	for name, value := range req.Params {
		switch {
		case name == provider.ParamCode:
			return start{}, badRequest(`Params["code"]: the service puts the code in`)
		case !utf8.ValidString(name), !utf8.ValidString(value): // what is sealed is JSON, which would change it
			return start{}, badRequest("Params: a name or a value is not UTF-8")
		}
	}
	phone, err := provider.ParsePhone(req.Phone)
	if err != nil {
		return start{}, &Error{Code: BadPhone, Err: err}
	}
	client, ok := readClient(req.Client)
	if !ok {
		return start{}, badRequest(badClient)
	}
	number, test := s.test(phone)
	if test {
		req.Code = string(number.Code)
	}
	return start{StartRequest: req, policy: policy, phone: phone, client: client, test: test}, nil
}

// creation is the record that a request asks for.
func (s *Service) creation(asked start) (Creation, error) {
	cfg, current := s.config(), s.keys.current()
	r := asked.policy.record()
	r.ID, r.KeyID, r.Purpose = newID(), current.id, asked.Purpose
	r.Phone, r.Binding = current.phone(asked.phone), current.binding(asked.Purpose, asked.Binding)
	r.Guesses, r.Digits, r.Test = cfg.GuessesPerDay, asked.policy.Digits, asked.test
	r.NoCode = s.noCode[asked.policy.Template] && !asked.test
	c := Creation{Lifetime: asked.policy.Lifetime, Lease: cfg.SendTimeout + leaseMargin, Grace: grace}
	c.Pending = s.keys.each(func(k key) string { return k.pending(asked.Purpose, asked.phone, asked.Binding) })
	r.Pending = c.Pending[0]
	if asked.Key != "" {
		c.Idempotency = s.keys.each(func(k key) string { return k.idempotency(asked.Purpose, asked.phone, asked.Binding, asked.Key) })
		r.Idempotency = c.Idempotency[0]
	}
	if asked.test {
		r.Guesses, r.Ladder, r.EscalateAfter, r.Digits = 0, nil, 0, len(asked.Code)
	}
	if !r.NoCode {
		code := asked.Code
		if code == "" {
			code = current.code(r.ID, asked.policy.Digits)
		}
		r.Tag = current.tag(r.ID, code)
	}
	var err error
	r.Sealed, err = current.sealJSON(secrets{
		Phone: asked.phone.E164(), Template: asked.policy.Template, Code: asked.Code, Params: maps.Clone(map[string]string(asked.Params)),
		Device: deviceOf(cmp.Or(asked.Device, asked.Binding)), Client: asked.client,
	}, r.ID)
	c.Record = r
	if err != nil {
		return Creation{}, &Error{Code: Unavailable, Text: "the request cannot be sealed", Err: err}
	}
	return c, nil
}

func (s *Service) create(ctx context.Context, c Creation) (Answer, error) {
	ctx, cancel := s.limited(ctx)
	defer cancel()
	return s.store.Create(ctx, c)
}

// startAgain is a Start while a verification is pending.
func (s *Service) startAgain(ctx context.Context, a Answer, asked start, w wish) (Verification, error) {
	claim := Claim{ID: a.Record.ID, Proofs: s.proofs(asked.Purpose, asked.Binding, provider.Phone{}, a.Record.ID, "")}
	if _, verdict := a.Record.Claimed(claim, a.Now); verdict == Done && s.payInstead(ctx, &w) {
		claim.Ticket = w.ticket
		claimed, err := s.claim(ctx, claim)
		if err == nil && claimed.Verdict == Done {
			return s.sendClaimed(ctx, claimed, w)
		}
	}
	s.withdraw(ctx, w.ticket)
	return withPhone(view(a.Record, a.Now), asked.phone), nil
}

func withPhone(v Verification, phone provider.Phone) Verification {
	v.Phone = phone
	return v
}
