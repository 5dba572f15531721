package traffic

import (
	"fmt"
	"strings"
)

// Summary counts what became of a replay.
type Summary struct {
	// AttackAsked and AttackTexts count requests of attackers and texts that went out.
	AttackAsked, AttackTexts int
	// AttackFen is what attackers' texts cost, WorstHourFen and WorstDayFen what they
	// cost in the worst hour and in the worst 24 hours.
	AttackFen, WorstHourFen, WorstDayFen int
	// HonestFlows, HonestNoText and HonestChallenged count wishes for a code of honest
	// users: all, those that never got a text, those that had to solve a challenge.
	HonestFlows, HonestNoText, HonestChallenged int
	// HonestTexts and HonestFen are the texts of honest users and what they cost.
	HonestTexts, HonestFen int
	// Victims counts flows of attacked people, VictimsLate those that did not verify
	// within ten minutes of the first wish, VictimsPaid those whose first text was paid.
	Victims, VictimsLate, VictimsPaid int
	// Rules counts what was not allowed, by rule.
	Rules map[string]int
}

// String writes the summary on one line.
func (s Summary) String() string {
	percent := func(n int) float64 { return 100 * float64(n) / float64(max(1, s.HonestFlows)) }
	var b strings.Builder
	fmt.Fprintf(&b, "attack: asked %d, texts let through %d, yuan lost %.2f (worst hour %.2f, worst day %.2f); ",
		s.AttackAsked, s.AttackTexts, yuan(s.AttackFen), yuan(s.WorstHourFen), yuan(s.WorstDayFen))
	fmt.Fprintf(&b, "honest users: %d, refused %d (%.2f %%), challenged %d (%.2f %%), yuan spent %.2f",
		s.HonestFlows, s.HonestNoText, percent(s.HonestNoText), s.HonestChallenged, percent(s.HonestChallenged), yuan(s.HonestFen))
	if s.Victims > 0 {
		fmt.Fprintf(&b, "; victims: %d, not in within ten minutes %d, first text paid %d", s.Victims, s.VictimsLate, s.VictimsPaid)
	}
	return b.String()
}

func yuan(fen int) float64 { return float64(fen) / 100 }

type flow struct {
	first      float64
	victim     bool
	texts      int
	challenged bool
	paidFirst  bool
	inTime     bool
}

type spent struct {
	t   float64
	fen int
}

type books struct {
	Summary
	flows map[string]*flow
	paid  []spent
}

func newBooks() *books {
	return &books{flows: map[string]*flow{}, Summary: Summary{Rules: map[string]int{}}}
}

func (b *books) note(e Event, l Line) {
	if l.Decision != "allow" {
		b.Rules[l.Decision+" "+l.Rule]++
	}
	if e.hostile() {
		b.AttackAsked++
		if l.Decision == "allow" {
			b.AttackTexts++
			b.AttackFen += l.CostFen
			b.spend(e.T, l.CostFen)
		}
		return
	}
	f := b.flows[e.Flow]
	if f == nil {
		f = &flow{first: e.T, victim: e.Who == "victim"}
		b.flows[e.Flow] = f
	}
	f.challenged = f.challenged || l.Decision == "challenge"
	if l.Decision == "allow" {
		if f.texts == 0 {
			f.paidFirst = l.Way == "paid"
		}
		f.texts++
		b.HonestTexts++
		b.HonestFen += l.CostFen
	}
}

// spend keeps the worst hour and day up to date.
func (b *books) spend(t float64, fen int) {
	if fen == 0 {
		return
	}
	for len(b.paid) > 0 && b.paid[0].t <= t-86400 {
		b.paid = b.paid[1:]
	}
	b.paid = append(b.paid, spent{t, fen})
	hour, day := 0, 0
	for _, p := range b.paid {
		if p.t > t-3600 {
			hour += p.fen
		}
		day += p.fen
	}
	b.WorstHourFen, b.WorstDayFen = max(b.WorstHourFen, hour), max(b.WorstDayFen, day)
}

func (b *books) verified(e Event) {
	if f := b.flows[e.Flow]; f != nil {
		f.inTime = e.T <= f.first+600
	}
}

func (b *books) summary() Summary {
	for _, f := range b.flows {
		if f.victim {
			b.Victims++
			if !f.inTime {
				b.VictimsLate++
			}
			if f.paidFirst {
				b.VictimsPaid++
			}
			continue
		}
		b.HonestFlows++
		if f.texts == 0 {
			b.HonestNoText++
		}
		if f.challenged {
			b.HonestChallenged++
		}
	}
	return b.Summary
}
