package gateway

import (
	"context"
	"errors"
)

// The errors of a [Gateway] beside those of its queue's rules.
var (
	// ErrUnauthorized: no token, or one that the gateway does not know.
	ErrUnauthorized = errors.New("gateway: unknown token")
	// ErrShuttingDown: the gateway is shutting down and did nothing.
	ErrShuttingDown = errors.New("gateway: shutting down")
	// ErrQueueFailed: the queue failed, or no ids could be made. Whether anything was stored
	// is not known. The reason is in the log, and in no error: it may name files.
	ErrQueueFailed = errors.New("gateway: the queue failed")
)

// FieldError says which field of a request is wrong.
type FieldError struct {
	// Field is the name of the field, in lower case.
	Field string
	// Problem is what is wrong with it, without its value.
	Problem string
}

// Error names the field and the problem.
func (e *FieldError) Error() string { return "gateway: " + e.Field + ": " + e.Problem }

func invalid(field, problem string) error { return &FieldError{field, problem} }

// ForbiddenError says that a principal may not make a request.
type ForbiddenError struct {
	// Role is the principal's role.
	Role Role
}

// Error names the role.
func (e *ForbiddenError) Error() string {
	return "gateway: a token with the role " + e.Role.String() + " may not make this request"
}

// rules are the errors by which a queue says what its rules forbid.
var rules = []error{
	ErrUnknownJob, ErrContentDiffers, ErrNoPhoneOnline, ErrLaneBusy, ErrNotCancellable, ErrForeignJob, ErrForeignLease, ErrLeaseLost,
	ErrJobCancelled, ErrJobExpired, ErrNotCancelling,
}

// failed is what a caller hears of an error: a rule's as it is, and of an engine's only
// that there was one, which goes into the log.
func (g *Gateway) failed(ctx context.Context, what string, err error) error {
	var quota *QuotaError
	var busy *BusyError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &quota):
		return &QuotaError{RetryAt: quota.RetryAt, RetryAfter: quota.RetryAt.Sub(g.Now())}
	case errors.As(err, &busy):
		return busy
	}
	for _, rule := range rules {
		if errors.Is(err, rule) {
			return rule
		}
	}
	if cause := ctx.Err(); cause != nil {
		return cause
	}
	g.logger.Error("relay: the queue failed", "request", what, "error", err)
	return ErrQueueFailed
}
