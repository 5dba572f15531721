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
	// before, it returns that job, or [ErrContentDiffers]; [ErrNoPhoneOnline] when no phone
	// is online on the lane, or the lane is late; a [*QuotaError] when the recipient's quota is used up.
	// Otherwise it stores the job as queued.
	Submit(ctx context.Context, s Submit) (Submitted, error)
	// Job returns a job as it is at now, or [ErrUnknownJob].
	Job(ctx context.Context, id string, now time.Time) (Job, error)
	// Cancel cancels a job by the rule of [Job.Cancelled]. With ErrNotCancellable it
	// returns the job too.
	Cancel(ctx context.Context, c Cancellation) (Job, error)
	// CancelKey does the same by idempotency key. For an unknown key it stores a
	// cancelled job, so that a submission with this key that arrives later gets the
	// cancelled job.
	CancelKey(ctx context.Context, c KeyCancellation) (Job, error)
	// Offer offers up to Max jobs of the pull's lanes by the rule of [Job.Offered]: open
	// jobs on which no other phone has a lease. First come those that the phone
	// holds already, from [Job.AgainAt] on; then, lane by lane in the order of the pull, those that no phone was
	// offered, oldest first, and those whose lease has ended.
	Offer(ctx context.Context, p Pull) (Offered, error)
	// Record stores a phone's state report by the rule of [Job.Reported]. With one of
	// that rule's errors it returns the job too.
	Record(ctx context.Context, r StateReport) (Job, error)
	// Seen stores that a phone has made a request. It need not survive a restart.
	Seen(ctx context.Context, p Presence) error
	// Subscribe calls notify after every change that a waiting request may wait for, made
	// by any process that shares the queue, until stop is called. notify must not block
	// and must not call the queue.
	Subscribe(notify func(Change)) (stop func())
	// Sweep expires, clears and deletes a bounded number of jobs and returns how many it
	// found.
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
	// Content is a digest of what a submission with the same key must have again.
	Content string
	// To is the recipient in E.164.
	To relayapi.Number
	// Text is what the phone sends.
	Text relayapi.Text
	// Ref is the site's own id for the text.
	Ref string
	// Lane chooses among the phones.
	Lane string
	// Now is the time of the submission.
	Now time.Time
	// Deadline is when the job expires.
	Deadline time.Time
	// Quotas limit how many jobs a recipient gets.
	Quotas []Quota
	// Late refuses a new job as if no phone were online: none took the last one in time.
	Late bool
}

// Job returns the submission as a queued job.
func (s Submit) Job() Job {
	return Job{
		ID: s.ID, Site: s.Site, Key: s.Key, Content: s.Content,
		To: s.To, Text: s.Text, Ref: s.Ref, Lane: s.Lane,
		Created: s.Now, Deadline: s.Deadline,
	}.begun(relayapi.StateQueued)
}

// Submitted is the outcome of a submission.
type Submitted struct {
	// Job is the stored job.
	Job Job
	// New is false when the site had used the key before.
	New bool
}

// Cancellation cancels one job.
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

// KeyCancellation cancels the job of an idempotency key.
type KeyCancellation struct {
	// Site and Key name the job.
	Site, Key string
	// ID is the id of the job that the engine stores when the key is unknown.
	ID string
	// Now is the time.
	Now time.Time
}

// Actor returns the site that cancels.
func (c KeyCancellation) Actor() Actor { return Actor{Kind: relayapi.SourceSite, Name: c.Site} }

// Job returns the cancelled job that an engine stores for an unknown key.
func (c KeyCancellation) Job() Job {
	return Job{
		ID: c.ID, Site: c.Site, Key: c.Key, Lane: relayapi.DefaultLane,
		Created: c.Now, Deadline: c.Now,
	}.begun(relayapi.StateCancelled)
}

// Pull asks for jobs.
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
	// Jobs are the jobs that the phone is offered.
	Jobs []Job
	// NextAt is when the first job of these lanes that a phone holds can be offered to the
	// pull: when the lease of another phone ends, or at [Job.AgainAt]. It is zero when there
	// is none, and set only when Jobs is empty.
	NextAt time.Time
}

// StateReport is a phone's report of the state that it has brought a job to.
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

// Presence says that a phone has made a request, and so is online.
type Presence struct {
	// Phone is the phone.
	Phone string
	// Lanes are the lanes that it serves; empty means those of its last pull.
	Lanes []string
	// Interval is the longest time between two of its requests; it is online until twice
	// that. 0 means that of its last pull.
	Interval time.Duration
	// At is when it made the request.
	At time.Time
}

// Change says what a request that waits may look at again.
type Change struct {
	// Lane is set when it has a new job that can be offered.
	Lane string
	// Job is set to the id of a job whose state has changed.
	Job string
	// All is set when the engine may have missed changes, and every request should look.
	All bool
}

// Sweep says which jobs to expire, clear and delete.
type Sweep struct {
	// Now is the time; open jobs whose deadline has passed are stored as expired.
	Now time.Time
	// ClearBefore: jobs whose deadline was before it lose their text.
	ClearBefore time.Time
	// ForgetBefore: jobs created before it are deleted.
	ForgetBefore time.Time
}
