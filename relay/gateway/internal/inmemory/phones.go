// Package inmemory is what every engine of the gateway's queue keeps in memory: which
// phones are online, and which functions to call after a change. A restart may lose
// both, so an engine has no reason to store them.
package inmemory

import (
	"slices"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Phones knows when each phone last called on each lane. The zero value knows no
// phone and is ready for use. It is safe for concurrent use.
type Phones struct {
	mu    sync.Mutex
	lanes map[string]map[string]lastCall // by lane, by phone
	said  map[string]selfReport          // by phone, of those that have a lane
}

// lastCall is a phone's last call on a lane, and whether it can send on it.
type lastCall struct {
	at       time.Time
	interval time.Duration
	cooling  cooling
}

// online reports whether two intervals have not passed since the call. A call that
// lies as far ahead was made before the clock was set back, and says nothing.
func (c lastCall) online(now time.Time) bool { return now.Sub(c.at).Abs() < 2*c.interval }

// Seen stores that a phone has called.
func (p *Phones) Seen(seen gateway.Presence) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, lane := range p.lanesOf(seen) {
		known, ok := p.lanes[lane][seen.Phone]
		if seen.Interval == 0 && !ok {
			continue
		}
		now := lastCall{seen.At, seen.Interval, known.cooling}
		if now.interval == 0 {
			now.interval = known.interval
		}
		if known.at.After(now.at) && known.online(now.at) {
			now.at = known.at // calls can arrive in another order
		}
		p.put(lane, seen.Phone, now)
		if !ok {
			p.dropOldest(seen.Phone)
		}
	}
	p.describe(seen)
}

// Online reports whether any phone is online on a lane and not cooled. It forgets those
// that are not online, so that the table does not grow.
func (p *Phones) Online(lane string, now time.Time) bool {
	return p.Count(lane, now, 1) > 0
}

// Count returns how many phones are online on a lane and not cooled, up to enough.
func (p *Phones) Count(lane string, now time.Time, enough int) int {
	return p.count(lane, "", now, enough)
}

// Another reports whether another phone is online on the lane and not cooled.
func (p *Phones) Another(lane, phone string, now time.Time) bool {
	return p.count(lane, phone, now, 1) > 0
}

func (p *Phones) count(lane, except string, now time.Time, enough int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for phone, c := range p.lanes[lane] {
		switch {
		case n >= enough:
			return n
		case phone == except:
		case !c.online(now):
			p.remove(lane, phone)
		case !c.cooling.lasts(now):
			n++
		}
	}
	return n
}

// Each calls with every phone that is online on a lane and not cooled, until more returns
// false.
func (p *Phones) Each(lane string, now time.Time, more func(s Server) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for phone, c := range p.lanes[lane] {
		if c.online(now) && !c.cooling.lasts(now) && !more(p.server(phone)) {
			return
		}
	}
}

// Server returns a phone with its SIMs.
func (p *Phones) Server(phone string) Server {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.server(phone)
}

func (p *Phones) server(phone string) Server {
	s := Server{Phone: phone}
	if device := p.said[phone].device; device != nil {
		s.SIMs = device.SIMs
	}
	return s
}

// Servers returns every phone that is known.
func (p *Phones) Servers() []Server {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []Server
	known := map[string]bool{}
	for _, phones := range p.lanes {
		for phone := range phones {
			if !known[phone] {
				known[phone], all = true, append(all, p.server(phone))
			}
		}
	}
	return all
}

// lanesOf returns the lanes that a call names or, if it names none, those that the
// phone has named before.
func (p *Phones) lanesOf(seen gateway.Presence) []string {
	if len(seen.Lanes) > 0 {
		return seen.Lanes
	}
	var lanes []string
	for lane, phones := range p.lanes {
		if _, ok := phones[seen.Phone]; ok {
			lanes = append(lanes, lane)
		}
	}
	return lanes
}

// dropOldest removes a phone from the lane that it named longest ago, if it has named
// more lanes than one pull can. Otherwise a phone could fill the memory with lanes.
func (p *Phones) dropOldest(phone string) {
	lanes := p.lanesOf(gateway.Presence{Phone: phone})
	if len(lanes) <= relayapi.MaxLanes {
		return
	}
	oldest := slices.MinFunc(lanes, func(a, b string) int { return p.lanes[a][phone].at.Compare(p.lanes[b][phone].at) })
	p.remove(oldest, phone)
}

func (p *Phones) put(lane, phone string, c lastCall) {
	if p.lanes == nil {
		p.lanes = map[string]map[string]lastCall{}
	}
	if p.lanes[lane] == nil {
		p.lanes[lane] = map[string]lastCall{}
	}
	p.lanes[lane][phone] = c
}

func (p *Phones) remove(lane, phone string) {
	delete(p.lanes[lane], phone)
	if len(p.lanes[lane]) == 0 {
		delete(p.lanes, lane)
	}
	if !p.known(phone) {
		delete(p.said, phone)
	}
}
