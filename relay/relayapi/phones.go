package relayapi

// Pull is the body of POST [PathPull]. Every pull also says that the phone is
// there: it counts as online until twice its interval after its last call.
type Pull struct {
	// Max is how many jobs the phone can handle now, up to [MaxJobs]; absent or 0 means 1.
	Max int `json:"max,omitempty"`
	// WaitMS is how long the gateway may keep the call open while there is no work,
	// in milliseconds, at most [MaxWait]; absent or 0 means: answer at once.
	WaitMS int `json:"wait_ms,omitempty"`
	// IntervalMS is the longest that this phone stays silent between two calls, in
	// milliseconds, between [MinInterval] and [MaxInterval]; absent or 0 means [DefaultInterval].
	IntervalMS int `json:"interval_ms,omitempty"`
	// Lanes are the lanes that the phone serves; absent or empty means [DefaultLane] alone.
	Lanes []string `json:"lanes,omitempty"`
}

// Pulled is the answer to [Pull].
type Pulled struct {
	// Jobs are the jobs offered to the phone; empty when there is no work. A job that
	// was offered before and is not taken yet comes again, under a new lease.
	Jobs []Job `json:"jobs"`
}

// Job is one text for a phone to send. The two times in milliseconds count from
// the answer, so a phone with a wrong clock still keeps them.
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
	// LeaseDeadline is until when the phone may take the job, by the gateway's clock.
	LeaseDeadline Time `json:"lease_deadline"`
	// LeaseRemainingMS is how many milliseconds are left until the lease ends.
	LeaseRemainingMS int64 `json:"lease_remaining_ms"`
}

// StateReport is the body of POST [PathStateReports]: what became of one job.
type StateReport struct {
	// ID is the job's id. Required.
	ID string `json:"id"`
	// Lease is the lease that came with the job. Required.
	Lease string `json:"lease"`
	// State is taken, sent, delivered or failed. Required.
	State State `json:"state"`
	// At is when it happened by the phone's clock. It is kept beside the gateway's own
	// time and decides nothing.
	At Time `json:"at,omitzero"`
	// Error says why. Required with failed, refused with any other state.
	Error *Failure `json:"error,omitempty"`
}

// Recorded is the answer to a [StateReport] that the gateway has stored. A repeated
// report gets the same answer.
type Recorded struct {
	// ID is the job's id.
	ID string `json:"id"`
	// State is the job's state now; it may be further on than the report.
	State State `json:"state"`
}
