package gateway

import (
	"slices"
	"sync"
)

// lanes knows which lanes are late: a site has waited for a job there, no phone took it,
// and no phone has called since. A phone that has vanished counts as online for up to two
// of its intervals; without this, every site would wait in vain until then.
type lanes struct {
	mu sync.Mutex
	// calls counts the requests of phones.
	calls uint64
	// phones are the lanes of each phone's last pull, and the number of its last request.
	phones map[string]lastCall
	late   map[string]bool
}

type lastCall struct {
	lanes  []string
	number uint64
}

// called notes a request of a phone; lanes are those of its last pull when it names none.
func (l *lanes) called(phone string, lanes []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.phones == nil {
		l.phones, l.late = map[string]lastCall{}, map[string]bool{}
	}
	if lanes == nil {
		lanes = l.phones[phone].lanes
	}
	l.calls++
	l.phones[phone] = lastCall{lanes, l.calls}
	for _, lane := range lanes {
		delete(l.late, lane)
	}
}

// mark returns how many requests of phones there were.
func (l *lanes) mark() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls
}

// miss notes that no phone took a job in time, unless a phone of its lane has called
// since the mark. It returns whether the lane has become late.
func (l *lanes) miss(lane string, mark uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, last := range l.phones {
		if last.number > mark && slices.Contains(last.lanes, lane) {
			return false
		}
	}
	if l.late == nil || l.late[lane] {
		return false
	}
	l.late[lane] = true
	return true
}

func (l *lanes) isLate(lane string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.late[lane]
}

// noPhoneTook notes that a site has waited for a job in vain. While another phone than the
// one that was offered the job waits for work, its lane is not late.
func (g *Gateway) noPhoneTook(job Job, began uint64) {
	if !g.pulls.waits(job.Lane, job.Phone) && g.lanes.miss(job.Lane, began) {
		g.logger.Warn("relay: no phone took a job in time; its lane is late until a phone calls", "job", job.ID, "lane", job.Lane)
	}
}

// waits reports whether a pull of another phone waits on a lane.
func (w *waitingPulls) waits(lane, other string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	waiting := w.byLane[lane]
	if waiting == nil {
		return false
	}
	if waiting.places[other] != nil {
		return waiting.order.Len() > 1
	}
	return !waiting.empty()
}
