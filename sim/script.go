package sim

import (
	"fmt"
	"slices"
	"sync"
)

// script holds the faults in order.
type script struct {
	mu     sync.Mutex
	faults []*Fault
	lastID int
}

// add appends a fault and returns its id.
func (s *script) add(f Fault) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	f.id, f.met = s.lastID, 0
	s.faults = append(s.faults, &f)
	return f.id
}

// next returns the fault that meets the service's next request, or nil. One
// request is met by one fault: the earliest that is due.
func (s *script) next(service string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = slices.DeleteFunc(s.faults, (*Fault).spent)
	for _, f := range s.faults {
		if f.meets(service) {
			met := *f
			return &met
		}
	}
	return nil
}

func (s *script) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// check refuses a fault that could not happen: a scripted refusal that no
// service knows would quietly turn into a success.
func (f *Fault) check(services []Service) error {
	if f.Effect < 0 || int(f.Effect) >= len(effectNames) {
		return fmt.Errorf("sim: fault: Effect: no such effect: %d", int(f.Effect))
	}
	known, refusable := false, false
	for _, s := range services {
		if f.Service != "" && f.Service != s.Name() {
			continue
		}
		known = true
		if _, ok := f.refusal(s); ok {
			refusable = true
		}
	}
	switch {
	case !known:
		return fmt.Errorf("sim: fault: Service: no service %q here", f.Service)
	case f.Effect == EffectRefuse && f.Code != "" && !refusable:
		return fmt.Errorf("sim: fault: Code: no service here has %q", f.Code)
	case f.Effect == EffectRefuse && !refusable:
		return fmt.Errorf("sim: fault: Kind: no service here has a failure of kind %q, scope %q", f.Kind, f.Scope)
	}
	return nil
}
