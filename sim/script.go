package sim

import (
	"errors"
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
	f.id = s.lastID
	s.faults = append(s.faults, &f)
	return f.id
}

// next returns the fault that meets the service's next request, or nil. One
// request is met by one fault: the earliest that is due.
func (s *script) next(service Service) *Fault {
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
	if err := f.checkFields(); err != nil {
		return err
	}
	known := slices.ContainsFunc(services, func(s Service) bool { return f.Service == "" || f.Service == s.Name() })
	possible := slices.ContainsFunc(services, f.concerns)
	switch {
	case !known && f.Service != "":
		return fmt.Errorf("sim: fault: Service: no service %q here", f.Service)
	case !known:
		return errors.New("sim: fault: Service: there is no service here")
	case !possible && f.Code != "":
		return fmt.Errorf("sim: fault: Code: no service here has %q", f.Code)
	case !possible:
		return fmt.Errorf("sim: fault: Kind: no service here has a failure of kind %q, scope %q", f.Kind.String(), f.Scope)
	}
	return nil
}

// checkFields refuses fields that mean nothing.
func (f *Fault) checkFields() error {
	switch {
	case f.Unlisted && f.Code == "":
		return errors.New("sim: fault: Unlisted: want a Code with it")
	case f.Effect < 0 || int(f.Effect) >= len(effectNames):
		return fmt.Errorf("sim: fault: Effect: no such effect: %d", int(f.Effect))
	case f.Skip < 0:
		return errors.New("sim: fault: Skip: must not be negative")
	case f.Times < Forever:
		return errors.New("sim: fault: Times: want 0 or more, or Forever")
	case f.Delay < 0:
		return errors.New("sim: fault: Delay: must not be negative")
	case f.Status != 0 && (f.Status < 200 || f.Status > 999):
		return errors.New("sim: fault: Status: want an HTTP status from 200 to 999")
	}
	return nil
}
