package gateway

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// ruleRefusals are the refusals for the errors of the queue's rules.
var ruleRefusals = []struct {
	err     error
	status  int
	code    relayapi.ErrorCode
	field   string
	message string
}{
	{ErrUnknownJob, http.StatusNotFound, relayapi.CodeUnknownJob, "id", "this job does not exist"},
	{
		ErrContentDiffers, http.StatusConflict, relayapi.CodeIdempotencyConflict, relayapi.HeaderIdempotencyKey,
		"this key names another submission",
	},
	{ErrNoPhoneOnline, http.StatusServiceUnavailable, relayapi.CodeNoPhoneOnline, "lane", "no phone is online on this lane"},
	{ErrNotCancellable, http.StatusConflict, relayapi.CodeNotCancellable, "", "a phone has taken the job, or it has ended"},
	{ErrForeignJob, http.StatusForbidden, relayapi.CodeForeignJob, "id", "the gateway never offered this job to this phone"},
	{ErrForeignLease, http.StatusForbidden, relayapi.CodeForeignLease, "lease", "the job was taken under another lease"},
	{ErrLeaseLost, http.StatusConflict, relayapi.CodeLeaseLost, "lease", "the lease has ended or a later pull replaced it: do not send"},
	{ErrJobCancelled, http.StatusGone, relayapi.CodeJobCancelled, "", "the job was cancelled: do not send"},
	{ErrJobExpired, http.StatusGone, relayapi.CodeJobExpired, "", "the job has expired: do not send"},
}

// refusalFor returns the refusal for an error of the queue. It has the job's state where
// the state is the reason. An error that is not one of the rules' is the engine's; the
// gateway logs it and does not show it.
func (g *Gateway) refusalFor(req *request, err error, job Job) *refusal {
	for _, known := range ruleRefusals {
		if errors.Is(err, known.err) {
			return &refusal{known.status, relayapi.Error{
				Code: known.code, Field: known.field, Message: known.message, State: job.State,
			}, nil}
		}
	}
	var quota *QuotaError
	if errors.As(err, &quota) {
		return g.overQuota(quota)
	}
	if req.Context().Err() == nil {
		g.logger.Error("relay: the queue failed", "request", req.Method+" "+req.URL.Path, "error", err)
	}
	return refuseWith(http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable, "", "the queue failed")
}

func (g *Gateway) overQuota(quota *QuotaError) *refusal {
	wait := quota.RetryAt.Sub(g.now())
	seconds := max(1, int((wait+time.Second-1)/time.Second))
	refused := refuseWith(http.StatusTooManyRequests, relayapi.CodeRecipientQuota, "to", "the quota of this recipient is used up")
	refused.header = map[string]string{relayapi.HeaderRetryAfter: strconv.Itoa(seconds)}
	return refused
}
