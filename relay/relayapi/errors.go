package relayapi

// ErrorReply is the body of the response to a refused request.
type ErrorReply struct {
	Error Error `json:"error"`
}

// Error says why the gateway refused a request.
type Error struct {
	// Code is for programs; it is one of the codes below.
	Code ErrorCode `json:"code"`
	// Message is for people; it may change.
	Message string `json:"message"`
	// Field is the field or header that is wrong; absent when no single one is.
	Field string `json:"field,omitempty"`
	// State is the job's state, where the state is the reason.
	State State `json:"state,omitempty"`
}

// ErrorCode is why the gateway refused a request; the list is closed.
type ErrorCode string

// Codes for any request.
const (
	// CodeBadJSON: the body is not one JSON object in UTF-8. 400.
	CodeBadJSON ErrorCode = "bad_json"
	// CodeUnknownField: the body has a field that does not exist. 400, with the field.
	CodeUnknownField ErrorCode = "unknown_field"
	// CodeInvalidField: a field or header is missing or has a wrong value. 400, with the field.
	CodeInvalidField ErrorCode = "invalid_field"
	// CodeUnauthorized: no token, or one that the gateway does not know. 401.
	CodeUnauthorized ErrorCode = "unauthorized"
	// CodeForbidden: the token's role may not make this request. 403.
	CodeForbidden ErrorCode = "forbidden"
	// CodeLaneForbidden: the token is not for this lane; the gateway did nothing. 403, with the field.
	CodeLaneForbidden ErrorCode = "lane_forbidden"
	// CodeTooManyRequests: the token is over one of its limits; the gateway did nothing. 429 with Retry-After.
	CodeTooManyRequests ErrorCode = "too_many_requests"
	// CodeNotFound: there is no such path. 404.
	CodeNotFound ErrorCode = "not_found"
	// CodeMethodNotAllowed: the path does not take this method. 405.
	CodeMethodNotAllowed ErrorCode = "method_not_allowed"
	// CodeBodyTooLarge: the body is larger than [MaxBody]. 413.
	CodeBodyTooLarge ErrorCode = "body_too_large"
	// CodeBodyTimeout: the body did not arrive within ten seconds; the gateway did nothing. 408.
	CodeBodyTimeout ErrorCode = "body_timeout"
	// CodeUnsupportedMediaType: the body is not declared as plain JSON. 415.
	CodeUnsupportedMediaType ErrorCode = "unsupported_media_type"
	// CodeQueueUnavailable: the queue failed. 503. The gateway cannot tell whether it
	// stored anything; repeat with the same idempotency key.
	CodeQueueUnavailable ErrorCode = "queue_unavailable"
	// CodeShuttingDown: the gateway is shutting down and did nothing. 503.
	CodeShuttingDown ErrorCode = "shutting_down"
)

// Codes for sites.
const (
	// CodeNoPhoneOnline: no phone is online on the lane, or a site has just waited there and
	// no phone took the job, and none has called since; the gateway stored nothing. 503.
	CodeNoPhoneOnline ErrorCode = "no_phone_online"
	// CodeCountryForbidden: the site may not text numbers of this country; the gateway stored nothing. 403, with the field.
	CodeCountryForbidden ErrorCode = "country_forbidden"
	// CodeLaneBusy: the phones of the lane cannot send the text within the submission's
	// wait_ms; the gateway stored nothing. 503 with Retry-After.
	CodeLaneBusy ErrorCode = "lane_busy"
	// CodeRecipientQuota: the recipient's quota is used up; the gateway stored nothing. 429 with Retry-After.
	CodeRecipientQuota ErrorCode = "recipient_quota"
	// CodeSIMBudget: the SIMs of the phones that are online on the lane have no budget for the
	// text; the gateway stored nothing. 429 with Retry-After, unless the text is larger than
	// every budget.
	CodeSIMBudget ErrorCode = "sim_budget"
	// CodeIdempotencyConflict: the key names a submission with other content. 409.
	CodeIdempotencyConflict ErrorCode = "idempotency_conflict"
	// CodeNotCancellable: a phone has taken the job, or it has ended. 409, with the state;
	// with cancelling the phone was asked not to send.
	CodeNotCancellable ErrorCode = "not_cancellable"
)

// Codes about one job.
const (
	// CodeUnknownJob: there is no such job, or it is not the caller's. 404.
	CodeUnknownJob ErrorCode = "unknown_job"
	// CodeForeignJob: the gateway never offered the job to this phone. 403.
	CodeForeignJob ErrorCode = "foreign_job"
	// CodeForeignLease: the job was taken under another lease. 403.
	CodeForeignLease ErrorCode = "foreign_lease"
	// CodeLeaseLost: the lease ended before the job was taken. 409.
	CodeLeaseLost ErrorCode = "lease_lost"
	// CodeJobCancelled: the job was cancelled before this phone took it. 410, with the state.
	CodeJobCancelled ErrorCode = "job_cancelled"
	// CodeJobExpired: the deadline passed before this phone took the job. 410, with the state.
	CodeJobExpired ErrorCode = "job_expired"
	// CodeNotCancelling: a phone reported cancelled for a job that nobody has cancelled. 409,
	// with the state.
	CodeNotCancelling ErrorCode = "not_cancelling"
)

// Codes for devices that register.
const (
	// CodeRegistrationUnknown: there is no such code. 404, with the field.
	CodeRegistrationUnknown ErrorCode = "registration_unknown"
	// CodeRegistrationUsed: a device has used the code. 410, with the field.
	CodeRegistrationUsed ErrorCode = "registration_used"
	// CodeRegistrationExpired: the time of the code is over. 410, with the field.
	CodeRegistrationExpired ErrorCode = "registration_expired"
	// CodeNameTaken: somebody has the name that the device chose; the code can still be used.
	// 409, with the field.
	CodeNameTaken ErrorCode = "name_taken"
)
