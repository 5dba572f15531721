package relaydoor

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// refusals are the responses to the errors of the gateway.
var refusals = []struct {
	err     error
	status  int
	code    relayapi.ErrorCode
	field   string
	message string
}{
	{gateway.ErrUnknownJob, http.StatusNotFound, relayapi.CodeUnknownJob, "id", "this job does not exist"},
	{
		gateway.ErrContentDiffers, http.StatusConflict, relayapi.CodeIdempotencyConflict, relayapi.HeaderIdempotencyKey,
		"this key names another submission",
	},
	{gateway.ErrNoPhoneOnline, http.StatusServiceUnavailable, relayapi.CodeNoPhoneOnline, "lane", "no phone is online on this lane"},
	{gateway.ErrNotCancellable, http.StatusConflict, relayapi.CodeNotCancellable, "", "a phone has taken the job, or it has ended"},
	{gateway.ErrForeignJob, http.StatusForbidden, relayapi.CodeForeignJob, "id", "the gateway never offered this job to this phone"},
	{gateway.ErrForeignLease, http.StatusForbidden, relayapi.CodeForeignLease, "lease", "the job was taken under another lease"},
	{gateway.ErrLeaseLost, http.StatusConflict, relayapi.CodeLeaseLost, "lease", "the lease has ended: do not send"},
	{gateway.ErrJobCancelled, http.StatusGone, relayapi.CodeJobCancelled, "", "the job was cancelled: do not send"},
	{gateway.ErrJobExpired, http.StatusGone, relayapi.CodeJobExpired, "", "the job has expired: do not send"},
	{gateway.ErrNotCancelling, http.StatusConflict, relayapi.CodeNotCancelling, "state", "nobody has cancelled the job"},
	{gateway.ErrRegistrationUnknown, http.StatusNotFound, relayapi.CodeRegistrationUnknown, "code", "there is no such code: mind the typing"},
	{gateway.ErrRegistrationUsed, http.StatusGone, relayapi.CodeRegistrationUsed, "code", "the code was used: ask the operator for another"},
	{gateway.ErrRegistrationExpired, http.StatusGone, relayapi.CodeRegistrationExpired, "code", "the code has expired: ask the operator for another"},
	{gateway.ErrNameTaken, http.StatusConflict, relayapi.CodeNameTaken, "name", "somebody has this name: choose another"},
	{gateway.ErrNoPrincipals, http.StatusNotFound, relayapi.CodeNotFound, "", "this gateway registers no devices"},
	{gateway.ErrShuttingDown, http.StatusServiceUnavailable, relayapi.CodeShuttingDown, "", "the gateway is shutting down"},
	{
		gateway.ErrUnauthorized, http.StatusUnauthorized, relayapi.CodeUnauthorized, "Authorization",
		"want Authorization: Bearer with a token that the gateway knows",
	},
}

// refusalFor returns the response to an error of the gateway. It has the job's state where
// the state is the reason. Any other error is the queue's, or that the caller has left.
func refusalFor(err error, job gateway.Job) *refusal {
	refused := translate(err, job)
	refused.counted = true
	return refused
}

func translate(err error, job gateway.Job) *refusal {
	for _, known := range refusals {
		if errors.Is(err, known.err) {
			refused := refuseWith(known.status, known.code, known.field, known.message)
			refused.err.State = job.State
			if known.status == http.StatusUnauthorized {
				refused.header = map[string]string{"WWW-Authenticate": `Bearer realm="relay"`}
			}
			return refused
		}
	}
	var quota *gateway.QuotaError
	var busy *gateway.BusyError
	var budget *gateway.BudgetError
	var field *gateway.FieldError
	var forbidden *gateway.ForbiddenError
	var scope *gateway.ScopeError
	var limit *gateway.LimitError
	switch {
	case errors.As(err, &quota):
		refused := refuseWith(http.StatusTooManyRequests, relayapi.CodeRecipientQuota, "to", "the quota of this recipient is used up")
		return refused.retryAfter(quota.RetryAfter)
	case errors.As(err, &busy):
		refused := refuseWith(http.StatusServiceUnavailable, relayapi.CodeLaneBusy, "lane", "the phones of this lane cannot send it within wait_ms")
		return refused.retryAfter(busy.RetryAfter)
	case errors.As(err, &budget):
		refused := refuseWith(http.StatusTooManyRequests, relayapi.CodeSIMBudget, "lane", "no SIM of this lane has budget for the text")
		if budget.RetryAt.IsZero() {
			return refused
		}
		return refused.retryAfter(budget.RetryAfter)
	case errors.As(err, &scope):
		return outOfScope(scope)
	case errors.As(err, &limit):
		refused := refuseWith(http.StatusTooManyRequests, relayapi.CodeTooManyRequests, "Authorization",
			fmt.Sprintf("the limit of this token is %d %s", limit.Limit, limit.Of))
		return refused.retryAfter(limit.RetryAfter)
	case errors.As(err, &field):
		return invalid(memberOf(field.Field), field.Problem)
	case errors.As(err, &forbidden):
		return refuseWith(http.StatusForbidden, relayapi.CodeForbidden, "Authorization",
			"a token with the role "+forbidden.Role.String()+" may not make this request")
	}
	return refuseWith(http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable, "", "the queue failed")
}

// retryAfter says after how long to try again, in whole seconds.
func (r *refusal) retryAfter(d time.Duration) *refusal {
	seconds := max(1, int((d+time.Second-1)/time.Second))
	r.header = map[string]string{relayapi.HeaderRetryAfter: strconv.Itoa(seconds)}
	return r
}

func outOfScope(scope *gateway.ScopeError) *refusal {
	code, what := relayapi.CodeLaneForbidden, "lane"
	if errors.Is(scope, gateway.ErrCountryForbidden) {
		code, what = relayapi.CodeCountryForbidden, "country"
	}
	return refuseWith(http.StatusForbidden, code, scope.Field, "this token is not for the "+what+" "+scope.Value)
}

// members are the names on the wire of the gateway's fields, where they differ.
var members = map[string]string{
	"key": relayapi.HeaderIdempotencyKey, "ttl": "ttl_seconds", "wait": "wait_ms", "interval": "interval_ms",
	"failure": "error", "failure.class": "error.class",
}

func memberOf(field string) string {
	if member, ok := members[field]; ok {
		return member
	}
	return field
}
