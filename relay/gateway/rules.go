package gateway

import (
	"errors"
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Actor is who changes a job's state.
type Actor struct {
	// Kind is the actor's role.
	Kind relayapi.SourceKind
	// Name is the name of its token; empty for the gateway.
	Name string
}

// Cancelled returns the job cancelled by an actor. A cancelled job can be cancelled again.
//
// Once a phone has taken the job, or the job has ended, it returns [ErrNotCancellable]. A
// phone that sends without asking is then asked not to: the job is cancelling until the
// phone answers, and the engine stores it.
func (j Job) Cancelled(by Actor, now time.Time) (Job, error) {
	j = j.AsOf(now)
	to, err := relayapi.StateCancelled, error(nil)
	switch {
	case j.State == relayapi.StateCancelled:
		return j, nil
	case j.State == relayapi.StateTaken && j.Unasked:
		to, err = relayapi.StateCancelling, ErrNotCancellable
	case !j.Open():
		return j, ErrNotCancellable
	}
	return j.moved(relayapi.Transition{State: to, Source: by.Kind, Name: by.Name, At: relayapi.Time{Time: now}}), err
}

// Offered returns the job offered to the phone that pulls. A phone that still has a
// lease gets another one beside it, which ends at the same time: the pull that got the
// first may have lost its response, or be another device of the phone that is about to
// take the job. One of the two can take it.
//
// For a phone that sends without asking the job is taken at once; its history has "taken"
// and no "offered", because nothing lies between the two. Offered again it stays as it is.
func (j Job) Offered(p Pull) Job {
	switch {
	case j.HandedTo(p):
		return j
	case !p.Unasked && j.heldBy(p.Phone, p.Now):
		j.Lease = nextLease(j.Lease)
		return j
	}
	again := j.State == relayapi.StateOffered && j.Phone == p.Phone
	j.LeaseEnd = p.Now.Add(p.LeaseFor)
	if j.Deadline.Before(j.LeaseEnd) {
		j.LeaseEnd = j.Deadline
	}
	j.Phone, j.SIM, j.Lease, j.Unasked = p.Phone, p.SIM, p.Lease, p.Unasked
	step := relayapi.Transition{State: relayapi.StateOffered, Source: relayapi.SourcePhone, Name: p.Phone, At: relayapi.Time{Time: p.Now}}
	if p.Unasked {
		step.State, j.TakenEnd = relayapi.StateTaken, endOf(p.Now, p.TakenFor)
		if !j.TakenEnd.IsZero() {
			j.LeaseEnd = j.TakenEnd
		}
		return j.moved(step)
	}
	j.State = relayapi.StateOffered
	if again || len(j.History) >= maxHistory {
		return j
	}
	return j.noted(step)
}

// HandedTo reports whether the pull's phone was handed the job without asking and has not
// reported yet. Such a job is offered to it again, whatever its lease.
func (j Job) HandedTo(p Pull) bool {
	return p.Unasked && j.Unasked && j.Phone == p.Phone && j.InHand()
}

// Held reports whether the pull's phone has the job already: in hand, or under a lease that
// has not ended.
func (j Job) Held(p Pull) bool {
	return j.HandedTo(p) || !p.Unasked && j.heldBy(p.Phone, p.Now)
}

// endOf returns when a time that begins now is over; zero stays zero.
func endOf(now time.Time, d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return now.Add(d)
}

// Reported returns the job after a phone's state report. An error means that the phone
// must not send. The engine stores the job all the same: its history may have a new
// transition.
//
// A report that says nothing new changes nothing. One that comes too late to change the
// state is kept in the history, because it may be the only trace of a text that was sent.
// A failure that is the phone's own gives the job back; see [StateReport].Another.
func (j Job) Reported(r StateReport) (Job, error) {
	j = j.AsOf(r.Now)
	if err := j.admits(r); err != nil {
		if errors.Is(err, ErrForeignJob) || errors.Is(err, ErrNotCancelling) || r.State == relayapi.StateTaken {
			return j, err
		}
		return j.notedLate(r), err
	}
	switch {
	case j.State == relayapi.StateQueued && r.State == relayapi.StateFailed: // it has given the job back before
		return j, nil
	case j.givesBack(r):
		return j.givenBack(r), nil
	case r.State == relayapi.StateCancelled && j.State == relayapi.StateSent:
		return j.notedLate(r), nil
	case rank(r.State) > rank(j.State):
		if r.Lease != "" {
			j.Lease = r.Lease
		}
		if r.State == relayapi.StateTaken {
			j.TakenEnd = endOf(r.Now, r.TakenFor)
		}
		return j.moved(r.transition()), nil
	case r.State == j.State || j.has(r):
		return j, nil
	default:
		return j.notedLate(r), nil
	}
}

// admits returns an error unless the phone of the report holds the job or took it.
func (j Job) admits(r StateReport) error {
	holds := r.Phone == j.Phone && (j.hasLease(r.Lease) || r.Lease == "" && j.Unasked)
	switch answer := r.State == relayapi.StateCancelled; {
	case !holds && !j.wasOfferedTo(r.Phone):
		return ErrForeignJob
	case answer && (!holds || !j.wasToBeCancelled()):
		return ErrNotCancelling
	case answer:
		return nil
	case j.State == relayapi.StateCancelled:
		return ErrJobCancelled
	case j.State == relayapi.StateExpired:
		return ErrJobExpired
	case !holds && r.Phone == j.Phone && !j.Open():
		return ErrForeignLease
	case !holds:
		return ErrLeaseLost
	case r.State == relayapi.StateTaken && j.Open() && !r.Now.Before(j.LeaseEnd):
		return ErrLeaseLost
	case r.State == relayapi.StateTaken && j.Open() && r.Spent:
		return ErrLeaseLost
	default:
		return nil
	}
}

func (j Job) wasOfferedTo(phone string) bool {
	return phone == j.Phone || slices.ContainsFunc(j.History, func(t relayapi.Transition) bool {
		return t.Source == relayapi.SourcePhone && t.Name == phone
	})
}

// wasToBeCancelled reports whether the phone was asked not to send the job.
func (j Job) wasToBeCancelled() bool {
	return slices.ContainsFunc(j.History, func(t relayapi.Transition) bool { return t.State == relayapi.StateCancelling })
}

// has reports whether the history already says what the report says.
func (j Job) has(r StateReport) bool {
	return slices.ContainsFunc(j.History, func(t relayapi.Transition) bool {
		return t.State == r.State && t.Source == relayapi.SourcePhone && t.Name == r.Phone
	})
}

func (j Job) notedLate(r StateReport) Job {
	if j.has(r) || len(j.History) >= maxHistory {
		return j
	}
	late := r.transition()
	late.Late = true
	return j.noted(late)
}

func (r StateReport) transition() relayapi.Transition {
	return relayapi.Transition{
		State: r.State, Source: relayapi.SourcePhone, Name: r.Phone,
		At: relayapi.Time{Time: r.Now}, ReportedAt: relayapi.Time{Time: r.At}, Failure: r.Failure,
	}
}
