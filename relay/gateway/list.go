package gateway

import (
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Filter says which jobs to list. A zero field does not restrict.
type Filter struct {
	// Site, Lane and Phone are those of the jobs; Phone is the one that a job was last
	// offered to.
	Site, Lane, Phone string
	// States are the states that the jobs are in at Now; none means any.
	States []relayapi.State
	// CreatedFrom and CreatedTo: the jobs were created at or after the one, and before the
	// other.
	CreatedFrom, CreatedTo time.Time
	// Before is the id of a job: those are listed that were stored before it. When there is
	// no such job, there are none.
	Before string
	// Limit is how many jobs a page has at most, at least 1.
	Limit int
	// Now is the time.
	Now time.Time
}

// Matches reports whether a job, as it is at the filter's time, is one of those to list. It
// knows nothing of Before and Limit.
func (f Filter) Matches(j Job) bool {
	is := func(want, got string) bool { return want == "" || want == got }
	return is(f.Site, j.Site) && is(f.Lane, j.Lane) && is(f.Phone, j.Phone) &&
		(len(f.States) == 0 || slices.Contains(f.States, j.AsOf(f.Now).State)) &&
		!j.Created.Before(f.CreatedFrom) && (f.CreatedTo.IsZero() || j.Created.Before(f.CreatedTo))
}

// Page is a part of a list.
type Page struct {
	// Jobs are the jobs, newest first.
	Jobs []Job
	// Next is the Before of the next page; empty when this is the last one.
	Next string
}

// Count is how many jobs a lane has in a state.
type Count struct {
	// Lane is the lane.
	Lane string
	// State is the state.
	State relayapi.State
	// Jobs is how many.
	Jobs int
}

// PhonePresence is what a queue knows of a phone.
type PhonePresence struct {
	// Phone is its name.
	Phone string
	// Lanes are the lanes that it serves, sorted.
	Lanes []string
	// LastSeen is when it made its last request.
	LastSeen time.Time
	// OnlineUntil is until when it is online unless it makes another request.
	OnlineUntil time.Time
	// CooledUntil is, for each lane on which it is offered nothing because it could not
	// send, until when.
	CooledUntil map[string]time.Time
	// Device is what it last said of itself, and DeviceAt when; nil and zero when it has said
	// nothing.
	Device   *relayapi.Device
	DeviceAt time.Time
}
