package phone

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Stats is what became of the texts that an agent has tried to send since it was made.
type Stats struct {
	// Sent, Unconfirmed and Failed are how many texts were sent, were handed over with
	// ErrUnconfirmed, and failed. A text that may have been sent all the same counts as failed.
	Sent, Unconfirmed, Failed int
	// FailedLastHour is how many texts failed within the last hour.
	FailedLastHour int
	// Unreachable says that the last request for jobs was in vain, and NotReady that the sender
	// was not ready when it was last asked.
	Unreachable, NotReady bool
}

// Errors is how many things are wrong now: the texts that failed within the last hour, and one
// more each for a gateway out of reach and a sender that is not ready.
func (s Stats) Errors() int {
	errors := s.FailedLastHour
	for _, wrong := range []bool{s.Unreachable, s.NotReady} {
		if wrong {
			errors++
		}
	}
	return errors
}

// Stats returns what became of the texts so far. It is safe for concurrent use with Run.
func (a *Agent) Stats() Stats {
	a.counts.mu.Lock()
	defer a.counts.mu.Unlock()
	stats := a.counts.Stats
	stats.FailedLastHour = len(a.counts.lastHour(a.cfg.Now()))
	return stats
}

// counts are the Stats of an agent.
type counts struct {
	mu sync.Mutex
	Stats

	failures []time.Time // within the last hour, oldest first
}

func (c *counts) lastHour(now time.Time) []time.Time {
	c.failures = slices.DeleteFunc(c.failures, func(at time.Time) bool { return now.Sub(at).Abs() >= time.Hour })
	return c.failures
}

// tried counts the outcome of a send.
func (c *counts) tried(err error, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err == nil:
		c.Sent++
	case isUnconfirmed(err):
		c.Unconfirmed++
	default:
		c.Failed++
		c.failures = append(c.lastHour(now), now)
	}
}

// reached notes whether the gateway has answered a request for jobs, and returns whether that
// has changed.
func (c *counts) reached(yes bool) (changed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed = c.Unreachable == yes
	c.Unreachable = !yes
	return changed
}

// ready notes whether the sender is ready, and returns whether that has changed.
func (c *counts) ready(yes bool) (changed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed = c.NotReady == yes
	c.NotReady = !yes
	return changed
}

const (
	// describeEvery is the longest time between two descriptions of the phone: a gateway that
	// was restarted has forgotten the last one.
	describeEvery = 5 * time.Minute
	describeTime  = 5 * time.Second
)

// description is what the phone last said of itself. Only the Run that is running uses it.
type description struct {
	device  relayapi.Device
	at      time.Time // zero for never
	told    int       // the failures of then
	refused bool
}

// describe returns what the phone says of itself with the next pull, or nil when it has said it.
func (a *Agent) describe(ctx context.Context) *relayapi.Device {
	if a.described.refused {
		return nil
	}
	d, now, failed := &a.described, a.cfg.Now(), a.Stats().FailedLastHour
	fresh := !d.at.IsZero() && now.Sub(d.at).Abs() < describeEvery
	if fresh && failed == d.told {
		return nil
	}
	if describer, ok := a.cfg.Sender.(Describer); ok && !fresh {
		limited, cancel := context.WithTimeout(ctx, describeTime)
		d.device = describer.Describe(limited)
		cancel()
	}
	if !fresh {
		d.at = now
	}
	d.told = failed
	device := d.device
	if device.App == "" {
		device.App = a.cfg.App
	}
	device.FailedLastHour = &failed
	return &device
}

// untold makes the next pull describe the phone again, unless the gateway refuses what it says
// of itself.
func (a *Agent) untold(err error) {
	a.described.at = time.Time{}
	if field, ok := refusedField(err); ok && (field == "device" || strings.HasPrefix(field, "device.")) {
		a.described.refused = true
		a.logger.Warn("phone: the gateway does not take what the phone says of itself; going on without", "error", err)
	}
}
