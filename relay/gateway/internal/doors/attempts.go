package doors

import (
	"net/netip"
	"sync"
	"time"
)

// mostStrangers is how many strangers [Attempts] know at once.
const mostStrangers = 10_000

// Attempts bound what each stranger may try. An attempt counts from its beginning on, so that
// many at once are no more than many in turn. They are safe for concurrent use, and their
// memory is bounded.
type Attempts struct {
	// Most is how many attempts a stranger has in For, counted from the first one on.
	Most int
	For  time.Duration

	mu  sync.Mutex
	all map[string]tries
}

type tries struct {
	n     int
	since time.Time
}

// Wait returns how long a stranger has to wait; 0 when there is an attempt left.
func (a *Attempts) Wait(who string, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.wait(a.all[who], now)
}

// Begin counts an attempt, or returns how long the stranger has to wait.
func (a *Attempts) Begin(who string, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	mine, known := a.all[who]
	if wait := a.wait(mine, now); wait > 0 {
		return wait
	}
	if !known && len(a.all) >= mostStrangers {
		a.forget(now)
	}
	if mine.n == 0 || a.isOver(mine, now) {
		mine = tries{since: now}
	}
	mine.n++
	if a.all == nil {
		a.all = map[string]tries{}
	}
	a.all[who] = mine
	return 0
}

// Forgive takes an attempt back, because it was none or a good one.
func (a *Attempts) Forgive(who string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	mine, ok := a.all[who]
	if !ok {
		return
	}
	if mine.n--; mine.n <= 0 {
		delete(a.all, who)
		return
	}
	a.all[who] = mine
}

func (a *Attempts) wait(t tries, now time.Time) time.Duration {
	if t.n < a.Most || a.isOver(t, now) {
		return 0
	}
	return max(t.since.Add(a.For).Sub(now), time.Second)
}

// isOver reports whether attempts count no more; a clock that was set back does not make them
// count for long.
func (a *Attempts) isOver(t tries, now time.Time) bool { return now.Sub(t.since).Abs() >= a.For }

// forget makes room: what is over goes, and when nothing is, everything. To count further ones
// together instead would let whoever has many addresses keep everybody else out.
func (a *Attempts) forget(now time.Time) {
	for who, t := range a.all {
		if a.isOver(t, now) {
			delete(a.all, who)
		}
	}
	if len(a.all) >= mostStrangers {
		clear(a.all)
	}
}

// Neighbourhood is what one person has of addresses: an IPv4 address, or a /64 of IPv6. What is
// no address stays as it is.
func Neighbourhood(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	block, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return block.String()
}
