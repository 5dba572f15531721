package appdoor

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// failuresEach is how many registrations of one address may fail in strangersFor, and
	// failuresOfAll how many codes may be guessed wrong by all.
	failuresEach  = 5
	failuresOfAll = 100
	// newcomers is how many phones may register by the private token in strangersFor: it bounds
	// what an app gone wild, or a token that has leaked, can do.
	newcomers     = 100
	strangersFor  = 10 * time.Minute
	mostStrangers = 10_000
)

// strangers counts the registrations that failed, by address and in all.
type strangers struct {
	mu   sync.Mutex
	each map[string]tries
	all  tries
	// came are the phones that registered by the private token.
	came tries
}

// tries are counted from the first one on, until strangersFor has passed.
type tries struct {
	n     int
	since time.Time
}

func newStrangers() *strangers { return &strangers{each: map[string]tries{}} }

// room returns how long an address, or everybody with a code, has to wait; 0 when there is
// room.
func (s *strangers) room(address string, withCode bool, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait := s.each[neighbourhood(address)].wait(failuresEach, now)
	if withCode {
		wait = max(wait, s.all.wait(failuresOfAll, now))
	}
	return wait
}

// admit counts a phone that registers by the private token, or returns how long it has to
// wait.
func (s *strangers) admit(now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if wait := s.came.wait(newcomers, now); wait > 0 {
		return wait
	}
	s.came = s.came.again(now)
	return 0
}

// note counts a failure.
func (s *strangers) note(address string, withCode bool, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := neighbourhood(address)
	if _, ok := s.each[key]; !ok && len(s.each) >= mostStrangers {
		s.forget(now)
	}
	s.each[key] = s.each[key].again(now)
	if withCode {
		s.all = s.all.again(now)
	}
}

// forget makes room: what is over goes, and when nothing is, everything.
func (s *strangers) forget(now time.Time) {
	for key, t := range s.each {
		if t.over(now) {
			delete(s.each, key)
		}
	}
	if len(s.each) >= mostStrangers {
		clear(s.each)
	}
}

func (t tries) over(now time.Time) bool { return now.Sub(t.since).Abs() >= strangersFor }

func (t tries) wait(most int, now time.Time) time.Duration {
	if t.n < most || t.over(now) {
		return 0
	}
	return max(t.since.Add(strangersFor).Sub(now), time.Second)
}

func (t tries) again(now time.Time) tries {
	if t.n == 0 || t.over(now) {
		t = tries{since: now}
	}
	t.n++
	return t
}

// neighbourhood is what one person has of addresses: an IPv4 address, or a /64 of IPv6.
func neighbourhood(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap()
	if ip.Is4() {
		return ip.String()
	}
	block, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return block.String()
}
