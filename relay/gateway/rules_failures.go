package gateway

import (
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Cools reports whether the report says that its phone cannot send on the job's lane for
// now, whatever the text and the recipient.
func (r StateReport) Cools() bool {
	if r.State != relayapi.StateFailed || r.Failure == nil {
		return false
	}
	switch r.Failure.Class {
	case relayapi.FailureLimit, relayapi.FailureNoService, relayapi.FailureConfig:
		return true
	default:
		return false
	}
}

// CooledFor returns for how long a phone that has failed so many times running is offered
// nothing, given the first time: twice as long each time, up to ten minutes, or up to the
// first time when that is longer. Engines keep it per phone and lane, in memory.
func CooledFor(first time.Duration, failures int) time.Duration {
	longest := max(first, 10*time.Minute)
	cooled := first
	for ; failures > 1 && cooled < longest; failures-- {
		cooled *= 2
	}
	return min(cooled, longest)
}

// givesBack reports whether the phone that holds the job cannot send it, has not, and
// another phone can.
func (j Job) givesBack(r StateReport) bool {
	mayTry := j.State == relayapi.StateOffered || j.State == relayapi.StateTaken
	return mayTry && r.Cools() && !r.Failure.MayHaveSent && r.Another &&
		r.Now.Before(j.Deadline) && len(j.History) < maxHistory && !j.wasSent()
}

// wasSent reports whether any phone said that it had sent the text, even one that should
// not have.
func (j Job) wasSent() bool {
	return slices.ContainsFunc(j.History, func(t relayapi.Transition) bool {
		return t.State == relayapi.StateSent || t.State == relayapi.StateDelivered
	})
}

// givenBack returns the job queued again, free at once. It keeps the lease of its phone, by
// which a repeated report is known.
func (j Job) givenBack(r StateReport) Job {
	j.LeaseEnd, j.TakenEnd = time.Time{}, time.Time{}
	return j.noted(r.transition()).moved(relayapi.Transition{
		State: relayapi.StateQueued, Source: relayapi.SourceGateway, At: relayapi.Time{Time: r.Now},
	})
}
