package relayapi

// State is where a job is in its life.
type State string

// The states of a job.
const (
	// StateQueued: the gateway has stored the job and offered it to no phone yet.
	StateQueued State = "queued"
	// StateOffered: the gateway has offered the job to a phone, which has not taken it yet.
	StateOffered State = "offered"
	// StateTaken: a phone has said that it will send the text now, or the gateway has handed
	// the job to a phone that sends without asking ([Pull].Unasked). Until the phone's next
	// report it is unknown whether it has.
	StateTaken State = "taken"
	// StateCancelling: the job was cancelled after the gateway had handed it to a phone that
	// sends without asking, and the phone has not answered yet. It may have sent the text.
	StateCancelling State = "cancelling"
	// StateUncertain: a phone took the job and never said what became of it; it may have
	// sent the text. No phone gets the job any more. A later report of its phone still
	// counts.
	StateUncertain State = "uncertain"
	// StateSent: the phone has sent the text to the mobile network.
	StateSent State = "sent"
	// StateDelivered: the network has reported delivery. Final.
	StateDelivered State = "delivered"
	// StateFailed: the phone could not send the text, or the network could not
	// deliver it. Final.
	StateFailed State = "failed"
	// StateExpired: the deadline passed before any phone took the job. Final;
	// nothing was sent.
	StateExpired State = "expired"
	// StateCancelled: the job was cancelled before any phone took it, or its phone has
	// answered that it had not sent the text and will not. Final; nothing was sent.
	StateCancelled State = "cancelled"
)

// SourceKind says who changed a job's state.
type SourceKind string

// The sources of transitions.
const (
	// SourceSite is a site, named by its token.
	SourceSite SourceKind = "site"
	// SourcePhone is a phone, named by its token.
	SourcePhone SourceKind = "phone"
	// SourceOperator is an operator, named by the token.
	SourceOperator SourceKind = "operator"
	// SourceGateway is the gateway itself; it has no name.
	SourceGateway SourceKind = "gateway"
)

// FailureClass says why a phone failed; programs can act on it. With limit, no_service
// and config it is the phone that cannot send, so the gateway gives the job to another
// phone where it can.
type FailureClass string

// The classes of failure.
const (
	// FailureInvalidNumber: the number does not exist or cannot receive texts.
	FailureInvalidNumber FailureClass = "invalid_number"
	// FailureLimit: the SIM, the app or the vendor's SDK has reached a limit.
	FailureLimit FailureClass = "limit"
	// FailureNoService: no network, radio off, or no SIM.
	FailureNoService FailureClass = "no_service"
	// FailureRejected: the network or the vendor refused this text or recipient.
	FailureRejected FailureClass = "rejected"
	// FailureConfig: the phone is set up wrongly: a permission, a program or a SIM slot is missing.
	FailureConfig FailureClass = "config"
	// FailureTooLate: the job's time was over before the phone could send.
	FailureTooLate FailureClass = "too_late"
	// FailureUnknown: anything else.
	FailureUnknown FailureClass = "unknown"
)
