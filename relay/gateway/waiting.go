package gateway

import (
	"slices"
	"sync"
)

// waitingPulls are the pulls that wait for a job. A new job wakes the phone that has
// waited for longest on its lane, and no other: with ten thousand phones waiting, one
// job is one look at the queue, and costs as much as with ten. A pull that ends without
// having used its wake passes the wake on, and so does one whose phone is cooled.
//
// When a phone has several pulls waiting, the latest is woken: a phone that has lost
// its connection pulls again, and the gateway may not have noticed the loss.
type waitingPulls struct {
	mu      sync.Mutex
	byLane  map[string]*turns
	byPhone map[string][]*waitingPull // every pull that has not ended
	count   uint64
}

// waitingPull is one pull that waits.
type waitingPull struct {
	all   *waitingPulls
	phone string
	// number tells which of two pulls came later.
	number uint64
	lanes  []string
	// woken has an entry when the pull was woken. A pull that was woken waits on no
	// lane until it waits again.
	woken chan struct{}
	// hasWake is true from when the pull was woken until it has looked at the queue.
	hasWake bool
}

// add makes a new pull wait on each of its lanes.
func (w *waitingPulls) add(phone string, lanes []string) *waitingPull {
	p := &waitingPull{all: w, phone: phone, lanes: lanes, woken: make(chan struct{}, 1)}
	w.enter(p)
	p.waitAgain()
	return p
}

func (w *waitingPulls) enter(p *waitingPull) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count++
	p.number = w.count
	if w.byPhone == nil {
		w.byPhone, w.byLane = map[string][]*waitingPull{}, map[string]*turns{}
	}
	w.byPhone[p.phone] = append(w.byPhone[p.phone], p)
}

// waitAgain makes sure that the pull waits: after all others, if it was woken.
func (p *waitingPull) waitAgain() {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	p.readWake()
	for _, lane := range p.lanes {
		if p.all.byLane[lane] == nil {
			p.all.byLane[lane] = newTurns()
		}
		p.all.byLane[lane].add(p)
	}
}

// readWake empties woken.
func (p *waitingPull) readWake() {
	select {
	case <-p.woken:
		p.hasWake = true
	default:
	}
}

// wakeRead notes that the pull has read its wake from woken.
func (p *waitingPull) wakeRead() { p.hasWake = true }

// wakeUsed notes that the pull has looked at the queue since it was woken. On lanes on
// which its phone is cooled it waits no more until it waits again, and the wake, which may
// have been for one of them, goes to the next pull there.
func (p *waitingPull) wakeUsed(cooled []string) {
	if len(cooled) > 0 {
		p.leave(cooled)
	}
	p.hasWake = false
}

// leave takes the pull from some of its lanes, and passes its wake on there.
func (p *waitingPull) leave(lanes []string) {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	p.all.remove(p, lanes)
	if p.hasWake || len(p.woken) > 0 {
		p.all.wakeEach(lanes)
	}
}

// end takes the pull away. A wake that it has not used goes to the next pull.
func (p *waitingPull) end() {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	p.all.remove(p, p.lanes)
	p.all.forget(p)
	p.readWake()
	if p.hasWake {
		p.all.wakeEach(p.lanes)
	}
}

func (w *waitingPulls) forget(p *waitingPull) {
	rest := slices.DeleteFunc(w.byPhone[p.phone], func(other *waitingPull) bool { return other == p })
	w.byPhone[p.phone] = rest
	if len(rest) == 0 {
		delete(w.byPhone, p.phone)
	}
}

// wake wakes the phone that has waited for longest on a lane.
func (w *waitingPulls) wake(lane string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wakeLocked(lane)
}

func (w *waitingPulls) wakeEach(lanes []string) {
	for _, lane := range lanes {
		w.wakeLocked(lane)
	}
}

func (w *waitingPulls) wakeLocked(lane string) {
	if turns := w.byLane[lane]; turns != nil {
		w.tell(turns.next())
	}
}

// tell wakes a pull.
func (w *waitingPulls) tell(p *waitingPull) {
	w.remove(p, p.lanes)
	select {
	case p.woken <- struct{}{}:
	default: // it was woken before and has not looked yet
	}
}

// wakePhone wakes every pull of a phone.
func (w *waitingPulls) wakePhone(phone string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.byPhone[phone] {
		w.tell(p)
	}
}

// wakeAll wakes every pull.
func (w *waitingPulls) wakeAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, pulls := range w.byPhone {
		for _, p := range pulls {
			w.tell(p)
		}
	}
}

func (w *waitingPulls) remove(p *waitingPull, lanes []string) {
	for _, lane := range lanes {
		if turns := w.byLane[lane]; turns != nil {
			turns.remove(p)
			if turns.empty() {
				delete(w.byLane, lane)
			}
		}
	}
}
