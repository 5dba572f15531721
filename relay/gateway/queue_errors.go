package gateway

import (
	"errors"
	"time"
)

// The errors of a [Queue]'s rules.
var (
	// ErrUnknownJob: there is no such job, or it is another site's.
	ErrUnknownJob = errors.New("gateway: unknown job")
	// ErrContentDiffers: the idempotency key names a job with other content.
	ErrContentDiffers = errors.New("gateway: the idempotency key names a job with other content")
	// ErrNoPhoneOnline: no phone is online on the lane.
	ErrNoPhoneOnline = errors.New("gateway: no phone is online on the lane")
	// ErrLaneBusy: the lane's phones cannot send the text within the site's wait.
	ErrLaneBusy = errors.New("gateway: the phones of the lane cannot send the text in time")
	// ErrBudgetUsed: no phone of the lane has budget for the text.
	ErrBudgetUsed = errors.New("gateway: no phone of the lane has budget for the text")
	// ErrNotCancellable: a phone has taken the job, or it has ended.
	ErrNotCancellable = errors.New("gateway: the job can no longer be cancelled")
	// ErrForeignJob: the gateway never offered the job to the phone.
	ErrForeignJob = errors.New("gateway: the job was never offered to this phone")
	// ErrForeignLease: the job was taken under another lease.
	ErrForeignLease = errors.New("gateway: the job was taken under another lease")
	// ErrLeaseLost: the lease ended before the phone took the job.
	ErrLeaseLost = errors.New("gateway: the lease has ended")
	// ErrJobCancelled: the job was cancelled before the phone took it.
	ErrJobCancelled = errors.New("gateway: the job was cancelled")
	// ErrJobExpired: the deadline passed before the phone took the job.
	ErrJobExpired = errors.New("gateway: the job has expired")
	// ErrNotCancelling: a phone reported cancelled for a job that nobody had asked it to drop.
	ErrNotCancelling = errors.New("gateway: nobody has cancelled the job")
	// ErrClosed: the queue is closed.
	ErrClosed = errors.New("gateway: the queue is closed")
)

// QuotaError says that the recipient's quota is used up.
type QuotaError struct {
	// RetryAt is when the next job may be submitted.
	RetryAt time.Time
	// RetryAfter is how long that is from the submission on; the gateway fills it in.
	RetryAfter time.Duration
}

// Error returns the time and no phone number.
func (e *QuotaError) Error() string {
	return "gateway: the recipient's quota is used up until " + e.RetryAt.UTC().Format(time.RFC3339)
}

// BudgetError says that no phone that is online on the lane has a SIM with budget for the
// text. It is [ErrBudgetUsed].
type BudgetError struct {
	// RetryAt is when there is budget again, if no other text comes; zero when the text is
	// larger than every budget.
	RetryAt time.Time
	// RetryAfter is how long that is from the submission on; the gateway fills it in.
	RetryAfter time.Duration
}

// NewBudgetError returns the error for the first time at which a budget is free, as
// [Budget.NotBefore] finds it; zero for never.
func NewBudgetError(freeAt time.Time) *BudgetError {
	if !freeAt.Before(never) {
		freeAt = time.Time{}
	}
	return &BudgetError{RetryAt: freeAt}
}

// Error returns the time.
func (e *BudgetError) Error() string {
	if e.RetryAt.IsZero() {
		return ErrBudgetUsed.Error() + ", which is larger than a budget"
	}
	return ErrBudgetUsed.Error() + " until " + e.RetryAt.UTC().Format(time.RFC3339)
}

// Unwrap returns [ErrBudgetUsed].
func (*BudgetError) Unwrap() error { return ErrBudgetUsed }

// BusyError says that the phones of a lane cannot send a text within its site's wait. It
// is [ErrLaneBusy].
type BusyError struct {
	// RetryAfter is after how long they can, if no other text comes.
	RetryAfter time.Duration
}

// Error returns the time.
func (e *BusyError) Error() string {
	return ErrLaneBusy.Error() + "; they can in " + e.RetryAfter.String()
}

// Unwrap returns [ErrLaneBusy].
func (*BusyError) Unwrap() error { return ErrLaneBusy }
