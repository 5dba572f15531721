package gateway

import (
	"slices"
	"sync"
)

// waitingPulls are the pulls that wait for a job. A new job wakes the phone that has
// waited for longest on its lane, and no other: with a thousand phones waiting, one
// job is one look at the queue. A pull that ends without having used its wake passes
// the wake on.
//
// When a phone has several pulls waiting, the latest is woken: a phone that has lost
// its connection pulls again, and the gateway may not have noticed the loss.
type waitingPulls struct {
	mu     sync.Mutex
	byLane map[string][]*waitingPull
	count  uint64
}

// waitingPull is one pull that waits.
type waitingPull struct {
	all   *waitingPulls
	phone string
	// number tells which of two pulls came later.
	number uint64
	lanes  []string
	// token is that of a watch.
	token Hash
	// woken has an entry when the pull was woken. A pull that was woken waits on no
	// lane until it waits again.
	woken chan struct{}
	// wakes is how often it was woken, and used after how many of those it has looked at
	// the queue.
	wakes, used uint64
	ended       bool
}

// add makes a new pull wait on each of its lanes.
func (w *waitingPulls) add(phone string, lanes []string) *waitingPull {
	p := &waitingPull{all: w, phone: phone, number: w.nextNumber(), lanes: lanes, woken: make(chan struct{}, 1)}
	p.waitAgain()
	return p
}

func (w *waitingPulls) nextNumber() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count++
	return w.count
}

// waitAgain makes sure that the pull waits: after all others, if it was woken. It returns
// how often it was woken, for wakesUsed after a look at the queue that begins now.
func (p *waitingPull) waitAgain() (wakes uint64) {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	if p.ended {
		return p.wakes
	}
	if p.all.byLane == nil {
		p.all.byLane = map[string][]*waitingPull{}
	}
	for _, lane := range p.lanes {
		if !slices.Contains(p.all.byLane[lane], p) {
			p.all.byLane[lane] = append(p.all.byLane[lane], p)
		}
	}
	return p.wakes
}

// readWake empties woken.
func (p *waitingPull) readWake() {
	select {
	case <-p.woken:
	default:
	}
}

// wakesUsed notes that the pull has looked at the queue since it was woken so often.
func (p *waitingPull) wakesUsed(wakes uint64) {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	p.used = max(p.used, wakes)
}

// end takes the pull away. A wake that it has not used goes to the next pull.
func (p *waitingPull) end() {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	p.ended = true
	p.all.remove(p)
	if p.wakes > p.used {
		for _, lane := range p.lanes {
			p.all.wakeLocked(lane)
		}
	}
}

// wake wakes the phone that has waited for longest on a lane.
func (w *waitingPulls) wake(lane string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wakeLocked(lane)
}

// wakeAll wakes every pull.
func (w *waitingPulls) wakeAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for lane := range w.byLane {
		for len(w.byLane[lane]) > 0 {
			w.wakeLocked(lane)
		}
	}
}

func (w *waitingPulls) wakeLocked(lane string) {
	if len(w.byLane[lane]) == 0 {
		return
	}
	woken := latestOfFirst(w.byLane[lane])
	w.remove(woken)
	w.moveBack(lane, woken.phone)
	woken.wakes++
	woken.tell()
}

// tell makes sure that woken has an entry.
func (p *waitingPull) tell() {
	select {
	case p.woken <- struct{}{}:
	default: // it was woken before and has not read it yet
	}
}

// latestOfFirst returns the latest pull of the phone that has waited for longest.
func latestOfFirst(waiting []*waitingPull) *waitingPull {
	latest := waiting[0]
	for _, p := range waiting {
		if p.phone == latest.phone && p.number > latest.number {
			latest = p
		}
	}
	return latest
}

// moveBack moves the other pulls of a phone that was woken behind those of all others.
func (w *waitingPulls) moveBack(lane, phone string) {
	slices.SortStableFunc(w.byLane[lane], func(a, b *waitingPull) int {
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

func (w *waitingPulls) remove(p *waitingPull) {
	for _, lane := range p.lanes {
		w.byLane[lane] = slices.DeleteFunc(w.byLane[lane], func(other *waitingPull) bool { return other == p })
		if len(w.byLane[lane]) == 0 {
			delete(w.byLane, lane)
		}
	}
}

// watchers are the sites' submissions that wait for their job to change.
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
		default: // it was told before and has not looked yet
		}
	}
}
