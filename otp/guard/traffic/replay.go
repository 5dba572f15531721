package traffic

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

// What the replay assumes of a verification: it lives ten minutes, and its texts
// are as far apart as the ladder says.
const lifetime = 10 * time.Minute

var ladder = []time.Duration{time.Minute, time.Minute, 2 * time.Minute, 5 * time.Minute}

// Config says how a replay runs.
type Config struct {
	// Rules are the rules of the guard. Default: Rules.
	Rules *guard.Rules
	// RecordOnly has the guard let everything through.
	RecordOnly bool
	// Store makes the guard's store; now is the clock of the events. Default: a memory store.
	Store func(now func() time.Time) guard.Store
	// Decisions gets the lines. Default: none.
	Decisions Decisions
}

// Rules are those of a replay that is given none: guard.DefaultRules with every country
// open for 500 unverified texts a day.
func Rules() guard.Rules {
	rules := guard.DefaultRules()
	rules.Countries = map[string]int{"*": 500}
	return rules
}

// Replay plays events, which are sorted by time, on a guard with a memory store, which it
// asks as the otp service would.
func Replay(ctx context.Context, c Config, events []Event) (Summary, error) {
	s := &site{flows: map[string]*verification{}, pairs: map[string]*verification{}}
	rules := Rules()
	if c.Rules != nil {
		rules = *c.Rules
	}
	s.price = rules.Price
	g := guard.Config{Key: make([]byte, 32), Rules: &rules, Challenger: Tokens{}, RecordOnly: c.RecordOnly, Now: func() time.Time { return s.now }}
	if c.Store != nil {
		g.Store = c.Store(g.Now)
	}
	var err error
	s.guard, err = guard.New(g)
	if err != nil {
		return Summary{}, err
	}
	return Play(ctx, s, c.Decisions, events)
}

// Tokens is a challenger that knows the good tokens of events.
type Tokens struct{}

// Verify returns the token without GoodToken.
func (Tokens) Verify(_ context.Context, token string) (string, error) {
	if id, good := strings.CutPrefix(token, GoodToken); good {
		return id, nil
	}
	return "", errors.New("traffic: not a good token")
}

// site is a guard with as much of the otp service as decides about texts.
type site struct {
	guard *guard.Guard
	price int
	now   time.Time
	flows map[string]*verification
	pairs map[string]*verification
}

type verification struct {
	began, last time.Time
	approved    bool
	tickets     []string
}

// pending says whether v can still be verified.
func (v *verification) pending(now time.Time) bool {
	return v != nil && !v.approved && now.Sub(v.began) < lifetime
}

// Ask is what Start and Resend of the otp service do.
func (s *site) Ask(ctx context.Context, now time.Time, e Event) (Line, error) {
	s.now = now
	phone, err := provider.ParsePhone(e.Typed)
	if err != nil {
		return refused("phone", 0), nil
	}
	v, pair := s.flows[e.Flow], e.Purpose+"|"+phone.E164()+"|"+e.Session
	if e.Action == Start && e.Session != "" {
		v = s.pairs[pair]
	} else if e.Action == Start {
		v = nil
	}
	if !v.pending(now) {
		v = nil
	}
	if v != nil {
		if len(v.tickets) > len(ladder) {
			return refused("sends", v.began.Add(lifetime).Sub(now).Seconds()), nil
		}
		if wait := v.last.Add(ladder[len(v.tickets)-1]).Sub(now); wait > 0 {
			return refused("ladder", wait.Seconds()), nil
		}
	}
	line, ticket := s.reserve(ctx, e, phone, v != nil)
	if line.Decision != guard.Allowed.String() {
		return line, nil
	}
	if v == nil {
		v = &verification{began: now}
		s.pairs[pair] = v
	}
	v.last = now
	v.tickets = append(v.tickets, ticket)
	s.flows[e.Flow] = v
	return line, nil
}

// reserve asks the guard.
func (s *site) reserve(ctx context.Context, e Event, phone provider.Phone, again bool) (Line, string) {
	client, _ := netip.ParseAddr(e.IP)
	d, err := s.guard.Reserve(ctx, guard.Request{
		Phone: phone, Client: client, Session: e.Session, Purpose: e.Purpose, Paid: again, Token: e.Token,
	})
	if err != nil {
		return refused("request", 0), ""
	}
	line := Line{Decision: d.Verdict.String(), Way: "none", Rule: d.Rule, Wait: int(d.Wait / time.Second)}
	switch {
	case d.Verdict == guard.Allowed && d.Paid:
		line.Way, line.CostFen = "paid", s.price
	case d.Verdict == guard.Allowed:
		line.Way = "free"
	}
	return line, d.Ticket
}

// Check is what Check of the otp service does.
func (s *site) Check(ctx context.Context, now time.Time, e Event) (bool, error) {
	s.now = now
	v := s.flows[e.Flow]
	if !v.pending(now) {
		return false, nil
	}
	if !e.WillVerify {
		if v.tickets[0] == "" {
			return false, nil
		}
		return false, s.guard.Failed(ctx, v.tickets[0])
	}
	v.approved = true
	for _, ticket := range v.tickets {
		if ticket == "" { // let through by a guard that only records
			continue
		}
		if err := s.guard.Verified(ctx, ticket); err != nil {
			return false, err
		}
	}
	return true, nil
}
