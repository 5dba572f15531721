package inmemory

import (
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// cooling is how long a phone that could not send on a lane is left alone there.
type cooling struct {
	since    time.Time
	duration time.Duration
	failures int // running
}

// lasts reports whether the cooling is not over. One that began as far ahead began before
// the clock was set back.
func (c cooling) lasts(now time.Time) bool { return now.Sub(c.since).Abs() < c.duration }

func (c cooling) until() time.Time { return c.since.Add(c.duration) }

// Learn takes from a phone's new report on a lane whether it can send there. Failures while
// it is cooled already are those of jobs that it had before, and count once.
func (p *Phones) Learn(lane string, r gateway.StateReport) {
	p.mu.Lock()
	defer p.mu.Unlock()
	call, ok := p.lanes[lane][r.Phone]
	switch {
	case !ok:
		return
	case r.State == relayapi.StateSent:
		call.cooling = cooling{}
	case r.Cools() && r.CoolFor > 0 && !call.cooling.lasts(r.Now):
		failures := call.cooling.failures + 1
		call.cooling = cooling{r.Now, gateway.CooledFor(r.CoolFor, failures), failures}
	default:
		return
	}
	p.put(lane, r.Phone, call)
}

// Cooled returns on which of the lanes the phone is cooled, and when the first of those
// times ends.
func (p *Phones) Cooled(phone string, lanes []string, now time.Time) (cooled []string, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, lane := range lanes {
		c := p.lanes[lane][phone].cooling
		if !c.lasts(now) {
			continue
		}
		cooled = append(cooled, lane)
		if until.IsZero() || c.until().Before(until) {
			until = c.until()
		}
	}
	return cooled, until
}

// All returns every phone that is known, by name.
func (p *Phones) All(now time.Time) []gateway.PhonePresence {
	p.mu.Lock()
	defer p.mu.Unlock()
	byName := map[string]*gateway.PhonePresence{}
	for lane, phones := range p.lanes {
		for name, call := range phones {
			if byName[name] == nil {
				said := p.said[name]
				byName[name] = &gateway.PhonePresence{Phone: name, Device: said.device, DeviceAt: said.at}
			}
			call.describe(byName[name], lane, now)
		}
	}
	all := make([]gateway.PhonePresence, 0, len(byName))
	for _, one := range byName {
		slices.Sort(one.Lanes)
		all = append(all, *one)
	}
	slices.SortFunc(all, func(a, b gateway.PhonePresence) int { return strings.Compare(a.Phone, b.Phone) })
	return all
}

// describe adds a call on a lane to what is known of its phone.
func (c lastCall) describe(one *gateway.PhonePresence, lane string, now time.Time) {
	one.Lanes = append(one.Lanes, lane)
	if c.at.After(one.LastSeen) {
		one.LastSeen = c.at
	}
	if end := c.at.Add(2 * c.interval); end.After(one.OnlineUntil) {
		one.OnlineUntil = end
	}
	if !c.cooling.lasts(now) {
		return
	}
	if one.CooledUntil == nil {
		one.CooledUntil = map[string]time.Time{}
	}
	one.CooledUntil[lane] = c.cooling.until()
}
