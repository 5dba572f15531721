package otp

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"strings"

	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

// reserve asks the guard for one text.
func (s *Service) reserve(ctx context.Context, test bool, r guard.Request) (permit, *Error) {
	if test {
		return permit{paid: true}, nil
	}
	limited, cancel := s.limited(ctx)
	defer cancel()
	d, err := s.guard.Reserve(limited, r)
	switch {
	case err != nil:
		return permit{}, unavailable("the guard failed", err)
	case d.Verdict == guard.Allowed:
		return permit{d.Ticket, d.Paid, d.Rule}, nil
	case d.Verdict == guard.Challenged:
		return permit{}, &Error{Code: ChallengeWanted, Rule: d.Rule, Challenge: s.challenge(ctx), Text: challengeHint(d.Rule, r)}
	case d.Wait > 0:
		return permit{}, &Error{Code: Wait, Rule: d.Rule, RetryAfter: d.Wait, Text: shared(d.Rule, r.Client)}
	}
	return permit{}, &Error{Code: Blocked, Rule: d.Rule}
}

const badSolution = "Solution: is not good, of another site, over or spent before"

func challengeHint(rule string, r guard.Request) string {
	if r.Token != "" {
		return badSolution
	}
	return shared(rule, r.Client)
}

// shared says how it may come that users share the limits of one address.
func shared(rule string, client netip.Addr) string {
	switch {
	case rule != "R2":
		return ""
	case !client.IsValid():
		return "Client: all whose address is not known share these limits"
	case client.IsPrivate(), client.IsLoopback(), client.IsLinkLocalUnicast():
		return "Client: this is no address of the internet; behind a proxy, use guard.ClientOf or HandlerConfig.TrustedProxies"
	}
	return ""
}

// challenge is what the guard wants solved, or nothing if it does not make challenges.
func (s *Service) challenge(ctx context.Context) json.RawMessage {
	made, err := s.issue(ctx)
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		s.tell(ctx, Event{Kind: EventTrouble, At: s.config().Now(), Err: err})
	}
	return made
}

// issue makes a challenge, where the guard does so.
func (s *Service) issue(ctx context.Context) (json.RawMessage, error) {
	maker, ok := s.guard.(guard.Issuer)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	limited, cancel := s.limited(ctx)
	defer cancel()
	made, err := maker.Issue(limited)
	if err == nil && !json.Valid(made) {
		err = errors.New("otp: the guard's challenge is no JSON")
	}
	if err != nil {
		return nil, err
	}
	return made, nil
}

// withdraw tells the guard that what it reserved was not used.
func (s *Service) withdraw(ctx context.Context, ticket string) {
	s.inform(ctx, s.guard.Withdrawn, ticket)
}

// outage reports whether a failure says nothing of who asked: all of it is about the
// services and their accounts.
func outage(failure error) bool {
	known := false
	for e := range provider.Failures(failure) {
		known = true
		switch e.Kind {
		case provider.KindUnavailable, provider.KindBalance, provider.KindAuth, provider.KindConfig, provider.KindTemplate, provider.KindSignature:
		case provider.KindThrottled:
			if e.Scope != provider.ScopeAccount {
				return false
			}
		default:
			return false
		}
	}
	return known
}

// inform tells the guard what became of texts, even if the caller has gone. What it
// does not hear costs an honest user some of the limits, and nobody a code.
func (s *Service) inform(ctx context.Context, tell func(context.Context, string) error, tickets ...string) {
	limited, cancel := s.limited(context.WithoutCancel(ctx))
	defer cancel()
	for _, ticket := range tickets {
		if ticket == "" {
			continue
		}
		if err := tell(limited, ticket); err != nil {
			s.tell(ctx, Event{Kind: EventTrouble, At: s.config().Now(), Err: err})
		}
	}
}

// tickets are those of the texts that may have been sent, oldest first.
func (r Record) tickets() []string {
	var all []string
	for _, send := range r.Sends {
		if send.Outcome != Refused {
			all = append(all, strings.Fields(send.Ticket)...)
		}
	}
	return all
}

// lastTicket is the one of the last of these texts, or none.
func (r Record) lastTicket() []string {
	all := r.tickets()
	return all[max(0, len(all)-1):]
}
