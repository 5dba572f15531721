package guard

import (
	"context"
	"time"
)

// When people who solve challenges bomb a number, its owner in a new browser looks as
// they do. What tells them apart a little is that the owner stays and asks again. So
// the last texts of a number are for those who solved a challenge, waited and asked
// again, and each session and each address gets one of them in a day.

// waitEnds is how long after its challenge a stranger may come back.
const waitEnds = 20 * time.Minute

// wait adds the key that knows since when a session waits for a number.
func (p *program) wait(pair string, session int) int {
	k := p.key("w", pair, true)
	p.note(Sum{Key: k, Series: Sent, From: waitEnds, To: p.rules.Patience}, Patient, 0, 0)
	p.note(sum(session, Open, day), 0, Patient, 0)
	return k
}

// strangers is what people may have of R1 who never verified the number. Wait is the
// key of that name, -1 without a session. Where nobody asked, nobody waits.
func (p *program) strangers(k, wait int, again bool) {
	r := p.rules
	for _, s := range []struct {
		from                  time.Duration
		open, hasty, stranger int
	}{{hour, r.OpenHour, r.HastyHour, r.StrangerHour}, {day, r.OpenDay, r.HastyDay, r.StrangerDay}} {
		open := sum(k, Open, s.from)
		p.checks = append(p.checks, Check{Rule: "R1", Count: open, Add: 1, Floor: int64(s.stranger), If: Claimed, Unless: Owner, Effect: Refuse})
		if again {
			continue
		}
		p.limit("R1", Challenge, Owner, open, s.open)
		p.checks = append(p.checks, Check{Rule: "note", Count: open, Add: 1, Floor: int64(s.hasty), Set: Crowded})
		if wait < 0 {
			p.limit("R1", Refuse, Owner, open, s.hasty)
		}
	}
	if wait < 0 || again {
		return
	}
	// The first is for those who came back too early, the second for those who solved
	// the challenge now.
	waits := sum(wait, Sent, r.Patience)
	p.checks = append(p.checks,
		Check{Rule: "R1", Count: waits, If: Crowded, Unless: Owner | Patient, Set: Waiting, Effect: Refuse},
		Check{Rule: "R1", Count: waits, Floor: -1, If: Crowded | Passed, Unless: Owner | Patient | Waiting, Set: Queued, Effect: Refuse})
}

// queue writes down that a stranger waits, when waiting is all that the rules want. It
// spends the token of the challenge and counts as nothing else.
func (g *Guard) queue(ctx context.Context, b Batch, out Outcome) {
	if out.Flags&Queued == 0 || b.Record {
		return
	}
	at := -1
	for _, h := range out.Hits {
		switch c := b.Checks[h.Check]; {
		case c.Set&Queued != 0:
			at = c.Count.Key
		case c.Effect == Refuse:
			return
		}
	}
	// An error leaves the stranger to solve another challenge later.
	_, _ = g.config.Store.Reserve(ctx, Batch{
		Keys: []Key{b.Keys[at]}, Token: b.Token,
		Checks: []Check{{Rule: "R1", Count: sum(0, Sent, hour), Floor: -1, Effect: Challenge}},
	})
}
