package phone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// received is a job with the time of the response that it came in.
type received struct {
	relayapi.Job
	at time.Time
}

func (r received) text() Text { return Text{Job: r.ID, To: r.To, Body: r.Text, Lane: r.Lane} }

// over reports whether the job's time has passed since it was received. It does not
// depend on what time the clock shows. It takes the longer of the monotonic and the
// wall clock time: the one stops while a phone sleeps, the other can be set back.
func (r received) over(now time.Time) bool {
	elapsed := max(now.Sub(r.at), now.Round(0).Sub(r.at.Round(0)))
	return elapsed >= time.Duration(r.RemainingMS)*time.Millisecond
}

// pull asks for one job. One is enough: the phone sends one text at a time, and other
// phones can get the other jobs.
func (a *Agent) pull(ctx context.Context) ([]received, error) {
	var pulled relayapi.Pulled
	err := a.call(ctx, a.pullURL, relayapi.Pull{
		Max: 1, WaitMS: millis(a.cfg.Wait), IntervalMS: millis(a.cfg.Interval), Lanes: a.cfg.Lanes,
	}, &pulled)
	if err != nil {
		return nil, err
	}
	now := a.cfg.Now()
	jobs := make([]received, len(pulled.Jobs))
	for i, job := range pulled.Jobs {
		jobs[i] = received{job, now}
	}
	return jobs, nil
}

func millis(d time.Duration) int { return int(d / time.Millisecond) }

// record sends one state report.
func (a *Agent) record(ctx context.Context, r relayapi.StateReport) (relayapi.Recorded, error) {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Timeout)
	defer cancel()
	var recorded relayapi.Recorded
	err := a.call(ctx, a.stateReportsURL, r, &recorded)
	if err == nil && (recorded.ID != r.ID || recorded.State == "") {
		err = errors.New("the response is about another job")
	}
	return recorded, err
}

// refusedError says that the gateway refused a request.
type refusedError struct {
	status int
	reason relayapi.Error
}

func (e *refusedError) Error() string {
	return fmt.Sprintf("the gateway refused: %d %s: %s", e.status, e.reason.Code, e.reason.Message)
}

// refusedForGood are the codes that a repeated report would get again.
var refusedForGood = []relayapi.ErrorCode{
	relayapi.CodeBadJSON, relayapi.CodeUnknownField, relayapi.CodeInvalidField,
	relayapi.CodeUnknownJob, relayapi.CodeForeignJob, relayapi.CodeForeignLease,
	relayapi.CodeLeaseLost, relayapi.CodeJobCancelled, relayapi.CodeJobExpired,
}

// isRefusedForGood reports whether the gateway would refuse the report again.
func isRefusedForGood(err error) bool {
	var refused *refusedError
	return errors.As(err, &refused) && slices.Contains(refusedForGood, refused.reason.Code)
}

// call posts a body and decodes the response.
func (a *Agent) call(ctx context.Context, address *url.URL, body, into any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return err
	}
	reply, err := a.client.Do(ctx, httpx.Request{
		Op: address.Path, Method: http.MethodPost, URL: address, Header: a.header, Body: encoded,
	})
	if err != nil {
		return err
	}
	if reply.Status == http.StatusOK {
		if err := httpx.DecodeJSON(reply.Body, into); err != nil {
			return fmt.Errorf("the gateway's response is unusable: %w", err)
		}
		return nil
	}
	var refusal relayapi.ErrorReply
	if err := httpx.DecodeJSON(reply.Body, &refusal); err != nil {
		return fmt.Errorf("the gateway responded with status %d", reply.Status)
	}
	return &refusedError{reply.Status, refusal.Error}
}
