package sim

import "context"

// TB is the part of testing.TB that Start needs. It is an interface so that
// programs which link the simulator do not link package testing.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Cleanup(f func())
	Context() context.Context
}

// Start plays services on a loopback port of their own for the length of a
// test, with the real clock.
func Start(t TB, services ...Service) *Server {
	t.Helper()
	s := New(Config{}, services...)
	if err := s.Listen(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(s.Close)
	return s
}

// MustInject is Inject for tests: it ends the test when the fault is refused.
func MustInject(t TB, s *Server, f Fault) {
	t.Helper()
	if _, err := s.Inject(f); err != nil {
		t.Fatalf("%v", err)
	}
}
