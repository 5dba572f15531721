// Package failovertest holds the tests of a [failover.AttemptStore]. An
// implementation runs them like this:
//
//	func TestStore(t *testing.T) {
//		t.Parallel()
//		failovertest.Run(t, func(t *testing.T) failovertest.Harness {
//			return failovertest.Harness{Store: newStore(t), Advance: time.Sleep}
//		})
//	}
//
// The package uses the standard library and package failover only.
package failovertest

import (
	"context"
	"testing"
	"time"

	"github.com/cnsms/cnsms/failover"
)

// Window is the longest window that the tests use. A store that cannot move its
// clock waits this long some ten times, in parallel.
const Window = 400 * time.Millisecond

// Harness is an empty store and its clock.
type Harness struct {
	// Store is under test. Tests share no store.
	Store failover.AttemptStore
	// Advance lets time pass for the store: time.Sleep, or a function that moves
	// its clock.
	Advance func(d time.Duration)
}

// Run tests the stores that newHarness makes, one for each test. A failed test
// says which rule of the interface it guards.
func Run(t *testing.T, newHarness func(t *testing.T) Harness) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			if h.Store == nil || h.Advance == nil {
				t.Fatal("Harness: want Store and Advance")
			}
			if err := c.check(t.Context(), h); err != nil {
				t.Errorf("%v\nthe rule: %s", err, c.rule)
			}
		})
	}
}

// testCase checks one rule. The error says what the store did instead.
type testCase struct {
	name  string
	rule  string
	check func(ctx context.Context, h Harness) error
}
