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

// The errors of what a principal was not given. A [*ScopeError] matches one of them.
var (
	// ErrLaneForbidden: the principal was not given the lane.
	ErrLaneForbidden = errors.New("gateway: the token is not for this lane")
	// ErrCountryForbidden: the principal was not given the country.
	ErrCountryForbidden = errors.New("gateway: the token is not for this country")
	// ErrNoPrincipals: Config.Principals is nil, so nothing can be changed while the gateway
	// runs.
	ErrNoPrincipals = errors.New("gateway: Config.Principals is nil")
)

// ScopeError says which field of a request asks for what the principal was not given.
type ScopeError struct {
	// Field is lane, lanes or to.
	Field string
	// Value is the lane, or the calling code with a plus; never a number.
	Value string

	reason error
}

// Error names the field, and the lane or the country.
func (e *ScopeError) Error() string { return e.reason.Error() + ": " + e.Field + ": " + e.Value }

// Unwrap returns [ErrLaneForbidden] or [ErrCountryForbidden].
func (e *ScopeError) Unwrap() error { return e.reason }

// rules are the errors by which a queue says what its rules forbid.
var rules = []error{
	ErrUnknownJob, ErrContentDiffers, ErrNoPhoneOnline, ErrLaneBusy, ErrBudgetUsed, ErrNotCancellable, ErrForeignJob, ErrForeignLease, ErrLeaseLost,
	ErrJobCancelled, ErrJobExpired, ErrNotCancelling,
	ErrUnauthorized, ErrUnknownToken, ErrTokenRevoked, ErrRegistrationUnknown, ErrRegistrationUsed, ErrRegistrationExpired, ErrNameTaken,
}

// ruleOf returns the error of the rules that an error is, or nil.
func ruleOf(err error) error {
	for _, rule := range rules {
		if errors.Is(err, rule) {
			return rule
		}
	}
	return nil
}

// failed is what a caller hears of an error: a rule's as it is, and of an engine's only
// that there was one, which goes into the log.
func (g *Gateway) failed(ctx context.Context, what string, err error) error {
	var quota *QuotaError
	var field *FieldError
	var scope *ScopeError
	var limit *LimitError
	var busy *BusyError
	var budget *BudgetError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &field), errors.As(err, &scope), errors.As(err, &limit):
		return err
	case errors.As(err, &quota):
		return &QuotaError{RetryAt: quota.RetryAt, RetryAfter: quota.RetryAt.Sub(g.Now())}
	case errors.As(err, &busy):
		return busy
	case errors.As(err, &budget):
		told := *budget
		if !told.RetryAt.IsZero() {
			told.RetryAfter = max(0, told.RetryAt.Sub(g.Now()))
		}
		return &told
	}
	if rule := ruleOf(err); rule != nil {
		return rule
	}
	if cause := ctx.Err(); cause != nil {
		return cause
	}
	g.logger.Error("relay: the queue failed", "request", what, "error", err)
	return ErrQueueFailed
}
