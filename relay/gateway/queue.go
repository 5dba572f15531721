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
// any order of their times: a job that was once returned as expired stays expired,
// even for a call with an earlier time.
type Queue interface {
	// Submit stores a job. In this order: the same site's job of the same key comes
	// back if there is one, or [ErrContentDiffers]; [ErrNoPhoneOnline] when no phone
	// is online on the lane; a [*QuotaError] when the recipient has had its share;
	// otherwise the job is stored as queued.
	Submit(ctx context.Context, s Submit) (Submitted, error)
	// Job returns a job as it is at now, or [ErrUnknownJob].
	Job(ctx context.Context, id string, now time.Time) (Job, error)
	// Cancel calls a job back by the rule of [Job.Cancelled]. With ErrNotCancellable
	// the job comes back too.
	Cancel(ctx context.Context, c Cancellation) (Job, error)
	// CancelKey does the same by idempotency key. With an unknown key it stores a
	// cancelled job in its place, so that a submission which is still on its way
	// finds itself cancelled.
	CancelKey(ctx context.Context, c KeyCancellation) (Job, error)
	// Offer hands out up to Max jobs of the pull's lanes by the rule of [Job.Offered]:
	// open jobs, on which no other phone has a lease. First come those that the phone
	// holds already; then, lane by lane in the order of the pull, those that nobody was
	// offered, oldest first, and those whose lease has ended.
	Offer(ctx context.Context, p Pull) (Offered, error)
	// Record stores a phone's report by the rule of [Job.Reported]. With one of
	// that rule's errors the job comes back too.
	Record(ctx context.Context, r StateReport) (Job, error)
	// Seen notes that a phone has called. It need not survive a restart.
	Seen(ctx context.Context, p Presence) error
	// Subscribe calls notify after every change that may concern somebody who waits,
	// made by any process that shares the queue, until stop is called. notify must
	// not block and must not call the queue.
	Subscribe(notify func(Change)) (stop func())
	// Sweep tidies up a bounded number of jobs and says how many it found.
	Sweep(ctx context.Context, s Sweep) (int, error)
	// Check returns an error when the queue cannot do its work now.
	Check(ctx context.Context) error
}

// Submit asks for a job to be stored.
type Submit struct {
	// ID is the new job's id; unique.
	ID string
	// Site is the submitting site.
	Site string
	// Key is the idempotency key; empty for none.
	Key string
	// Content is a digest of what a repeated key must bring again.
	Content string
	// To is the recipient in E.164.
	To relayapi.Number
	// Text is the message.
	Text relayapi.Text
	// Ref is the site's own id.
	Ref string
	// Lane chooses among the phones.
	Lane string
	// Now is the time of the submission.
	Now time.Time
	// Deadline is when the job expires.
	Deadline time.Time
	// Quotas limit how many jobs a recipient gets.
	Quotas []Quota
}

// Job returns the submission as a queued job.
func (s Submit) Job() Job {
	return Job{
		ID: s.ID, Site: s.Site, Key: s.Key, Content: s.Content,
		To: s.To, Text: s.Text, Ref: s.Ref, Lane: s.Lane,
		State: relayapi.StateQueued, Created: s.Now, Deadline: s.Deadline,
		History: []relayapi.Transition{{
			State: relayapi.StateQueued, Source: relayapi.SourceSite, Name: s.Site, At: relayapi.Time{Time: s.Now},
		}},
	}
}

// Submitted is the outcome of a submission.
type Submitted struct {
	// Job is the stored job.
	Job Job
	// New is false when the key had been used before.
	New bool
}

// Cancellation calls back one job.
type Cancellation struct {
	// ID is the job's id.
	ID string
	// Site, when set, is the only site whose job is meant; another's is unknown.
	Site string
	// By is who cancels.
	By Actor
	// Now is the time.
	Now time.Time
}

// KeyCancellation calls back the job of an idempotency key.
type KeyCancellation struct {
	// Site and Key name the job.
	Site, Key string
	// ID is the id of the job that is stored when the key is unknown.
	ID string
	// Now is the time.
	Now time.Time
}

// Actor returns the site that cancels.
func (c KeyCancellation) Actor() Actor { return Actor{Kind: relayapi.SourceSite, Name: c.Site} }

// Job returns the cancelled job that keeps the place of an unknown key.
func (c KeyCancellation) Job() Job {
	return Job{
		ID: c.ID, Site: c.Site, Key: c.Key, Lane: relayapi.DefaultLane,
		State: relayapi.StateCancelled, Created: c.Now, Deadline: c.Now,
		History: []relayapi.Transition{{
			State: relayapi.StateCancelled, Source: relayapi.SourceSite, Name: c.Site, At: relayapi.Time{Time: c.Now},
		}},
	}
}

// Pull asks for work.
type Pull struct {
	// Phone is the phone that asks.
	Phone string
	// Lanes are the lanes that it serves, each once.
	Lanes []string
	// Max is how many jobs it wants.
	Max int
	// Lease names this offer; unique.
	Lease string
	// LeaseFor is how long the phone has to take a job.
	LeaseFor time.Duration
	// Now is the time.
	Now time.Time
}

// Offered is the outcome of a pull.
type Offered struct {
	// Jobs are the jobs handed out.
	Jobs []Job
	// NextAt is when the first lease ends that keeps a job of these lanes from this
	// phone; zero when there is none. It is set only when Jobs is empty.
	NextAt time.Time
}

// StateReport says how far a phone is with a job.
type StateReport struct {
	// ID is the job's id.
	ID string
	// Phone is the phone that reports.
	Phone string
	// Lease is the lease under which the phone got the job.
	Lease string
	// State is taken, sent, delivered or failed.
	State relayapi.State
	// At is the phone's own time, zero when it gave none.
	At time.Time
	// Failure says why, with failed.
	Failure *relayapi.Failure
	// Now is the time.
	Now time.Time
}

// Presence is a sign of life of a phone.
type Presence struct {
	// Phone is the phone.
	Phone string
	// Lanes are the lanes that it serves; empty means those of its last pull.
	Lanes []string
	// Interval is the longest that it stays silent; it counts as online until twice
	// that. 0 means that of its last pull.
	Interval time.Duration
	// At is when it called.
	At time.Time
}

// Change tells those who wait that it is worth looking again.
type Change struct {
	// Lane is set when a job has become free on it.
	Lane string
	// Job is set to the id of a job whose state has changed.
	Job string
	// All is set when changes may have been missed and everybody should look.
	All bool
}

// Sweep says what is to be tidied up.
type Sweep struct {
	// Now is the time; open jobs whose deadline has passed are stored as expired.
	Now time.Time
	// ClearBefore: jobs whose deadline was before it lose their text.
	ClearBefore time.Time
	// ForgetBefore: jobs created before it are deleted.
	ForgetBefore time.Time
}
