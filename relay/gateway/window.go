package gateway

import "time"

// windowParts is into how many parts a window is cut.
const windowParts = 60

// window counts events in any stretch of a length of time. It counts by parts of that
// length, and an event counts until its whole part is that long ago: never shorter than
// the length, and at most a sixtieth longer.
type window struct {
	counts [windowParts + 1]int
	last   int64 // the part of the latest event
	total  int
}

// place is where an event was counted.
type place struct{ part int64 }

func partOf(now, length time.Duration) int64 { return int64(now / (length / windowParts)) }

// forget drops what is too long ago.
func (w *window) forget(part int64) {
	for p := w.last + 1; p <= min(part, w.last+int64(len(w.counts))); p++ {
		w.total -= *w.at(p)
		*w.at(p) = 0
	}
	w.last = max(w.last, part)
}

func (w *window) at(part int64) *int { return &w.counts[part%int64(len(w.counts))] }

// full returns how long to wait until the window has room again, or 0 when it has room.
func (w *window) full(limit int, now, length time.Duration) time.Duration {
	w.forget(partOf(now, length))
	if limit == 0 || w.total < limit {
		return 0
	}
	for part := max(w.last-windowParts, 0); part < w.last; part++ {
		if *w.at(part) > 0 {
			return w.leaves(part, length) - now
		}
	}
	return w.leaves(w.last, length) - now
}

// leaves returns when a part counts no longer.
func (w *window) leaves(part int64, length time.Duration) time.Duration {
	return time.Duration(part+windowParts+1) * (length / windowParts)
}

// add counts an event.
func (w *window) add(now, length time.Duration) place {
	w.forget(partOf(now, length))
	*w.at(w.last)++
	w.total++
	return place{w.last}
}

// takeBack undoes an add.
func (w *window) takeBack(p place) {
	if p.part+windowParts >= w.last && *w.at(p.part) > 0 {
		*w.at(p.part)--
		w.total--
	}
}
