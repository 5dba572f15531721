package appdoor

import (
	"slices"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

const (
	// mostStreams is how many streams a phone has at most. A phone that changes networks
	// leaves some behind that nobody reads; a stream that somebody reads must not end, because
	// the app would open it again and end another one.
	mostStreams = 16
	// mostPhones is how many phones are remembered that have no stream.
	mostPhones = 20_000
)

// phones are what the door remembers of the phones that have called, by token.
type phones struct {
	mu      sync.Mutex
	byToken map[gateway.Hash]*phone
}

func newPhones() *phones { return &phones{byToken: map[gateway.Hash]*phone{}} }

func (p *phones) of(token gateway.Hash) *phone {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known, ok := p.byToken[token]; ok {
		return known
	}
	if len(p.byToken) >= mostPhones {
		for token, known := range p.byToken {
			if known.idle() {
				delete(p.byToken, token)
			}
		}
	}
	fresh := &phone{}
	p.byToken[token] = fresh
	return fresh
}

// phone is what the door remembers of one phone.
type phone struct {
	mu      sync.Mutex
	streams []*stream // oldest first
	device  *relayapi.Device
	// pulled is when it pulled last, and more whether that may have left jobs.
	pulled time.Time
	more   bool
	// settled is true when it has got its settings from this door.
	settled bool
	// clockTold is true when the log has that its clock is wrong.
	clockTold bool
}

// stream is one stream of events of a phone.
type stream struct {
	work chan struct{} // has an entry when there may be work
	gone chan struct{} // is closed when the stream has to end
}

func (p *phone) idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.streams) == 0
}

func (p *phone) describe(device relayapi.Device) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.device = &device
}

// toDescribe is what the gateway does not know, or may have forgotten, of the phone.
func (p *phone) toDescribe(now time.Time, ping time.Duration) *relayapi.Device {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.pulled) < 2*ping {
		return nil
	}
	return p.device
}

// hasPulled notes a pull that the gateway has answered.
func (p *phone) hasPulled(now time.Time, more bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pulled, p.more = now, more
}

// overdue reports whether the phone has not pulled for an interval.
func (p *phone) overdue(now time.Time, ping time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Sub(p.pulled) >= ping
}

// hasReported tells the phone to pull again, once it has reported something, if its last
// pull may have left jobs.
func (p *phone) hasReported() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more {
		p.more = false
		p.tellLocked(nil)
	}
}

// open adds a stream.
func (p *phone) open() *stream {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.streams) >= mostStreams {
		close(p.streams[0].gone)
		p.streams = slices.Delete(p.streams, 0, 1)
	}
	s := &stream{work: make(chan struct{}, 1), gone: make(chan struct{})}
	p.streams = append(p.streams, s)
	return s
}

func (p *phone) close(s *stream) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.streams = slices.DeleteFunc(p.streams, func(other *stream) bool { return other == s })
}

// tell tells every stream but one that there may be work.
func (p *phone) tell(except *stream) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tellLocked(except)
}

func (p *phone) tellLocked(except *stream) {
	for _, s := range p.streams {
		if s == except {
			continue
		}
		select {
		case s.work <- struct{}{}:
		default: // it was told before
		}
	}
}

// settle notes that the phone has got its settings, or reports whether it has.
func (p *phone) settle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settled = true
}

func (p *phone) isSettled() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.settled
}

// firstToTell reports whether the log has not yet that the phone's clock is wrong.
func (p *phone) firstToTell() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	first := !p.clockTold
	p.clockTold = true
	return first
}
