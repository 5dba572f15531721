package inmemory

import (
	"sync"

	"github.com/cnsms/cnsms/relay/gateway"
)

// Subscribers are the functions that an engine calls after a change. The zero value
// has none and is ready for use. It is safe for concurrent use.
type Subscribers struct {
	mu     sync.Mutex
	nextID int
	notify map[int]func(gateway.Change)
}

// Add adds a function until stop is called.
func (s *Subscribers) Add(notify func(gateway.Change)) (stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.notify == nil {
		s.notify = map[int]func(gateway.Change){}
	}
	id := s.nextID
	s.nextID++
	s.notify[id] = notify
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.notify, id)
	}
}

// Tell calls every function with every change, in order.
func (s *Subscribers) Tell(changes []gateway.Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, change := range changes {
		for _, notify := range s.notify {
			notify(change)
		}
	}
}
