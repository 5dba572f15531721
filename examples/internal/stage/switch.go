package stage

import (
	"net/http"
	"sync"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// phoneSwitch stands before the gateway and passes on the requests of phones until the
// phone is switched off. A request that was on its way then must not arrive: the
// gateway would take the phone for online.
type phoneSwitch struct {
	gateway http.Handler

	mu      sync.Mutex
	off     bool
	running sync.WaitGroup // requests of phones
}

func (s *phoneSwitch) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != relayapi.PathPull && r.URL.Path != relayapi.PathStateReports {
		s.gateway.ServeHTTP(w, r)
		return
	}
	if !s.begin() {
		http.Error(w, "the phone is switched off", http.StatusServiceUnavailable)
		return
	}
	defer s.running.Done()
	s.gateway.ServeHTTP(w, r)
}

func (s *phoneSwitch) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.off {
		s.running.Add(1)
	}
	return !s.off
}

// turnOff returns when no request of a phone is running, and none will come.
func (s *phoneSwitch) turnOff() {
	s.mu.Lock()
	s.off = true
	s.mu.Unlock()
	s.running.Wait()
}

// turnOn lets requests of phones pass again.
func (s *phoneSwitch) turnOn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.off = false
}
