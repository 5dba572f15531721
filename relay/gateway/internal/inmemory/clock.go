package inmemory

import (
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// Calls reach an engine in any order of their times, but budgets are for the order in which it
// answers. So a ledger has a clock of its own, which does not go back: it is the latest time of
// a call that handed out a text, and what later calls decide and count is not before it.

// clockAhead is how much later than a call's time the clock may be. One that is later was set
// by a machine's clock that was ahead, and holds no longer; nor does what was counted then.
const clockAhead = gateway.CallsApart + latestLease

// asOf returns the time as of which a call decides and counts: its own, or the clock's when
// that is later.
func (l *Ledger) asOf(now time.Time) time.Time {
	if l.clock.After(now.Add(clockAhead)) {
		return now
	}
	return latest(now, l.clock)
}

// PutClock sets the clock as it was kept.
func (l *Ledger) PutClock(at time.Time) { l.clock = at }

// handedOut notes that a call hands out a text as of a time.
func (l *Ledger) handedOut(at time.Time) {
	if l.clock.Equal(at) {
		return
	}
	l.PutClock(at)
	if l.Keep != nil {
		l.Keep.KeepClock(at)
	}
}
