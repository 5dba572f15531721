package gateway

import (
	"slices"
	"sync"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Watch returns a channel for a door that tells its phones of work rather than let them
// wait in a pull. It has an entry at first, and whenever there may be work for the phone on
// one of the lanes; none means relayapi.DefaultLane alone. A phone that is told pulls and
// works until a pull brings nothing: one entry may stand for several jobs.
//
// As with pulls, a new job wakes the phone that has waited for longest, and no other. A
// phone that was told waits again from its next pull of one of the lanes on; if the watch is
// stopped before that, another phone is told instead. No other phone is told when this one
// stays away and its watch goes on. So each phone also pulls once in its interval, which
// keeps it online: a watch does not.
//
// The channel is never closed: a door also looks at Ending. stop ends the watch, and does
// nothing when called again.
func (g *Gateway) Watch(phone Principal, lanes []string) (changed <-chan struct{}, stop func(), err error) {
	if err := phone.as(RolePhone); err != nil {
		return nil, nil, err
	}
	if err := checkLanes(lanes); err != nil {
		return nil, nil, err
	}
	end, err := g.Begin()
	if err != nil {
		return nil, nil, err
	}
	defer end()
	if len(lanes) == 0 {
		lanes = []string{relayapi.DefaultLane}
	}
	watch := g.pulls.add(phone.Name, slices.Clone(lanes))
	select {
	case watch.woken <- struct{}{}: // there may be work from before
	default: // it was woken already
	}
	g.watches.add(watch)
	return watch.woken, sync.OnceFunc(func() {
		g.watches.remove(watch)
		watch.end()
	}), nil
}

// watches are the watches of each phone. They wait in one line with the pulls.
type watches struct {
	mu      sync.Mutex
	byPhone map[string][]*waitingPull
}

func (w *watches) add(watch *waitingPull) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.byPhone == nil {
		w.byPhone = map[string][]*waitingPull{}
	}
	w.byPhone[watch.phone] = append(w.byPhone[watch.phone], watch)
}

func (w *watches) remove(watch *waitingPull) {
	w.mu.Lock()
	defer w.mu.Unlock()
	left := slices.DeleteFunc(w.byPhone[watch.phone], func(other *waitingPull) bool { return other == watch })
	if len(left) == 0 {
		delete(w.byPhone, watch.phone)
		return
	}
	w.byPhone[watch.phone] = left
}

// of returns the watches of a phone that wait for one of the lanes.
func (w *watches) of(phone string, lanes []string) []*waitingPull {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []*waitingPull
	for _, watch := range w.byPhone[phone] {
		if slices.ContainsFunc(watch.lanes, func(lane string) bool { return slices.Contains(lanes, lane) }) {
			found = append(found, watch)
		}
	}
	return found
}

// look is called when a pull is about to look at the queue, and looked when it has: the
// pull and the watches of its phone wait again before the look, so that none misses a job
// that comes after it.
func (g *Gateway) look(phone string, pull *waitingPull) (looked func()) {
	watches := g.watches.of(phone, pull.lanes)
	wakes := make([]uint64, len(watches))
	for i, watch := range watches {
		wakes[i] = watch.waitAgain()
	}
	pull.readWake()
	own := pull.waitAgain()
	return func() {
		pull.wakesUsed(own)
		for i, watch := range watches {
			if containsAll(pull.lanes, watch.lanes) {
				watch.wakesUsed(wakes[i])
			}
		}
	}
}

func containsAll(lanes, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(lane string) bool { return !slices.Contains(lanes, lane) })
}
