package gateway

import (
	"context"
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
//
// A watch counts as a pull that waits. When the gateway revokes the phone's token, the
// channel gets a last entry, and the pull that follows ends with [ErrUnauthorized].
func (g *Gateway) Watch(phone Principal, lanes []string) (changed <-chan struct{}, stop func(), err error) {
	ctx := context.Background()
	defer func() { g.noteRefused(ctx, phone, err) }()
	if phone, err = g.allow(ctx, phone, RolePhone); err != nil {
		return nil, nil, err
	}
	if err := checkLanes(lanes); err != nil {
		return nil, nil, err
	}
	if len(lanes) == 0 {
		lanes = []string{relayapi.DefaultLane}
	}
	done, err := g.open(phone, lanes)
	if err != nil {
		return nil, nil, err
	}
	end, err := g.Begin()
	if err != nil {
		done()
		return nil, nil, err
	}
	defer end()
	watch := g.watch(phone, slices.Clone(lanes))
	stop = sync.OnceFunc(func() {
		g.watches.remove(watch)
		watch.end()
		done()
	})
	if _, err := g.stillMayServe(ctx, phone, lanes); err != nil { // revoked just now
		stop()
		return nil, nil, err
	}
	return watch.woken, stop, nil
}

// watch makes a watch and its first entry.
func (g *Gateway) watch(phone Principal, lanes []string) *waitingPull {
	watch := g.pulls.add(phone.Name, lanes)
	watch.token = phone.Token
	watch.tell() // there may be work from before
	g.watches.add(watch)
	return watch
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

// endOf ends the watches of a token that was revoked, with a last entry: they keep no wake from
// other phones.
func (w *watches) endOf(token Hash) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ofPhone := range w.byPhone {
		for _, watch := range ofPhone {
			if watch.token == token {
				watch.end()
				watch.tell()
			}
		}
	}
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
// that comes after it, and wait no more on the lanes on which the phone is cooled. left are the
// lanes of which the look may have left a job.
func (g *Gateway) look(phone string, pull *waitingPull) (looked func(cooled, left []string)) {
	watches := g.watches.of(phone, pull.lanes)
	wakes := make([]uint64, len(watches))
	for i, watch := range watches {
		wakes[i] = watch.waitAgain()
	}
	pull.readWake()
	own := pull.waitAgain()
	return func(cooled, left []string) {
		pull.wakesUsed(own, cooled, left)
		for i, watch := range watches {
			if !containsAll(pull.lanes, watch.lanes) {
				wakes[i] = 0 // it has not looked at all of them
			}
			watch.wakesUsed(wakes[i], cooled, nil) // its phone pulls until a pull brings nothing
		}
	}
}

func containsAll(lanes, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(lane string) bool { return !slices.Contains(lanes, lane) })
}
