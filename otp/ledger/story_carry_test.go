package ledger_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
	agent "github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/phone/phonetest"
	"github.com/cnsms/cnsms/relay/relayapi"
	"github.com/cnsms/cnsms/sim"
)

// pause waits in the bubble's time.
func pause(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // It is a bubble's time.

// between is a time from least to most, to the millisecond.
func between(random *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(random.Int64N(int64(most-least)/1e6+1))*time.Millisecond
}

// delay is how long a text is on its way: some seconds, and one of so many much longer.
func delay(random *rand.Rand, rare int) time.Duration {
	if random.IntN(rare) == 0 {
		return between(random, 20*time.Second, 3*time.Minute)
	}
	return between(random, time.Second, 6*time.Second)
}

// spy sees every text at the moment at which a member is asked to send it.
type spy struct {
	inside provider.Provider
	world  *world
	costs  bool
}

func (s spy) Name() string              { return s.inside.Name() }
func (s spy) Unwrap() provider.Provider { return s.inside }

func (s spy) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	s.world.sees(m, s.costs)
	receipt, err := s.inside.Send(ctx, m)
	if err == nil && !s.costs {
		s.world.running.Go(func() { s.world.follow(receipt) })
	}
	return receipt, err
}

// sees judges a text that leaves.
func (w *world) sees(m provider.Message, costs bool) {
	id, number, ok := otp.ParseRef(m.Ref)
	w.mu.Lock()
	defer w.mu.Unlock()
	if !ok || number != m.Attempt && m.Attempt > 2 {
		w.Errorf("seed %d: a text with ref %q and attempt %d", w.seed, m.Ref, m.Attempt)
	}
	f := w.fate(id)
	f.codes[m.Params["code"]] = true
	if f.begun[number].IsZero() {
		f.begun[number] = time.Now()
	}
	begun := f.begun[number]
	if !f.delivered.IsZero() && begun.After(f.delivered) {
		w.Errorf("seed %d: text %d of %s begins %v after a report of delivery", w.seed, number, id, begun.Sub(f.delivered))
	}
	if !f.over.IsZero() && begun.After(f.over) {
		w.Errorf("seed %d: text %d of %s begins after its end", w.seed, number, id)
	}
	if costs {
		f.paid++
	}
}

// fate is that of a verification. The world is locked.
func (w *world) fate(id string) *fate {
	if w.fates[id] == nil {
		w.fates[id] = &fate{codes: map[string]bool{}, begun: map[int]time.Time{}}
	}
	return w.fates[id]
}

// hear is the site's OnEvent.
func (w *world) hear(ctx context.Context, e otp.Event) {
	w.books.Note(ctx, e)
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e.Kind {
	case otp.EventDelivered:
		if f := w.fate(e.ID); f.delivered.IsZero() {
			f.delivered = time.Now()
		}
	case otp.EventVerified, otp.EventCanceled:
		w.fate(e.ID).over = time.Now()
	case otp.EventTrouble:
		w.Errorf("seed %d: %v", w.seed, e.Err)
	}
}

// note is what the site does with reports, after the books.
func (w *world) note(ctx context.Context, reports []provider.Report) error {
	return w.codes.Note(ctx, reports)
}

// follow asks the relay what became of a text, as a site does whose service pushes nothing.
func (w *world) follow(receipt provider.Receipt) {
	for _, after := range []time.Duration{4 * time.Second, 10 * time.Second} {
		pause(after)
		status, err := provider.ReadStatus(w.ctx(), w.relay, receipt)
		if err != nil {
			continue // it is asked again
		}
		report := provider.Report{Provider: receipt.Provider, ID: receipt.ID, Phone: receipt.To, Status: status}
		require.NoError(w, w.handle(w.ctx(), []provider.Report{report}))
	}
}

// radio is the radio of both old phones.
type radio struct {
	world *world
	mu    sync.Mutex
	off   bool
}

func (r *radio) turn(off bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.off = off
}

func (r *radio) isOff() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.off
}

// Ready is the agent's question.
func (r *radio) Ready(context.Context) error {
	if r.isOff() {
		return &agent.Error{Class: relayapi.FailureNoService, Text: "no network"}
	}
	return nil
}

// Send sends for the agent.
func (r *radio) Send(_ context.Context, t agent.Text) error {
	outcome := r.carry(phonetest.Text{To: t.To, Body: t.Body})
	pause(outcome.After)
	if outcome.Fails != "" {
		return &agent.Error{Class: outcome.Fails}
	}
	return nil
}

// carry sends a text: it takes a second or two, fails, is lost or arrives.
func (r *radio) carry(t phonetest.Text) phonetest.Outcome {
	random := r.world.nextText(string(t.To))
	outcome := phonetest.Outcome{After: between(random, 500*time.Millisecond, 2*time.Second)}
	switch luck := random.IntN(100); {
	case r.isOff(), luck < 2:
		outcome.Fails = relayapi.FailureNoService
		return outcome
	case luck < 5: // lost, and nobody knows
		return outcome
	}
	late := delay(random, 100)
	outcome.Delivered, outcome.DeliveredAfter = random.IntN(2) == 0, late
	if !r.world.arrives(string(t.To), string(t.Body), outcome.After+late) {
		outcome.Delivered = false
	}
	return outcome
}

// arrives brings a text to its phone, unless that is never there.
func (w *world) arrives(number, body string, after time.Duration) bool {
	w.mu.Lock()
	u := w.users[number]
	w.mu.Unlock()
	if !u.reachable {
		return false
	}
	w.running.Go(func() {
		pause(after)
		u.inbox <- codeIn(body)
	})
	return true
}

// tapped is a simulated service whose texts go out.
type tapped struct {
	*service
	send func(text sim.Text)
}

// Judge has what it grants sent once nothing can refuse it any more.
func (s tapped) Judge(c *sim.Call) sim.Outcome {
	o := s.Service.Judge(c)
	if then, texts := o.Then, o.Texts; len(texts) > 0 {
		o.Then = func() (data any) {
			data = o.Data
			if then != nil {
				data = then()
			}
			for _, text := range texts {
				text.At = c.Now
				s.send(text)
			}
			return data
		}
	}
	return o
}

// carry takes a paid text to its phone, and its report back: late, twice or not at all.
func (w *world) carry(s *service, text sim.Text) {
	random := w.nextText(text.To)
	lost, late := random.IntN(200) == 0, delay(random, 300)
	arrives := !lost && w.arrives(text.To, text.Text, late)
	if s.report == nil {
		return
	}
	w.mu.Lock()
	w.accepted = append(w.accepted, acceptedText{s, text, arrives})
	w.mu.Unlock()
	w.running.Go(func() {
		if !arrives {
			late = between(random, 20*time.Second, time.Minute)
		}
		news := between(random, 0, 3*time.Second)
		times := 1
		switch random.IntN(20) {
		case 0:
			news = between(random, time.Minute, 15*time.Minute)
		case 1, 2:
			times = 2
		case 3:
			return // it comes at the very end
		}
		pause(late)
		for range times {
			pause(news)
			s.report(text, !arrives)
			w.push(s, 0.05)
		}
	})
}

// push has a service push its reports, through a network that loses that share.
func (w *world) push(s *service, share float64) {
	transport := losing{sim.HandlerTransport(w.pushes[s.Name()]), func() (request, answer bool) {
		w.mu.Lock()
		defer w.mu.Unlock()
		random := w.luck(s.Name(), len(w.accepted))
		return random.Float64() < share, random.Float64() < share
	}}
	_, err := s.push(w.ctx(), &http.Client{Transport: transport}, "https://site.test/reports")
	if share == 0 {
		require.NoError(w, err)
	}
}

// tellAll has every service report all of its texts once more, so that nothing is unknown.
func (w *world) tellAll() {
	for _, a := range w.accepted {
		a.service.report(a.text, !a.arrives)
		w.push(a.service, 0)
	}
}
