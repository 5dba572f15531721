package gateway

import (
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

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
	// Wait is how long the site waits for the text to be sent; 0 when it does not.
	Wait time.Duration
	// Pace is how long a phone of the lane needs for a text; 0 when that is not known.
	Pace time.Duration
	// TakenFor is the gateway's Config.TakenFor.
	TakenFor time.Duration
	// Quotas limit how many jobs a recipient gets.
	Quotas []Quota
	// Budgets limit what the lane's phones send; nil means no limit.
	Budgets *Budgets
	// Refuse, when set, is the error with which a new job is refused.
	Refuse error
}

// Job returns the submission as a queued job.
func (s Submit) Job() Job {
	return Job{
		ID: s.ID, Site: s.Site, Key: s.Key, Content: s.Content,
		To: s.To, Text: s.Text, Ref: s.Ref, Lane: s.Lane,
		Created: s.Now, Deadline: s.Deadline, AnswerBy: endOf(s.Now, s.Wait),
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
	// Budgets limit what the phone sends; nil means no limit, and counts nothing.
	Budgets *Budgets
	// SIM is the slot of the job that is offered. The engine sets it for each.
	SIM int
	// Unasked is true for a phone that sends what it is handed without asking.
	Unasked bool
	// TakenFor is how long such a phone has to report before the job is uncertain; 0 means
	// for ever.
	TakenFor time.Duration
	// Pace is how long a phone needs for a text, by lane; absent when that is not known.
	Pace map[string]time.Duration
	// Withheld reports whether a job is not to be handed to a phone that does not ask: its
	// site has left and may come back. It does not block. nil withholds none.
	Withheld func(id string) bool
	// Now is the time.
	Now time.Time
}

// Offered is the outcome of a pull.
type Offered struct {
	// Jobs are the jobs that the phone is offered.
	Jobs []Job
	// NextAt is when the first lease of another phone on a job of these lanes ends, a job
	// that the phone holds can be offered to it again ([Job.AgainAt]), the phone's cooling
	// on one of the lanes ends, or it has budget again; zero when there is none. It is set only
	// when Jobs is empty.
	NextAt time.Time
	// Cooled are the lanes on which the phone is cooled, or has no budget for anything or for a
	// job that it would be offered.
	Cooled []string
}

// StateReport is a phone's report of the state that it has brought a job to.
type StateReport struct {
	// ID is the job's id.
	ID string
	// Phone is the phone that reports.
	Phone string
	// Lease is the lease under which the phone got the job. It may be empty for a job that
	// was handed to the phone without asking.
	Lease string
	// State is taken, sent, delivered, failed or cancelled.
	State relayapi.State
	// At is the phone's own time, zero when it gave none.
	At time.Time
	// Failure says why, with failed.
	Failure *relayapi.Failure
	// TakenFor is how long a phone that takes the job has to report before the job is
	// uncertain; 0 means for ever.
	TakenFor time.Duration
	// CoolFor is the first time for which a phone that cannot send is offered nothing; 0
	// means that it goes on.
	CoolFor time.Duration
	// Budgets limit what the phone sends; nil means no limit, and counts nothing.
	Budgets *Budgets
	// Spent is true when the job is offered, but counts no longer, and its SIM has no budget for
	// it. The engine sets it.
	Spent bool
	// Another is true when another phone of the lane is online and not cooled. The engine
	// sets it.
	Another bool
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
	// Device is what it says of itself; nil when it says nothing new. The queue keeps it, and
	// changes nothing of it.
	Device *relayapi.Device
	// At is when it made the request.
	At time.Time
}

// Sweep says which jobs to expire, clear and delete.
type Sweep struct {
	// Now is the time; jobs that have ended by themselves until then are stored so.
	Now time.Time
	// ClearBefore: jobs whose deadline was before it lose their text, unless a phone may
	// still have to send them.
	ClearBefore time.Time
	// HideBefore: ended jobs created before it need their number no longer: an engine that
	// stores jobs replaces it, and returns such a job without a number.
	HideBefore time.Time
	// ForgetUsesBefore: what counts towards budgets since before it is deleted. That is some
	// time after it counts for the last time, because calls reach an engine in any order.
	ForgetUsesBefore time.Time
	// ForgetBefore: jobs created before it are deleted.
	ForgetBefore time.Time
}
