package gateway

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// ruleAnswers are the answers to the errors of the queue's rules.
var ruleAnswers = []struct {
	err     error
	status  int
	code    relayapi.ErrorCode
	field   string
	message string
}{
	{ErrUnknownJob, http.StatusNotFound, relayapi.CodeUnknownJob, "id", "there is no such job"},
	{
		ErrContentDiffers, http.StatusConflict, relayapi.CodeIdempotencyConflict, relayapi.HeaderIdempotencyKey,
		"this key stands for another submission",
	},
	{ErrNoPhoneOnline, http.StatusServiceUnavailable, relayapi.CodeNoPhoneOnline, "lane", "no phone is online on this lane"},
	{ErrNotCancellable, http.StatusConflict, relayapi.CodeNotCancellable, "", "a phone has taken the job, or it has ended"},
	{ErrForeignJob, http.StatusForbidden, relayapi.CodeForeignJob, "id", "this job was never offered to this phone"},
	{ErrForeignLease, http.StatusForbidden, relayapi.CodeForeignLease, "lease", "the job was taken under another lease"},
	{ErrLeaseLost, http.StatusConflict, relayapi.CodeLeaseLost, "lease", "the lease has ended or a later pull replaced it: do not send"},
	{ErrJobCancelled, http.StatusGone, relayapi.CodeJobCancelled, "", "the job was cancelled: do not send"},
	{ErrJobExpired, http.StatusGone, relayapi.CodeJobExpired, "", "the job has expired: do not send"},
}

// refusalFor turns an error of the queue into an answer. The job's state goes with it
// where the state is the reason. An error that is not one of the rules' is the
// engine's; it is logged and not shown.
func (g *Gateway) refusalFor(c *call, err error, job Job) *refusal {
	for _, known := range ruleAnswers {
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
	if c.Context().Err() == nil {
		g.logger.Error("relay: the queue failed", "call", c.Method+" "+c.URL.Path, "error", err)
	}
	return refuseWith(http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable, "", "the queue does not work at the moment")
}

func (g *Gateway) overQuota(quota *QuotaError) *refusal {
	wait := quota.RetryAt.Sub(g.now())
	seconds := max(1, int((wait+time.Second-1)/time.Second))
	refused := refuseWith(http.StatusTooManyRequests, relayapi.CodeRecipientQuota, "to", "this recipient has had its share of texts")
	refused.header = map[string]string{relayapi.HeaderRetryAfter: strconv.Itoa(seconds)}
	return refused
}
