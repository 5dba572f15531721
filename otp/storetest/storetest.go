// Package storetest holds the tests of an [otp.Store]. An implementation runs them like
// this:
//
//	func TestStore(t *testing.T) {
//		t.Parallel()
//		storetest.Run(t, func(t *testing.T) storetest.Harness {
//			return storetest.Harness{Store: newStore(t), Advance: time.Sleep}
//		})
//	}
//
// A store whose clock the tests can move sets Harness.Now as well; then the suite also
// compares it, over many thousands of random steps, with the one in memory, and tries what takes days.
// [RunServices] then lets services use the store: they race, die, and look for secrets in it.
//
// The package uses the standard library and packages otp and provider only.
package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/cnsms/cnsms/otp"
)

// Life is how long the records of the suite live, and a fourth of it is their lease, their
// grace and the waits between their texts. A store that cannot move its clock waits
// this long some ten times, in parallel.
const Life = 2 * time.Second

// Harness is an empty store and its clock.
type Harness struct {
	// Store is under test. Tests share no store.
	Store otp.Store
	// Advance lets time pass for the store: time.Sleep, or a function that moves
	// its clock.
	Advance func(d time.Duration)
	// Now tells the store's time exactly. Leave it nil where only time.Sleep can move
	// the clock.
	Now func() time.Time
	// Endless lists the keys in the store that have no end. Leave it nil where a store has
	// no such thing.
	Endless func() []string
	// Dump writes all that is in the store. RunServices needs it.
	Dump func() string
	// Len counts the keys or records in the store. Leave it nil where that is not known.
	Len func() int
}

// Run tests the stores that newHarness makes, one for each test. A failed test
// says which rule of the interface it guards.
func Run(t *testing.T, newHarness func(t *testing.T) Harness) {
	t.Helper()
	for _, c := range allCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			if h.Store == nil || h.Advance == nil {
				t.Fatal("Harness: want Store and Advance")
			}
			failure, skipped := c.run(t.Context, h)
			if skipped != "" {
				t.Skip(skipped)
			}
			if failure != "" {
				t.Error(failure)
			}
		})
	}
}

// testCase checks one rule. moves says that it needs a clock that can be moved.
type testCase struct {
	name, rule string
	moves      bool
	check      func(b *bench)
}

// run runs the case and says what is wrong, or why it did not run.
func (c testCase) run(ctx func() context.Context, h Harness) (failure, skipped string) {
	if c.moves && h.Now == nil {
		return "", "the store's clock cannot be moved"
	}
	b := &bench{Harness: h, ctx: ctx, rule: c.rule}
	b.run(c.check)
	if b.failure != "" || b.skipped != "" || h.Endless == nil {
		return b.failure, b.skipped
	}
	if keys := h.Endless(); len(keys) > 0 {
		return fmt.Sprintf("keys without an end: %v\nthe rule: nothing is without an end", keys), ""
	}
	return "", ""
}

func allCases() []testCase {
	var all []testCase
	for _, some := range [][]testCase{createCases, sendCases, tryCases, noteCases, personCases, timeCases, raceCases, modelCases} {
		all = append(all, some...)
	}
	return all
}
