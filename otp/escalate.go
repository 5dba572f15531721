package otp

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/cnsms/cnsms/otp/guard"
)

const (
	// duesAtOnce is how many texts one look of Run sends at the same time.
	duesAtOnce = 16
)

// Run sends again by itself what the policies with EscalateAfter want, until ctx ends; it
// then waits for what it is sending, and returns ctx's error. Any number of replicas may
// run it on one store: each step is taken once, because who sends has claimed the number of
// the text before. A store, a guard or a sender that fails or panics is an event, and Run
// goes on.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(s.config().Poll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			if _, err := s.Escalate(ctx); err != nil && ctx.Err() == nil {
				s.tell(ctx, Event{Kind: EventTrouble, At: s.config().Now(), Err: err})
			}
		}
	}
}

// Escalate is one look of Run, for programs with a timer of their own: it sends again what
// is due now, and returns how many texts a service took or may have sent. It goes on to
// the next look of its own as long as there is more.
func (s *Service) Escalate(ctx context.Context) (sent int, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = unavailable("the store failed", fmt.Errorf("otp: the store panicked: %v", value))
		}
	}()
	for {
		limited, cancel := s.limited(ctx)
		due, err := s.store.Due(limited, duesAtOnce)
		cancel()
		if err != nil {
			return sent, unavailable("the store failed", err)
		}
		n, claimed := s.sendAll(ctx, due)
		sent += n
		if claimed == 0 || len(due.Records) < duesAtOnce || ctx.Err() != nil {
			return sent, nil
		}
	}
}

// sendAll sends what is due, all at the same time. claimed is how many of them nobody
// else had taken.
func (s *Service) sendAll(ctx context.Context, due Listing) (sent, claimed int) {
	var (
		mu sync.Mutex
		wg sync.WaitGroup
	)
	for _, r := range due.Records {
		wg.Go(func() {
			wasClaimed, wasSent := s.escalateRecovered(ctx, r, due.Now)
			mu.Lock()
			defer mu.Unlock()
			if wasClaimed {
				claimed++
			}
			if wasSent {
				sent++
			}
		})
	}
	wg.Wait()
	return sent, claimed
}

// escalateRecovered keeps a panic of the store's or the guard's from ending the program: nobody
// above this goroutine could catch it.
func (s *Service) escalateRecovered(ctx context.Context, r Record, now Time) (claimed, sent bool) {
	defer func() {
		if value := recover(); value != nil {
			s.trouble(ctx, r, now, fmt.Errorf("otp: a store or a guard panicked: %v", value))
		}
	}()
	return s.escalate(ctx, r, now)
}

// escalate takes the next step of one record, if nobody else does. A step that the guard
// forbids is taken as well, and counts as a text that was refused: the record would
// otherwise be due for ever, and keep others waiting.
func (s *Service) escalate(ctx context.Context, r Record, now Time) (claimed, sent bool) {
	c := Claim{ID: r.ID, ByItself: true, After: len(r.Sends)}
	var w wish
	secret, _, phone, err := s.open(r)
	refusal := unavailable("the record cannot be read", err)
	if err == nil {
		w.Request = guard.Request{Phone: phone, Client: secret.Client, Session: secret.Device, Purpose: r.Purpose, Paid: true, Again: true}
		w.permit, refusal = s.reserve(ctx, r.Test, w.Request)
		c.Ticket = w.ticket
	}
	a, err := s.claim(ctx, c)
	if err != nil || a.Verdict != Done {
		s.withdraw(ctx, c.Ticket)
		if err != nil {
			s.trouble(ctx, r, now, err)
		}
		return false, false
	}
	if refusal == nil {
		_, err = s.sendClaimed(ctx, a, w)
		return true, err == nil
	}
	e := event(EventHeld, a.Record, a.Now)
	e.Phone, e.Send, e.ByItself, e.Rule, e.Err = phone, c.After+1, true, refusal.Rule, refusal
	s.tell(ctx, e)
	if _, err := s.settle(ctx, Settlement{ID: r.ID, Number: c.After + 1, Outcome: Refused}); err != nil {
		s.trouble(ctx, r, now, err)
	}
	return true, false
}
