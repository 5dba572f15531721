package gateway

import (
	"slices"
	"sync"
)

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
