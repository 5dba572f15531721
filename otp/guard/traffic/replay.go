package traffic

import (
	"bufio"
	"container/heap"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

// What the replay assumes of a verification: it lives ten minutes, and its texts
// are as far apart as the ladder says.
const lifetime = 600

var ladder = []float64{60, 60, 120, 300}

// Line is the decision about one start or resend.
type Line struct {
	I        int    `json:"i"`
	Decision string `json:"decision"`
	Way      string `json:"way"`
	CostFen  int    `json:"cost_fen"`
	Rule     string `json:"rule,omitempty"`
	Wait     int    `json:"wait_s,omitempty"`
}

// Config says how a replay runs.
type Config struct {
	// Rules are the rules of the guard. Default: DefaultRules with every country
	// open for 500 unverified texts a day.
	Rules *guard.Rules
	// RecordOnly has the guard let everything through.
	RecordOnly bool
	// Decisions gets the lines. Default: none.
	Decisions io.Writer
}

// Replay runs events, which are sorted by time, through a guard with a memory store.
func Replay(ctx context.Context, c Config, events []Event) (Summary, error) {
	p, err := newPlayer(c)
	if err != nil {
		return Summary{}, err
	}
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

// tokens is a challenger that knows the replay's own tokens.
type tokens struct{}

func (tokens) Verify(_ context.Context, token string) (string, error) {
	if id, good := strings.CutPrefix(token, GoodToken); good {
		return id, nil
	}
	return "", errors.New("traffic: not a good token")
}

type verification struct {
	began, last float64
	approved    bool
	tickets     []string
}

type player struct {
	guard  *guard.Guard
	price  int
	now    float64
	again  retries
	serial int
	flows  map[string]*verification
	pairs  map[string]*verification
	out    *bufio.Writer
	books  *books
}

// midnight in Beijing of some day.
var midnight = time.Date(2025, 6, 1, 16, 0, 0, 0, time.UTC)

func newPlayer(c Config) (*player, error) {
	p := &player{flows: map[string]*verification{}, pairs: map[string]*verification{}, books: newBooks()}
	rules := guard.DefaultRules()
	rules.Countries = map[string]int{"*": 500}
	if c.Rules != nil {
		rules = *c.Rules
	}
	p.price = rules.Price
	if c.Decisions != nil {
		p.out = bufio.NewWriter(c.Decisions)
	}
	now := func() time.Time { return midnight.Add(time.Duration(p.now * float64(time.Second))) }
	var err error
	p.guard, err = guard.New(guard.Config{
		Key: make([]byte, 32), Rules: &rules, Challenger: tokens{}, RecordOnly: c.RecordOnly, Now: now,
	})
	return p, err
}

func (p *player) play(ctx context.Context, e Event, again bool) error {
	p.now = max(p.now, e.T)
	v := p.flows[e.Flow]
	switch {
	case e.Cond == IfNoText && v != nil, e.Cond == IfPending && (v == nil || v.approved):
		return nil
	case e.Action == Check:
		return p.check(ctx, e, v)
	}
	line, err := p.ask(ctx, e, v)
	if err != nil {
		return err
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
	data, err := json.Marshal(line)
	if err == nil {
		_, err = p.out.Write(append(data, '\n'))
	}
	return err
}

// ask is what Start and Resend of the otp service do.
func (p *player) ask(ctx context.Context, e Event, v *verification) (Line, error) {
	refuse := func(rule string, wait float64) (Line, error) {
		return Line{I: e.I, Decision: "refuse", Way: "none", Rule: rule, Wait: int(wait + 0.999)}, nil
	}
	phone, err := provider.ParsePhone(e.Typed)
	if err != nil {
		return refuse("phone", 0)
	}
	pair := e.Purpose + "|" + phone.E164() + "|" + e.Session
	if e.Action == Start && e.Session != "" {
		v = p.pairs[pair]
	} else if e.Action == Start {
		v = nil
	}
	if v != nil && (v.approved || p.now-v.began >= lifetime) {
		v = nil
	}
	if v != nil {
		if len(v.tickets) > len(ladder) {
			return refuse("sends", v.began+lifetime-p.now)
		}
		if wait := v.last + ladder[len(v.tickets)-1] - p.now; wait > 0 {
			return refuse("ladder", wait)
		}
	}
	client, _ := netip.ParseAddr(e.IP)
	d, err := p.guard.Reserve(ctx, guard.Request{
		Phone: phone, Client: client, Session: e.Session, Purpose: e.Purpose, Paid: v != nil, Token: e.Token,
	})
	if err != nil {
		return refuse("request", 0)
	}
	line := Line{I: e.I, Decision: d.Verdict.String(), Way: "none", Rule: d.Rule, Wait: int(d.Wait / time.Second)}
	if d.Verdict != guard.Allowed {
		return line, nil
	}
	if line.Way = "free"; d.Paid {
		line.Way, line.CostFen = "paid", p.price
	}
	if v == nil {
		v = &verification{began: p.now}
		p.pairs[pair] = v
	}
	v.last = p.now
	v.tickets = append(v.tickets, d.Ticket)
	p.flows[e.Flow] = v
	return line, nil
}

func (p *player) check(ctx context.Context, e Event, v *verification) error {
	if v == nil || v.approved || p.now-v.began >= lifetime {
		return nil
	}
	if !e.WillVerify {
		return p.guard.Failed(ctx, v.tickets[0])
	}
	v.approved = true
	p.books.verified(e)
	for _, ticket := range v.tickets {
		if ticket == "" {
			continue
		}
		if err := p.guard.Verified(ctx, ticket); err != nil {
			return err
		}
	}
	return nil
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
