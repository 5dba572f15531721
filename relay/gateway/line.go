package gateway

import (
	"slices"
	"sync"
)

// line is where phones wait for work. A new job wakes the phone that has waited for
// longest on its lane, and that one only: with a thousand phones in line, one job
// is one look at the queue. A phone that cannot use its wake passes it on.
//
// Of a phone that has several calls in line, the latest is called up: a phone that
// has lost its connection calls again, and the gateway may not have heard of that.
type line struct {
	mu    sync.Mutex
	lanes map[string][]*place
	calls uint64
}

// place is one phone's call in line.
type place struct {
	line  *line
	phone string
	// number tells which of two calls came later.
	number uint64
	lanes  []string
	// woken has an entry when the phone was called up. A place that was called up
	// stands in no lane until it stands again.
	woken chan struct{}
	// owed is true while the phone was called up and has not looked at the queue yet.
	owed bool
}

// join puts a call at the end of the line of each of its lanes.
func (l *line) join(phone string, lanes []string) *place {
	p := &place{line: l, phone: phone, number: l.nextNumber(), lanes: lanes, woken: make(chan struct{}, 1)}
	p.stand()
	return p
}

func (l *line) nextNumber() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	return l.calls
}

// stand makes sure that the place is in line: at its end, if it was called up.
func (p *place) stand() {
	p.line.mu.Lock()
	defer p.line.mu.Unlock()
	select {
	case <-p.woken:
		p.owed = true
	default:
	}
	if p.line.lanes == nil {
		p.line.lanes = map[string][]*place{}
	}
	for _, lane := range p.lanes {
		if !slices.Contains(p.line.lanes[lane], p) {
			p.line.lanes[lane] = append(p.line.lanes[lane], p)
		}
	}
}

// owe notes that the phone has read its call from woken.
func (p *place) owe() { p.owed = true }

// served notes that the phone has looked at the queue since it was called up.
func (p *place) served() { p.owed = false }

// leave ends a call. A wake that it has not used goes to the next in line.
func (p *place) leave() {
	p.line.mu.Lock()
	defer p.line.mu.Unlock()
	p.line.remove(p)
	select {
	case <-p.woken:
		p.owed = true
	default:
	}
	if p.owed {
		for _, lane := range p.lanes {
			p.line.callUp(lane)
		}
	}
}

// wake calls up the phone that has waited for longest on a lane.
func (l *line) wake(lane string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.callUp(lane)
}

// wakeAll calls up every phone.
func (l *line) wakeAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for lane := range l.lanes {
		for len(l.lanes[lane]) > 0 {
			l.callUp(lane)
		}
	}
}

func (l *line) callUp(lane string) {
	if len(l.lanes[lane]) == 0 {
		return
	}
	called := latestOfFirst(l.lanes[lane])
	l.remove(called)
	l.sendBack(lane, called.phone)
	called.woken <- struct{}{} // has room: who was called up stands in no lane
}

// latestOfFirst returns the latest call of the phone that is first in line.
func latestOfFirst(waiting []*place) *place {
	latest := waiting[0]
	for _, p := range waiting {
		if p.phone == latest.phone && p.number > latest.number {
			latest = p
		}
	}
	return latest
}

// sendBack puts the other calls of a phone that has had its turn at the end.
func (l *line) sendBack(lane, phone string) {
	slices.SortStableFunc(l.lanes[lane], func(a, b *place) int {
		switch {
		case a.phone != phone && b.phone == phone:
			return -1
		case a.phone == phone && b.phone != phone:
			return 1
		default:
			return 0
		}
	})
}

func (l *line) remove(p *place) {
	for _, lane := range p.lanes {
		l.lanes[lane] = slices.DeleteFunc(l.lanes[lane], func(other *place) bool { return other == p })
		if len(l.lanes[lane]) == 0 {
			delete(l.lanes, lane)
		}
	}
}

// watchers are the sites' calls that wait for a job to change.
type watchers struct {
	mu    sync.Mutex
	byJob map[string][]chan struct{}
}

// watch returns a channel that has an entry after the job has changed.
func (w *watchers) watch(id string) (changed <-chan struct{}, stop func()) {
	mine := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.byJob == nil {
		w.byJob = map[string][]chan struct{}{}
	}
	w.byJob[id] = append(w.byJob[id], mine)
	return mine, func() { w.remove(id, mine) }
}

func (w *watchers) remove(id string, gone chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.byJob[id] = slices.DeleteFunc(w.byJob[id], func(c chan struct{}) bool { return c == gone })
	if len(w.byJob[id]) == 0 {
		delete(w.byJob, id)
	}
}

func (w *watchers) tell(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tellLocked(id)
}

func (w *watchers) tellAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.byJob {
		w.tellLocked(id)
	}
}

func (w *watchers) tellLocked(id string) {
	for _, c := range w.byJob[id] {
		select {
		case c <- struct{}{}:
		default: // it has been told already and has not looked yet
		}
	}
}
