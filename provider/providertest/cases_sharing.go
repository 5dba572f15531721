package providertest

import (
	"maps"
	"net/http"
	"reflect"
	"sync"

	"github.com/cnsms/cnsms/provider"
)

func sharingCases() []testCase {
	return []testCase{
		{
			name: "concurrent-sends", essential: true, run: concurrentSends,
			rule: "a provider is safe for concurrent use: a hundred sends by twenty senders give a hundred different receipts, " +
				"each for its own phone, over hardly more connections than senders",
		},
		{
			name: "caller-maps", essential: true, run: callerMaps,
			rule: "the caller's maps are neither kept nor changed: what the caller does with them afterwards has no effect",
		},
		{
			name: "receipt-maps", run: receiptMaps,
			rule: "a receipt belongs to the caller: changing one has no effect on another",
		},
		{
			name: "goroutines", wire: true, run: goroutinesEnd,
			rule: "no goroutine is left of a send when its connection has been closed",
		},
	}
}

const (
	senders = 20
	rounds  = 5
	// spareConnections is how many more may be opened: on a busy machine net/http
	// gives up a connection whose request it did not see written in time. Without
	// reuse it would be 80.
	spareConnections = 10
)

// concurrentSends sends in rounds: all at once, and the next round when all are
// done, so that every connection is free by then and may be used again.
func concurrentSends(c *check) {
	s := c.stage()
	p := c.provider(s)
	results := make([]sent, senders*rounds)
	for round := range rounds {
		s.gather(senders)
		var wg sync.WaitGroup
		for sender := range senders {
			n := round*senders + sender
			wg.Go(func() { results[n] = c.sendTo(p, numbered(c.h.Message.To, n)) })
		}
		wg.Wait()
	}
	c.allDifferent(results)
	c.eachGotOne(s, len(results))
	if s.sim == nil {
		return
	}
	if got := s.connections.Load(); got > senders+spareConnections {
		c.broken("%d senders opened %d connections: finished ones are not kept for the next send", senders, got)
	}
}

// sendTo sends to one phone. It runs in goroutines, where a case cannot end.
func (c *check) sendTo(p provider.Provider, to provider.Phone) sent {
	m := c.message()
	m.To = to
	return <-c.start(c.Context(), p, m)
}

// gather holds the next n requests until all of them have come, so that each
// needs a connection of its own.
func (s *stage) gather(n int64) {
	if s.sim == nil {
		return
	}
	gate := newGate(n)
	s.answer(func(w http.ResponseWriter, r *http.Request) {
		gate.pass()
		s.sim.ServeHTTP(w, r)
	})
}

func (c *check) allDifferent(results []sent) {
	c.Helper()
	seen := map[string]int{}
	for n, result := range results {
		if result.panic != "" {
			c.broken("Send panicked: %s", result.panic)
		}
		if result.err != nil {
			c.broken("send %d of %d at the same time failed: %v", n, len(results), result.err)
		}
		key := result.receipt.Provider + " " + result.receipt.ID
		if other, ok := seen[key]; ok {
			c.broken("sends %d and %d have the same receipt: %s", other, n, key)
		}
		seen[key] = n
		if want := numbered(c.h.Message.To, n); result.receipt.To != want {
			c.broken("send %d went to %s and has the receipt of %s", n, want.E164(), result.receipt.To.E164())
		}
	}
}

func (c *check) eachGotOne(s *stage, want int) {
	c.Helper()
	if s.sim == nil {
		return
	}
	c.requests(s, int64(want), "a hundred sends")
	texts := map[string]int{}
	for _, m := range s.sim.Texts() {
		texts[m.To]++
	}
	for n := range want {
		if to := numbered(c.h.Message.To, n).E164(); texts[to] != 1 {
			c.broken("%s got %d texts, want one", to, texts[to])
		}
	}
}

func callerMaps(c *check) {
	c.sub("params", paramsUntouched)
	c.sub("templates", templatesCopied)
}

func paramsUntouched(c *check) {
	s := c.stage()
	p := c.provider(s)
	m := c.message()
	before := maps.Clone(m.Params)
	first := c.accepted(s, p, m)
	if !reflect.DeepEqual(before, m.Params) {
		c.broken("Send changed Message.Params: %d parameters became %d, or their values changed", len(before), len(m.Params))
	}
	// A provider that kept the map sends the next message with what is in it now.
	for name := range m.Params {
		m.Params[name] = "changed-by-the-caller"
	}
	next := c.message()
	next.To = numbered(next.To, 1)
	second := c.accepted(s, p, next)
	if first.To == second.To {
		c.broken("two sends to different phones have receipts for the same one")
	}
	c.sameText(s)
}

// sameText checks that the service got the same text twice.
func (c *check) sameText(s *stage) {
	c.Helper()
	if s.sim == nil {
		return
	}
	texts := s.sim.Texts()
	if len(texts) != 2 {
		c.broken("the service took %d texts of two sends", len(texts))
	}
	a, b := texts[0], texts[1]
	if a.Template != b.Template || a.Sign != b.Sign || !reflect.DeepEqual(a.Params, b.Params) {
		c.broken("the same message was sent as template %q with %d parameters, then as %q with %d, or with other values",
			a.Template, len(a.Params), b.Template, len(b.Params))
	}
	if a.Template == "" && a.Text != b.Text && c.h.Message.Params[provider.ParamCode] != "" {
		c.broken("the same message was sent as the text %q, then as %q", a.Text, b.Text)
	}
}

func templatesCopied(c *check) {
	if len(c.h.Templates) == 0 {
		c.Skip("Harness.Templates is empty")
	}
	s := c.stage()
	var given provider.Templates
	p := c.provider(s, func(e *Endpoint) { given = e.Templates })
	if !reflect.DeepEqual(given, c.h.Templates) {
		c.broken("New changed the caller's Templates")
	}
	c.accepted(s, p, c.message())
	spoil(given)
	next := c.message()
	next.To = numbered(next.To, 1)
	c.accepted(s, p, next)
	c.sameText(s)
	c.stillUnmapped(p)
}

// spoil changes everything that a map of templates gives access to.
func spoil(templates provider.Templates) {
	for name, template := range templates {
		for i := range template.Params {
			template.Params[i] = "changed-by-the-caller"
		}
		templates[name] = provider.Template{ID: "changed-by-the-caller", Params: []string{"other"}}
	}
	templates[unmappedTemplate] = provider.Template{ID: "added-by-the-caller", Text: "added"}
}

// stillUnmapped checks that a template that was added later is not known.
func (c *check) stillUnmapped(p provider.Provider) {
	c.Helper()
	m := c.message()
	m.Template = unmappedTemplate
	m.Params = nil
	if _, err := c.send(c.Context(), p, m, "with a template that was added after New"); err == nil {
		c.broken("a template that the caller added to the map after New has an effect")
	}
}

func receiptMaps(c *check) {
	s := c.stage()
	p := c.provider(s)
	first := c.accepted(s, p, c.message())
	if first.Extra == nil {
		c.Skip("receipts have no Extra")
	}
	kept := maps.Clone(first.Extra)
	next := c.message()
	next.To = numbered(next.To, 1)
	second := c.accepted(s, p, next)
	clear(second.Extra)
	second.Extra["providertest"] = "changed"
	if !reflect.DeepEqual(first.Extra, kept) {
		c.broken("two receipts share one Extra")
	}
	next.To = numbered(next.To, 2)
	if third := c.accepted(s, p, next); third.Extra["providertest"] != "" {
		c.broken("what the caller wrote into a receipt's Extra shows in the next receipt")
	}
}
