package gateway

import (
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Job is a text to be sent, as a [Queue] keeps it. It prints with a masked
// number and without its text.
//
// The methods that return a new Job are the rules of a job's life. They do not change
// the job that they are called on, so an engine reads a job, applies a rule, and stores
// the result, all in one transaction, or as [CompareAndSet] does it. Every engine uses
// them, so that every engine has the same rules.
type Job struct {
	// ID is the gateway's id.
	ID string
	// Version begins at 1, and is one more with each change that an engine stores.
	Version int64
	// Site is the site that submitted the job.
	Site string
	// Key is the site's idempotency key, empty when it gave none.
	Key string
	// Content is a digest of what was submitted; a repeated key must bring the same.
	// It is empty for a job that was cancelled by its key before it arrived.
	Content string
	// To is the recipient in E.164.
	To relayapi.Number
	// Text is what the phone sends; empty once it is no longer needed.
	Text relayapi.Text
	// Ref is the site's own id for the text.
	Ref string
	// Lane chooses among the phones.
	Lane string
	// State is where the job is, as last stored; see [Job.AsOf].
	State relayapi.State
	// Phone is the phone that the job was last offered or handed to.
	Phone string
	// SIM is the slot of that phone's SIM that is to send the text; 0 when the phone chooses.
	SIM int
	// Unasked is true when that phone sends without asking: it was handed the job.
	Unasked bool
	// Lease is the lease of the last offer.
	Lease string
	// LeaseEnd is when the last offer ends: from then on another phone may get the job. It
	// is zero for a job that its phone has given back, and means nothing once the job is
	// taken.
	LeaseEnd time.Time
	// TakenEnd is when a taken job is uncertain unless its phone has reported; zero for never.
	TakenEnd time.Time
	// Created is when the job was submitted.
	Created time.Time
	// Deadline is when the job expires unless a phone has taken it.
	Deadline time.Time
	// AnswerBy is until when the job's site waits for the text to be sent; zero when it
	// does not wait. A repeated submission can make it later ([Job.Repeated]).
	AnswerBy time.Time
	// History holds every transition, oldest first.
	History []relayapi.Transition
}

// maxHistory bounds what offers and late reports can add to one job.
const maxHistory = 64

// rank orders the states. A job's rank never falls but when its phone gives it back, and
// a final state is never left.
func rank(s relayapi.State) int {
	switch s {
	case relayapi.StateQueued:
		return 0
	case relayapi.StateOffered:
		return 1
	case relayapi.StateTaken:
		return 2
	case relayapi.StateCancelling:
		return 3
	case relayapi.StateUncertain:
		return 4
	case relayapi.StateSent:
		return 5
	default:
		return 6
	}
}

// Final reports whether the job's state will never change again.
func (j Job) Final() bool { return rank(j.State) == 6 }

// Open reports whether no phone has taken the job yet and one still may.
func (j Job) Open() bool { return rank(j.State) < 2 }

// InHand reports whether a phone has taken the job and has not said yet what became of it.
func (j Job) InHand() bool {
	return j.State == relayapi.StateTaken || j.State == relayapi.StateCancelling
}

// MustKeepText reports whether a phone that does not ask may still have to be told the
// text of the job that it was handed.
func (j Job) MustKeepText() bool { return j.Unasked && j.InHand() }

// answered reports whether a site that waits for the job need wait no longer.
func (j Job) answered() bool { return rank(j.State) >= rank(relayapi.StateUncertain) }

// AsOf returns the job as it is at now, whether or not an engine has stored that: an open
// job whose deadline has passed has expired, and one of whose phone nothing was heard until
// TakenEnd is uncertain.
func (j Job) AsOf(now time.Time) Job {
	at, state := j.ends()
	if at.IsZero() || now.Before(at) {
		return j
	}
	return j.moved(relayapi.Transition{State: state, Source: relayapi.SourceGateway, At: relayapi.Time{Time: at}})
}

// ends returns when the job ends by itself and how, or zero.
func (j Job) ends() (time.Time, relayapi.State) {
	switch {
	case j.Open():
		return j.Deadline, relayapi.StateExpired
	case j.InHand():
		return j.TakenEnd, relayapi.StateUncertain
	default:
		return time.Time{}, ""
	}
}

// Counts reports whether the job counts towards its recipient's quota. One that
// ended before any phone took it does not, nor one whose last phone failed before it took
// it: nothing was sent.
func (j Job) Counts() bool {
	switch j.State {
	case relayapi.StateExpired, relayapi.StateCancelled:
		return false
	case relayapi.StateFailed:
		return j.takenByLastPhone()
	default:
		return true
	}
}

// takenByLastPhone reports whether the job was taken or sent since it was last queued.
func (j Job) takenByLastPhone() bool {
	for _, t := range slices.Backward(j.History) {
		switch {
		case t.Late:
		case t.State == relayapi.StateQueued:
			return false
		case t.State == relayapi.StateTaken || t.State == relayapi.StateSent:
			return true
		}
	}
	return false
}

// Failure returns why the job failed, or nil.
func (j Job) Failure() *relayapi.Failure {
	if j.State != relayapi.StateFailed {
		return nil
	}
	for _, t := range slices.Backward(j.History) {
		if t.State == relayapi.StateFailed && !t.Late {
			return t.Failure
		}
	}
	return nil
}

// begun returns a new job in the first state of its history, which its site caused.
func (j Job) begun(s relayapi.State) Job {
	j.Version = 1
	return j.moved(relayapi.Transition{
		State: s, Source: relayapi.SourceSite, Name: j.Site, At: relayapi.Time{Time: j.Created},
	})
}

// moved returns the job in the transition's state. A job that no phone may send any more
// loses its text.
func (j Job) moved(t relayapi.Transition) Job {
	j.State = t.State
	j = j.noted(t)
	if j.Final() || j.State == relayapi.StateUncertain {
		j.Text = ""
	}
	return j
}

// noted returns the job with one more transition in its history.
func (j Job) noted(t relayapi.Transition) Job {
	j.History = append(slices.Clip(j.History), t)
	return j
}
