package gateway

import (
	"context"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Queue keeps jobs. An engine is a small package that implements it; package
// queuetest is the suite that every engine passes.
//
// A nil error promises that the engine has stored what was asked. How long it keeps it
// is the engine's own promise: package sqlitequeue keeps it across kill -9 and the
// loss of power, package memqueue as long as the process lives. An error that is none of
// the package's own means that the engine failed; the caller cannot know what it
// stored. Every method is atomic, safe for concurrent use, and returns within
// milliseconds of its context's end, with an error that matches the context's.
//
// The engine takes the time from its arguments. It judges deadlines and leases by
// comparing times whenever it looks at a job, so that nothing depends on a timer
// and a restart changes nothing. Times are kept to the millisecond. Calls come in
// any order of their times: a job that the engine once returned as expired stays
// expired, even for a call with an earlier time.
type Queue interface {
	// Submit stores a job. It checks in this order: if the same site has used the key
	// before, it returns that job, or [ErrContentDiffers]; s.Refuse; [ErrNoPhoneOnline] when
	// no phone that is not cooled is online on the lane; a [*QuotaError] when the recipient's
	// quota is used up; a [*BudgetError] when those phones have no room in the budgets for the
	// text, after those that are queued before it if its site waits; a [*BusyError] by the rule
	// of [Submit.Busy]. Otherwise it stores the job as queued.
	Submit(ctx context.Context, s Submit) (Submitted, error)
	// Job returns a job as it is at now, or [ErrUnknownJob].
	Job(ctx context.Context, id string, now time.Time) (Job, error)
	// Cancel cancels a job by the rule of [Job.Cancelled]. With ErrNotCancellable it
	// stores and returns the job too.
	Cancel(ctx context.Context, c Cancellation) (Job, error)
	// CancelKey does the same by idempotency key. For an unknown key it stores a
	// cancelled job, so that a submission with this key that arrives later gets the
	// cancelled job.
	CancelKey(ctx context.Context, c KeyCancellation) (Job, error)
	// Offer offers up to Max jobs of the pull's lanes by the rule of [Job.Offered]. First
	// come those that the phone was handed without asking ([Job.HandedTo]), then those on
	// which it has a lease, from [Job.AgainAt] on, then, lane by lane in the order of the pull,
	// those on which no phone has one: dropped offers first, then those with the least time
	// left ([Job.Due]) that suffices ([Pull.Suffices]). On a lane on which the phone is cooled
	// it is offered only what it was handed before. It is offered no job for which none of its
	// SIMs has budget ([Budget.NotBefore], [SIMState.NotBefore]); the engine chooses the SIM of
	// each job, and stores with it how the job counts ([Job.Uses]).
	Offer(ctx context.Context, p Pull) (Offered, error)
	// Record stores a phone's state report by the rule of [Job.Reported], to which it tells
	// whether there is another phone. With one of that rule's errors it returns the job
	// too. A new report that cools ([StateReport.Cools]) cools its phone on the job's lane
	// for [CooledFor]; one of sent ends that. What the report says of its SIM is stored too
	// ([SIMState.Learned]).
	Record(ctx context.Context, r StateReport) (Job, error)
	// List returns jobs as they are at the filter's time, newest first.
	List(ctx context.Context, f Filter) (Page, error)
	// Counts returns how many jobs each lane has in each state at now, by lane and state.
	Counts(ctx context.Context, now time.Time) ([]Count, error)
	// Phones returns every phone that is known, by name. The queue may forget those that
	// are offline.
	Phones(ctx context.Context, now time.Time) ([]PhonePresence, error)
	// Budgets returns how much of each budget is used ([BudgetUse.Filled]).
	Budgets(ctx context.Context, q BudgetQuery) ([]BudgetUse, error)
	// Resume forgets what a SIM's failures have taught.
	Resume(ctx context.Context, sim SIM, now time.Time) error
	// Seen stores that a phone has made a request. It need not survive a restart.
	Seen(ctx context.Context, p Presence) error
	// Subscribe calls notify after every change that a waiting request may wait for, made
	// by any process that shares the queue, until stop is called. notify must not block
	// and must not call the queue.
	Subscribe(notify func(Change)) (stop func())
	// Sweep stores what has ended by itself ([Job.AsOf]), clears and deletes, a bounded
	// number of jobs, and returns how many it found.
	Sweep(ctx context.Context, s Sweep) (int, error)
	// Check returns an error when the queue cannot do its work now.
	Check(ctx context.Context) error
}

// Change says what a request that waits may look at again.
type Change struct {
	// Lane is set when it has a job that any of its phones can be offered now: a new one, or
	// one that was given back.
	Lane string
	// Job is set to the id of a job whose state has changed.
	Job string
	// State is set with Job: the new state.
	State relayapi.State
	// Phone is set with Job to the phone that is asked not to send it.
	Phone string
	// All is set when the engine may have missed changes, and every request should look.
	All bool
}

// ChangeOf says that a job's state has changed to that of next.
func (j Job) ChangeOf(next Job) []Change {
	if j.State == next.State {
		return nil
	}
	change := Change{Job: next.ID, State: next.State}
	switch next.State {
	case relayapi.StateQueued:
		change.Lane = next.Lane
	case relayapi.StateCancelling:
		change.Phone = next.Phone
	}
	return []Change{change}
}
