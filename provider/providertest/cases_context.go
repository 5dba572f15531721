package providertest

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

func contextCases() []testCase {
	const visible = ", and errors.Is finds the context's error"
	return []testCase{
		{
			name: "cancelled-before", essential: true, run: cancelledBefore,
			rule: "with a context that was cancelled before, Send makes no request" + visible,
		},
		{
			name: "expired-before", essential: true, run: expiredBefore,
			rule: "with a context whose deadline has passed, Send makes no request" + visible,
		},
		{
			name: "cancelled-in-flight", wire: true, essential: true, run: cancelledInFlight,
			rule: "when the context is cancelled while the service is silent, Send returns at once with MayHaveSent" + visible,
		},
		{
			name: "deadline-in-flight", wire: true, essential: true, run: deadlineInFlight,
			rule: "when the context's deadline passes while the service is silent, Send returns at once with MayHaveSent" + visible,
		},
		{
			name: "cancelled-while-reading", wire: true, essential: true, run: cancelledWhileReading,
			rule: "when the context is cancelled in the middle of a reply, Send returns at once with MayHaveSent" + visible,
		},
		{
			name: "timeout", wire: true, essential: true, run: ownTimeout,
			rule: "the provider's own time limit ends an exchange with a silent service: KindUnavailable with MayHaveSent, " +
				"and errors.Is finds context.DeadlineExceeded",
		},
		{
			name: "timeout-while-reading", wire: true, essential: true, run: timeoutWhileReading,
			rule: "the provider's own time limit covers the whole reply, not just its beginning",
		},
	}
}

// errOwnReason is a cause: the error of a context stays context.Canceled, but
// net/http returns the cause in its place.
var errOwnReason = errors.New("providertest: the caller has a reason of its own")

// short is a time limit in which a request reaches a loopback port even on a
// busy machine.
const short = 250 * time.Millisecond

func cancelledBefore(c *check) {
	ctx, cancel := context.WithCancelCause(c.Context())
	cancel(errOwnReason)
	c.endedBefore(ctx, context.Canceled, "the context was cancelled before")
}

func expiredBefore(c *check) {
	ctx, cancel := context.WithDeadlineCause(c.Context(), time.Now().Add(-time.Hour), errOwnReason)
	defer cancel()
	c.endedBefore(ctx, context.DeadlineExceeded, "the deadline had passed before")
}

func (c *check) endedBefore(ctx context.Context, want error, situation string) {
	c.Helper()
	s := c.stage()
	_, err := c.send(ctx, c.provider(s), c.message(), situation)
	c.ended(err, want, situation)
	if provider.MayHaveSent(err) {
		c.broken("%s: MayHaveSent is true, and no request was made: %v", situation, err)
	}
	c.requests(s, 0, situation)
}

// ended checks that err shows the end of a context.
func (c *check) ended(err, want error, situation string) {
	c.Helper()
	c.failed(err, wanted{}, situation)
	if !errors.Is(err, want) {
		c.broken("%s: errors.Is does not find %q in: %v", situation, want, err)
	}
}

func cancelledInFlight(c *check) {
	for _, effect := range []sim.Effect{sim.EffectHangBefore, sim.EffectHangAfter} {
		c.sub(effect.String(), func(c *check) {
			s := c.stage()
			c.inject(s, sim.Fault{Effect: effect, Times: sim.Forever})
			c.cancelledAfterArrival(s, "the service is silent")
		})
	}
}

func cancelledWhileReading(c *check) {
	s := c.stage()
	c.stopInTheMiddle(s)
	c.cancelledAfterArrival(s, "the service stops in the middle of its reply")
}

// stopInTheMiddle lets the service begin a reply and never end it.
func (c *check) stopInTheMiddle(s *stage) {
	over := c.Context().Done() // ends before the stage is taken down
	s.answer(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"text":"`))
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
		case <-over:
		}
	})
}

// cancelledAfterArrival cancels a send when its request has arrived.
func (c *check) cancelledAfterArrival(s *stage, situation string) {
	c.Helper()
	ctx, cancel := context.WithCancelCause(c.Context())
	defer cancel(nil)
	m := c.message()
	done := c.start(ctx, c.provider(s), m)
	c.waitForRequest(s, done)
	cancel(errOwnReason)
	situation = "cancelled while " + situation
	_, err := c.finish(done, situation)
	// A provider that still uses the map is caught by the race detector here.
	clear(m.Params)
	c.ended(err, context.Canceled, situation)
	c.failed(err, wanted{sent: maySent}, situation)
}

// waitForRequest waits until a request has arrived at s.
func (c *check) waitForRequest(s *stage, done <-chan sent) {
	c.Helper()
	patience := time.NewTimer(c.h.patience)
	defer patience.Stop()
	select {
	case <-s.arrived:
	case result := <-done:
		c.broken("Send returned before its request was answered: %v%s", result.err, s.verdicts())
	case <-patience.C:
		c.broken("no request has arrived after %v", c.h.patience)
	}
}

func deadlineInFlight(c *check) {
	s := c.stage()
	c.inject(s, sim.Fault{Effect: sim.EffectHangBefore, Times: sim.Forever})
	ctx, cancel := context.WithTimeoutCause(c.Context(), short, errOwnReason)
	defer cancel()
	situation := "the deadline passes while the service is silent"
	_, err := c.send(ctx, c.provider(s), c.message(), situation)
	c.ended(err, context.DeadlineExceeded, situation)
	c.sentIfArrived(s, err, situation)
}

// sentIfArrived checks MayHaveSent where time may have run out before the
// request left, on a very busy machine.
func (c *check) sentIfArrived(s *stage, err error, situation string) {
	c.Helper()
	if s.sends.Load() > 0 {
		c.failed(err, wanted{sent: maySent}, situation)
	}
}

func ownTimeout(c *check) {
	s := c.stage()
	c.inject(s, sim.Fault{Effect: sim.EffectHangAfter, Times: sim.Forever})
	c.timesOut(s, "the service is silent")
}

func timeoutWhileReading(c *check) {
	s := c.stage()
	c.stopInTheMiddle(s)
	c.timesOut(s, "the service stops in the middle of its reply")
}

func (c *check) timesOut(s *stage, situation string) {
	c.Helper()
	p := c.provider(s, func(e *Endpoint) { e.Timeout = short })
	situation += " and the provider has a time limit"
	_, err := c.send(c.Context(), p, c.message(), situation)
	c.ended(err, context.DeadlineExceeded, situation)
	c.failed(err, wanted{kind: provider.KindUnavailable}, situation)
	c.sentIfArrived(s, err, situation)
}
