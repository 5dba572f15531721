package sqlitequeue

import (
	"slices"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// phones remembers when each phone was last heard of on each lane.
type phones struct {
	mu    sync.Mutex
	calls map[string]map[string]call // by lane, by phone
}

type call struct {
	at       time.Time
	interval time.Duration
}

// online reports whether two intervals have not passed since the call. One that lies
// as far ahead was made before the clock was set back, and says nothing.
func (c call) online(now time.Time) bool { return now.Sub(c.at).Abs() < 2*c.interval }

func (p *phones) seen(seen gateway.Presence) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, lane := range p.lanesOf(seen) {
		known, ok := p.calls[lane][seen.Phone]
		if seen.Interval == 0 && !ok {
			continue
		}
		now := call{seen.At, seen.Interval}
		if now.interval == 0 {
			now.interval = known.interval
		}
		if known.at.After(now.at) && known.online(now.at) {
			now.at = known.at // calls can come in a wrong order
		}
		p.put(lane, seen.Phone, now)
		if !ok {
			p.drop(seen.Phone)
		}
	}
}

// drop makes a phone forget the lane that it named longest ago, if it has named more
// than one pull can. Otherwise a phone could fill the memory with lanes.
func (p *phones) drop(phone string) {
	lanes := p.lanesOf(gateway.Presence{Phone: phone})
	if len(lanes) <= relayapi.MaxLanes {
		return
	}
	oldest := slices.MinFunc(lanes, func(a, b string) int { return p.calls[a][phone].at.Compare(p.calls[b][phone].at) })
	p.remove(oldest, phone)
}

func (p *phones) remove(lane, phone string) {
	delete(p.calls[lane], phone)
	if len(p.calls[lane]) == 0 {
		delete(p.calls, lane)
	}
}

// lanesOf returns the lanes that a call is about: those that it names, or those
// that the phone has named before.
func (p *phones) lanesOf(seen gateway.Presence) []string {
	if len(seen.Lanes) > 0 {
		return seen.Lanes
	}
	var lanes []string
	for lane, callers := range p.calls {
		if _, ok := callers[seen.Phone]; ok {
			lanes = append(lanes, lane)
		}
	}
	return lanes
}

func (p *phones) put(lane, phone string, c call) {
	if p.calls == nil {
		p.calls = map[string]map[string]call{}
	}
	if p.calls[lane] == nil {
		p.calls[lane] = map[string]call{}
	}
	p.calls[lane][phone] = c
}

// online reports whether any phone is online on a lane. Those that are not are
// forgotten, so that the table does not grow.
func (p *phones) online(lane string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for phone, c := range p.calls[lane] {
		if c.online(now) {
			return true
		}
		p.remove(lane, phone)
	}
	return false
}

// news tells subscribers of changes.
type news struct {
	mu   sync.Mutex
	next int
	to   map[int]func(gateway.Change)
}

func (n *news) subscribe(notify func(gateway.Change)) (stop func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.to == nil {
		n.to = map[int]func(gateway.Change){}
	}
	id := n.next
	n.next++
	n.to[id] = notify
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.to, id)
	}
}

func (n *news) tell(changes []gateway.Change) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, change := range changes {
		for _, notify := range n.to {
			notify(change)
		}
	}
}
