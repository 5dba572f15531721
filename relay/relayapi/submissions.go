package relayapi

// Submit is the body of POST [PathSubmissions]: a text that a site wants sent.
type Submit struct {
	// To is the recipient, in E.164 ("+8613800138000") or as a mainland number. Required.
	To Number `json:"to"`
	// Text is what the phone sends, word for word. Required, at most [MaxText] characters.
	Text Text `json:"text"`
	// Ref is the site's own id for the text; it comes back in the [Submission].
	Ref string `json:"ref,omitempty"`
	// Lane chooses among the phones; absent means [DefaultLane].
	Lane string `json:"lane,omitempty"`
	// TTLSeconds is how long a phone may take the job, in seconds from now, between
	// [MinTTL] and [MaxTTL]; absent or 0 means [DefaultTTL].
	TTLSeconds int `json:"ttl_seconds,omitempty"`
	// WaitMS makes the gateway respond only when a phone has sent the text, the job has
	// ended, or this many milliseconds are over, at most [MaxWait]. When the time is over
	// and no phone has taken the job, the gateway cancels it, so that the site knows that
	// no phone will send it, unless another request with its key still waits. Phones get first what has the least time left, and nothing
	// that they cannot send within this time; what certainly cannot be is refused with
	// [CodeLaneBusy]. Absent or 0 means: respond as soon as the job is stored, and do not
	// cancel it.
	WaitMS int `json:"wait_ms,omitempty"`
}

// Submission is a job as its site and the operator see it. It holds neither the text
// nor the recipient.
type Submission struct {
	// ID is the gateway's id of the job.
	ID string `json:"id"`
	// State is where the job is now.
	State State `json:"state"`
	// Ref is what the site submitted; absent when it gave none.
	Ref string `json:"ref,omitempty"`
	// Lane is the job's lane.
	Lane string `json:"lane"`
	// Phone is the phone that holds, took or sent the job; absent before the first offer.
	Phone string `json:"phone,omitempty"`
	// Created is when the job was stored.
	Created Time `json:"created"`
	// Deadline is when the job expires unless a phone has taken it.
	Deadline Time `json:"deadline"`
	// Failure says why; present only in [StateFailed].
	Failure *Failure `json:"failure,omitempty"`
	// History holds every transition, oldest first.
	History []Transition `json:"history"`
}

// Transition is one step of a job's life.
type Transition struct {
	// State is the state that the job went to, or that a late report named.
	State State `json:"state"`
	// Source is who changed the job's state.
	Source SourceKind `json:"source"`
	// Name is the name of the source's token; absent for the gateway.
	Name string `json:"name,omitempty"`
	// At is when the gateway recorded it, by the gateway's clock.
	At Time `json:"at"`
	// ReportedAt is when it happened by the phone's own clock; absent when the report had no time.
	ReportedAt Time `json:"reported_at,omitzero"`
	// Failure says why; present only with [StateFailed].
	Failure *Failure `json:"failure,omitempty"`
	// Late is true for a report that came too late to change the job's state; it is
	// kept because it may be the only trace of a text that was sent.
	Late bool `json:"late,omitempty"`
}

// Failure says why a text was not sent or not delivered.
type Failure struct {
	// Class is one of the failure classes. Required.
	Class FailureClass `json:"class"`
	// Text is for people, at most [MaxFailureText] characters; the gateway cuts it and
	// replaces the text of the job and long groups of digits by stars.
	Text string `json:"text,omitempty"`
	// MayHaveSent is true when the phone may have sent the text all the same.
	MayHaveSent bool `json:"may_have_sent,omitempty"`
}

// Health is the body of the response to GET [PathHealth].
type Health struct {
	// Status is "ok".
	Status string `json:"status"`
}
