package appdoor

import (
	"time"

	"github.com/cnsms/cnsms/relay/gateway/internal/doors"
)

const (
	// failuresEach is how many registrations of one address may fail in strangersFor, and
	// failuresOfAll how many codes may be guessed wrong by all.
	failuresEach  = 5
	failuresOfAll = 100
	// newcomers is how many phones may register by the private token in strangersFor: it bounds
	// what an app gone wild, or a token that has leaked, can do.
	newcomers    = 100
	strangersFor = 10 * time.Minute
)

// strangers count the registrations that failed, by address and, of codes, in all; and the
// phones that came by the private token.
type strangers struct{ each, all, came *doors.Attempts }

// everybody is who has the attempts that are counted in all.
const everybody = ""

func newStrangers() *strangers {
	return &strangers{
		each: &doors.Attempts{Most: failuresEach, For: strangersFor},
		all:  &doors.Attempts{Most: failuresOfAll, For: strangersFor},
		came: &doors.Attempts{Most: newcomers, For: strangersFor},
	}
}

// wait returns how long an address, or everybody with a code, has to wait; 0 when there is
// room.
func (s *strangers) wait(address string, withCode bool, now time.Time) time.Duration {
	wait := s.each.Wait(doors.Neighbourhood(address), now)
	if withCode {
		wait = max(wait, s.all.Wait(everybody, now))
	}
	return wait
}

// guess counts a guess as wrong before it is looked at: whoever makes many at once must not
// have more. right says that it was not.
func (s *strangers) guess(address string, withCode bool, now time.Time) (right func(), wait time.Duration) {
	who := doors.Neighbourhood(address)
	if wait := s.each.Begin(who, now); wait > 0 {
		return nil, wait
	}
	if !withCode {
		return func() { s.each.Forgive(who) }, 0
	}
	if wait := s.all.Begin(everybody, now); wait > 0 {
		s.each.Forgive(who)
		return nil, wait
	}
	return func() { s.each.Forgive(who); s.all.Forgive(everybody) }, 0
}
