package traffic

import (
	"bufio"
	"container/heap"
	"context"
	"encoding/json"
	"io"
	"strconv"
	"time"
)

// Site is what events are played on.
type Site interface {
	// Ask wants a text, as a start and a resend do, and returns what was decided. The
	// player fills in Line.I.
	Ask(ctx context.Context, now time.Time, e Event) (Line, error)
	// Check types a code, the right one if e.WillVerify, and returns whether that
	// verified the number.
	Check(ctx context.Context, now time.Time, e Event) (verified bool, err error)
}

// Line is the decision about one start or resend.
type Line struct {
	I        int    `json:"i"`
	Decision string `json:"decision"` // allow, challenge or refuse
	Way      string `json:"way"`      // free, paid or none
	CostFen  int    `json:"cost_fen"`
	// Rule and Wait explain: the rule that stands against the text, and after how many
	// seconds it does no longer.
	Rule string `json:"rule,omitempty"`
	Wait int    `json:"wait_s,omitempty"`
}

// refused is a line of the site itself.
func refused(rule string, wait float64) Line {
	return Line{Decision: "refuse", Way: "none", Rule: rule, Wait: int(wait + 0.999)}
}

// Midnight in Beijing of some day: the time 0 of events.
var Midnight = time.Date(2025, 6, 1, 16, 0, 0, 0, time.UTC)

// Decisions is where lines go, one JSON object each. The zero value drops them.
type Decisions struct {
	To io.Writer
	// Explain writes rule and wait_s as well.
	Explain bool
}

type player struct {
	site      Site
	now       float64
	again     retries
	serial    int
	texts     map[string]bool // flows that got a text
	done      map[string]bool // flows that are verified
	out       *bufio.Writer
	decisions Decisions
	books     *books
}

// Play plays events, which are sorted by time, on a site and counts what became of
// them. The clock follows the events and never goes back. An event whose condition does
// not hold is left out and has no line. A challenge that the client can solve is
// answered after that time with a fresh good token, by the same event, which gets
// a second line.
func Play(ctx context.Context, site Site, d Decisions, events []Event) (Summary, error) {
	p := &player{site: site, texts: map[string]bool{}, done: map[string]bool{}, decisions: d, books: newBooks()}
	if d.To != nil {
		p.out = bufio.NewWriter(d.To)
	}
	var err error
	for next := 0; next < len(events) || len(p.again) > 0; {
		if next >= len(events) || len(p.again) > 0 && p.again[0].T <= events[next].T {
			err = p.play(ctx, heap.Pop(&p.again).(retry).Event, true)
		} else {
			err = p.play(ctx, events[next], false)
			next++
		}
		if err != nil {
			return Summary{}, err
		}
	}
	if p.out != nil {
		err = p.out.Flush()
	}
	return p.books.summary(), err
}

func (p *player) play(ctx context.Context, e Event, again bool) error {
	p.now = max(p.now, e.T)
	if e.Cond == IfNoText && p.texts[e.Flow] || e.Cond == IfPending && (!p.texts[e.Flow] || p.done[e.Flow]) {
		return nil
	}
	now := Midnight.Add(time.Duration(p.now * float64(time.Second)))
	if e.Action == Check {
		verified, err := p.site.Check(ctx, now, e)
		if err == nil && verified {
			p.done[e.Flow] = true
			p.books.verified(e)
		}
		return err
	}
	line, err := p.site.Ask(ctx, now, e)
	if err != nil {
		return err
	}
	line.I = e.I
	if line.Decision == "allow" {
		p.texts[e.Flow] = true
	}
	p.books.note(e, line)
	if line.Decision == "challenge" && e.SolveS != nil && !again {
		p.serial++
		e.T = p.now + max(*e.SolveS, 0)
		e.Token = GoodToken + "solved-" + strconv.Itoa(p.serial)
		heap.Push(&p.again, retry{e, p.serial})
	}
	return p.write(line)
}

func (p *player) write(line Line) error {
	if p.out == nil {
		return nil
	}
	if !p.decisions.Explain {
		line.Rule, line.Wait = "", 0
	}
	data, err := json.Marshal(line)
	if err == nil {
		_, err = p.out.Write(append(data, '\n'))
	}
	return err
}

// retry is an event that is asked again after a challenge; serial keeps the order.
type retry struct {
	Event
	serial int
}

type retries []retry

func (r retries) Len() int { return len(r) }
func (r retries) Less(i, j int) bool {
	return r[i].T < r[j].T || r[i].T == r[j].T && r[i].serial < r[j].serial
}
func (r retries) Swap(i, j int) { r[i], r[j] = r[j], r[i] }

// Push and Pop are for package heap.
func (r *retries) Push(x any) { *r = append(*r, x.(retry)) }

// Pop removes the last one.
func (r *retries) Pop() any {
	old := *r
	last := old[len(old)-1]
	*r = old[:len(old)-1]
	return last
}
