package gateway

import (
	"slices"
	"sync"
	"time"
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
	// token is that of a watch.
	token Hash
	// woken has an entry when the pull was woken. A pull that was woken waits on no
	// lane until it waits again.
	woken chan struct{}
	// wakes is how often it was woken, and used after how many of those it has looked at
	// the queue.
	wakes, used uint64
	ended       bool
	// cooled is set while it waits on fewer lanes than it has, because its phone is cooled,
	// and warm wakes a watch when that is over.
	cooled bool
	warm   *time.Timer
	// again wakes a watch when its phone may be offered what it could not be at its last look.
	again *time.Timer
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

// waitAgain makes sure that the pull waits: after all others, if it was woken. It returns
// how often it was woken, for wakesUsed after a look at the queue that begins now.
func (p *waitingPull) waitAgain() (wakes uint64) {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	if p.ended {
		return p.wakes
	}
	p.cooled = false
	for _, lane := range p.lanes {
		if p.all.byLane[lane] == nil {
			p.all.byLane[lane] = newTurns()
		}
		p.all.byLane[lane].add(p)
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

// wakesUsed notes that the pull has looked at the queue since it was woken so often. On
// lanes on which its phone is cooled it waits no more until it waits again, and a wake, which
// may have been for one of them, goes to the next pull there. So it does on lanes of which
// the look may have left a job.
func (p *waitingPull) wakesUsed(wakes uint64, cooled, left []string) {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	hadWake := p.wakes > p.used
	p.used = max(p.used, wakes)
	p.cooled = len(cooled) > 0
	p.all.remove(p, cooled)
	if hadWake {
		p.all.wakeEach(cooled)
		p.all.wakeEach(left)
	}
}

// end takes the pull away. A wake that it has not used goes to the next pull.
func (p *waitingPull) end() {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	if p.ended {
		return
	}
	p.ended = true
	for _, timer := range []*time.Timer{p.warm, p.again} {
		if timer != nil {
			timer.Stop()
		}
	}
	p.all.remove(p, p.lanes)
	p.all.forget(p)
	if p.wakes > p.used {
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
		w.wakeOne(turns.next())
	}
}

func (w *waitingPulls) wakeOne(p *waitingPull) {
	w.remove(p, p.lanes)
	p.wakes++
	p.tell()
}

// tell makes sure that woken has an entry.
func (p *waitingPull) tell() {
	select {
	case p.woken <- struct{}{}:
	default: // it was woken before and has not read it yet
	}
}

// wakePhone wakes every pull of a phone.
func (w *waitingPulls) wakePhone(phone string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.byPhone[phone] {
		w.wakeOne(p)
	}
}

// wakeAfter wakes a watch, if its phone is still cooled then, after a time: a pull waits for
// that itself.
func (p *waitingPull) wakeAfter(d time.Duration) {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	switch {
	case p.ended || !p.cooled:
	case p.warm != nil:
		p.warm.Reset(d)
	default:
		p.warm = time.AfterFunc(d, func() { p.all.wakeCooled(p.phone) })
	}
}

// lookAfter wakes a watch after a time, when its phone may be offered what it could not be
// now: a job that another phone holds, or one for which there is no budget yet.
func (p *waitingPull) lookAfter(d time.Duration) {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	switch {
	case p.ended:
	case p.again != nil:
		p.again.Reset(d)
	default:
		p.again = time.AfterFunc(d, func() {
			p.all.mu.Lock()
			defer p.all.mu.Unlock()
			if !p.ended {
				p.all.wakeOne(p)
			}
		})
	}
}

// forgetLook undoes lookAfter.
func (p *waitingPull) forgetLook() {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	if p.again != nil {
		p.again.Stop()
	}
}

// wakeCooled wakes the pulls of a phone that wait on fewer lanes than they have, because it
// was cooled.
func (w *waitingPulls) wakeCooled(phone string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.byPhone[phone] {
		if p.cooled {
			p.cooled = false
			w.wakeOne(p)
		}
	}
}

// wakeAll wakes every pull.
func (w *waitingPulls) wakeAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, pulls := range w.byPhone {
		for _, p := range pulls {
			w.wakeOne(p)
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
