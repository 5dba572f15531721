package providertest

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"testing"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// check is a running case: the test, the harness and the rule that is guarded.
type check struct {
	testing.TB
	h     Harness
	rule  string
	http2 bool // the service stands behind a TLS listener that speaks HTTP/2
}

// broken ends the case: the rule does not hold.
func (c *check) broken(format string, args ...any) {
	c.Helper()
	c.Fatalf("%s\nthe rule: %s", fmt.Sprintf(format, args...), c.rule)
}

// sub runs a part of the case as a subtest of its own.
func (c *check) sub(name string, part func(c *check)) {
	c.Helper()
	t, ok := c.TB.(*testing.T)
	if !ok {
		part(c)
		return
	}
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		part(&check{TB: t, h: c.h, rule: c.rule, http2: c.http2})
	})
}

// message returns a copy of the harness's message, whose map the case may
// change.
func (c *check) message() provider.Message {
	m := c.h.Message
	m.Params = maps.Clone(m.Params)
	return m
}

// provider builds the provider under test against s.
func (c *check) provider(s *stage, changes ...func(*Endpoint)) provider.Provider {
	c.Helper()
	e := Endpoint{BaseURL: s.url, Now: c.h.Now, HTTPClient: s.client}
	if c.h.Templates != nil {
		e.Templates = c.h.Templates.Clone()
	}
	for _, change := range changes {
		change(&e)
	}
	return newProvider(c.TB, c.h, e)
}

// newProvider builds the provider under test, which must work.
func newProvider(tb testing.TB, h Harness, e Endpoint) provider.Provider {
	tb.Helper()
	p, err := h.New(e)
	if err != nil {
		tb.Fatalf("Harness.New: %v", err)
	}
	if p == nil {
		tb.Fatalf("Harness.New returned nil")
	}
	return p
}

// sent is what Send returned.
type sent struct {
	receipt provider.Receipt
	err     error
	panic   string
}

// start calls Send in a goroutine.
func (c *check) start(ctx context.Context, p provider.Provider, m provider.Message) <-chan sent {
	done := make(chan sent, 1)
	go func() {
		var result sent
		defer func() { done <- result }()
		defer func() {
			if problem := recover(); problem != nil {
				result.panic = fmt.Sprintf("%v\n%s", problem, debug.Stack())
			}
		}()
		result.receipt, result.err = p.Send(ctx, m)
	}()
	return done
}

// finish waits for a Send that should end by itself.
func (c *check) finish(done <-chan sent, situation string) (provider.Receipt, error) {
	c.Helper()
	patience := time.NewTimer(c.h.patience)
	defer patience.Stop()
	select {
	case result := <-done:
		if result.panic != "" {
			c.broken("Send panicked, %s: %s", situation, result.panic)
		}
		return result.receipt, result.err
	case <-patience.C:
		c.broken("Send has not returned after %v, %s", c.h.patience, situation)
		return provider.Receipt{}, nil
	}
}

// send calls Send and waits for it. The situation goes into the failure.
func (c *check) send(ctx context.Context, p provider.Provider, m provider.Message, situation string) (provider.Receipt, error) {
	c.Helper()
	return c.finish(c.start(ctx, p, m), situation)
}

// accepted sends a message that must be accepted.
func (c *check) accepted(s *stage, p provider.Provider, m provider.Message) provider.Receipt {
	c.Helper()
	receipt, err := c.send(c.Context(), p, m, "sending a valid message")
	if err != nil {
		c.broken("a valid message was not accepted: %v%s", err, s.verdicts())
	}
	return receipt
}

// requests checks how many requests that send have arrived at s.
func (c *check) requests(s *stage, want int64, situation string) {
	c.Helper()
	if got := s.sends.Load(); got != want {
		c.broken("%s: the service got %d requests that send, want %d", situation, got, want)
	}
}

// requestsOfFailure checks that a send that failed was not repeated: each member
// was asked once at most.
func (c *check) requestsOfFailure(s *stage, situation string) {
	c.Helper()
	if got, most := s.sends.Load(), int64(c.h.Members); got < 1 || got > most {
		c.broken("%s: the service got %d requests, want 1 to %d", situation, got, most)
	}
}

// quote shortens a text for a failure.
func quote(text []byte) string {
	const most = 200
	if len(text) > most {
		return fmt.Sprintf("%q… (%d bytes)", text[:most], len(text))
	}
	return fmt.Sprintf("%q", text)
}
