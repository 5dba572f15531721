package relayapi

// ErrorReply is the body of every refused call.
type ErrorReply struct {
	Error Error `json:"error"`
}

// Error says why a call was refused.
type Error struct {
	// Code is for programs; it is one of the codes below.
	Code ErrorCode `json:"code"`
	// Message is for people; it may change.
	Message string `json:"message"`
	// Field is the member or header at fault; absent when no single one is.
	Field string `json:"field,omitempty"`
	// State is the job's state, where the state is the reason.
	State State `json:"state,omitempty"`
}

// ErrorCode is the closed list of reasons for refusing a call.
type ErrorCode string

// Codes that any call can get.
const (
	// CodeBadJSON: the body is not one JSON object in UTF-8. 400.
	CodeBadJSON ErrorCode = "bad_json"
	// CodeUnknownField: the body has a member that does not exist. 400, with the field.
	CodeUnknownField ErrorCode = "unknown_field"
	// CodeInvalidField: a member or header is missing or has a wrong value. 400, with the field.
	CodeInvalidField ErrorCode = "invalid_field"
	// CodeUnauthorized: no token, or one that the gateway does not know. 401.
	CodeUnauthorized ErrorCode = "unauthorized"
	// CodeForbidden: the token's role may not make this call. 403.
	CodeForbidden ErrorCode = "forbidden"
	// CodeNotFound: there is no such path. 404.
	CodeNotFound ErrorCode = "not_found"
	// CodeMethodNotAllowed: the path does not take this method. 405.
	CodeMethodNotAllowed ErrorCode = "method_not_allowed"
	// CodeBodyTooLarge: the body is larger than [MaxBody]. 413.
	CodeBodyTooLarge ErrorCode = "body_too_large"
	// CodeBodyTimeout: the body did not come within ten seconds; nothing was done. 408.
	CodeBodyTimeout ErrorCode = "body_timeout"
	// CodeUnsupportedMediaType: the body is not declared as plain JSON. 415.
	CodeUnsupportedMediaType ErrorCode = "unsupported_media_type"
	// CodeQueueUnavailable: the queue did not store or read what was asked. 503. The
	// gateway cannot promise that nothing was stored; repeat with the same idempotency key.
	CodeQueueUnavailable ErrorCode = "queue_unavailable"
	// CodeShuttingDown: the gateway is going down; nothing was done. 503.
	CodeShuttingDown ErrorCode = "shutting_down"
)

// Codes for sites.
const (
	// CodeNoPhoneOnline: no phone is online on the lane; nothing was stored. 503.
	CodeNoPhoneOnline ErrorCode = "no_phone_online"
	// CodeRecipientQuota: the recipient has had its share; nothing was stored. 429 with Retry-After.
	CodeRecipientQuota ErrorCode = "recipient_quota"
	// CodeIdempotencyConflict: the key stands for a submission with other content. 409.
	CodeIdempotencyConflict ErrorCode = "idempotency_conflict"
	// CodeNotCancellable: a phone has taken the job, or it has ended. 409, with the state.
	CodeNotCancellable ErrorCode = "not_cancellable"
)

// Codes about one job.
const (
	// CodeUnknownJob: there is no such job, or it is not the caller's. 404.
	CodeUnknownJob ErrorCode = "unknown_job"
	// CodeForeignJob: the job was never offered to this phone. 403.
	CodeForeignJob ErrorCode = "foreign_job"
	// CodeForeignLease: the job was taken under another lease. 403.
	CodeForeignLease ErrorCode = "foreign_lease"
	// CodeLeaseLost: the lease ended, or a later pull replaced it, before the job was taken. 409.
	CodeLeaseLost ErrorCode = "lease_lost"
	// CodeJobCancelled: the job was called back before this phone took it. 410, with the state.
	CodeJobCancelled ErrorCode = "job_cancelled"
	// CodeJobExpired: the deadline passed before this phone took the job. 410, with the state.
	CodeJobExpired ErrorCode = "job_expired"
)
