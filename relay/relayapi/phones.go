package relayapi

// Pull is the body of POST [PathPull]: a phone asks for jobs. The phone is online until
// twice its interval after its last request.
type Pull struct {
	// Max is how many jobs the phone can handle now, up to [MaxJobs]; absent or 0 means 1.
	Max int `json:"max,omitempty"`
	// WaitMS is how long the gateway may wait for a job before it responds, in
	// milliseconds, at most [MaxWait]; absent or 0 means: respond at once.
	WaitMS int `json:"wait_ms,omitempty"`
	// IntervalMS is the longest time between two requests of this phone, in
	// milliseconds, between [MinInterval] and [MaxInterval]; absent or 0 means
	// [DefaultInterval].
	IntervalMS int `json:"interval_ms,omitempty"`
	// Lanes are the lanes that the phone serves; absent or empty means [DefaultLane] alone.
	Lanes []string `json:"lanes,omitempty"`
	// Unasked says that the phone's program cannot ask before it sends: it sends what it is
	// handed. Its jobs are taken at once. It gets each again, under the same lease, until it
	// has reported what became of it, so it reports before it pulls again.
	Unasked bool `json:"unasked,omitempty"`
	// Device is what the phone says of itself; absent when nothing has changed.
	Device *Device `json:"device,omitempty"`
}

// Pulled is the response to a [Pull].
type Pulled struct {
	// Jobs are the jobs that the gateway offers to the phone; empty when there are none.
	// A job that it offered to the phone before and that is not taken yet comes again, from
	// a tenth of its lease (a second at most) on, under another lease of the same end. Either lease can take
	// the job, and the other is refused then. One that was handed to a phone that does not ask
	// comes again under the same lease.
	Jobs []Job `json:"jobs"`
}

// Job is one text for a phone to send. The two times in milliseconds count from
// the response, so that a phone with a wrong clock can use them.
type Job struct {
	// ID is the gateway's id of the job.
	ID string `json:"id"`
	// To is the recipient in E.164.
	To Number `json:"to"`
	// Text is what to send, word for word.
	Text Text `json:"text"`
	// Lane is the lane that the job is on.
	Lane string `json:"lane"`
	// Deadline is when the job expires, by the gateway's clock.
	Deadline Time `json:"deadline"`
	// RemainingMS is how many milliseconds are left until the deadline.
	RemainingMS int64 `json:"remaining_ms"`
	// Lease names this offer; every report about the job carries it.
	Lease string `json:"lease"`
	// LeaseDeadline is when the lease ends: until then the phone may take the job; one that
	// does not ask should have reported by then. It is by the gateway's clock.
	LeaseDeadline Time `json:"lease_deadline"`
	// LeaseRemainingMS is how many milliseconds are left until the lease ends.
	LeaseRemainingMS int64 `json:"lease_remaining_ms"`
	// Cancelling is true when the site wants the job back from a phone that does not ask.
	// The phone reports cancelled if it has not sent the text, and then never sends it;
	// otherwise it reports what became of the text.
	Cancelling bool `json:"cancelling,omitempty"`
	// SIM is the slot of the SIM that is to send the text; absent when the phone chooses. It
	// is one of those in the phone's [Device].
	SIM int `json:"sim,omitempty"`
}

// StateReport is the body of POST [PathStateReports]: a phone says which
// state it has brought a job to.
type StateReport struct {
	// ID is the job's id. Required.
	ID string `json:"id"`
	// Lease is the lease that came with the job. Required.
	Lease string `json:"lease"`
	// State is taken, sent, delivered or failed, or cancelled as the answer to a job with
	// Cancelling. Required.
	State State `json:"state"`
	// At is when it happened by the phone's clock. The gateway keeps it beside its own time
	// and decides nothing by it.
	At Time `json:"at,omitzero"`
	// Error says why. Required with failed, refused with any other state.
	Error *Failure `json:"error,omitempty"`
}

// Recorded is the response to a [StateReport] that the gateway has stored. A repeated
// report gets the same response.
type Recorded struct {
	// ID is the job's id.
	ID string `json:"id"`
	// State is the job's state now; it may be a later one than the report's.
	State State `json:"state"`
}
