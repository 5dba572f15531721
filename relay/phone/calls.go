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

// received is a job with the moment of the answer that brought it.
type received struct {
	relayapi.Job
	at time.Time
}

func (r received) text() Text { return Text{Job: r.ID, To: r.To, Body: r.Text, Lane: r.Lane} }

// over reports whether the job's time has passed since it was received. The clock's
// setting does not matter. Both kinds of clock count, and the longer time wins:
// one stands still while a phone sleeps, the other can be set back.
func (r received) over(now time.Time) bool {
	elapsed := max(now.Sub(r.at), now.Round(0).Sub(r.at.Round(0)))
	return elapsed >= time.Duration(r.RemainingMS)*time.Millisecond
}

// pull asks for one job. One is enough: the phone sends one text at a time, and
// what it does not hold another phone can have.
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

// record sends one report.
func (a *Agent) record(ctx context.Context, r relayapi.StateReport) (relayapi.Recorded, error) {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Timeout)
	defer cancel()
	var recorded relayapi.Recorded
	err := a.call(ctx, a.stateReportsURL, r, &recorded)
	if err == nil && (recorded.ID != r.ID || recorded.State == "") {
		err = errors.New("the answer is about another job")
	}
	return recorded, err
}

// refusedError is a refusal of the gateway.
type refusedError struct {
	status int
	reason relayapi.Error
}

func (e *refusedError) Error() string {
	return fmt.Sprintf("the gateway refused: %d %s: %s", e.status, e.reason.Code, e.reason.Message)
}

// aboutTheJob are the refusals that no repetition will change.
var aboutTheJob = []relayapi.ErrorCode{
	relayapi.CodeBadJSON, relayapi.CodeUnknownField, relayapi.CodeInvalidField,
	relayapi.CodeUnknownJob, relayapi.CodeForeignJob, relayapi.CodeForeignLease,
	relayapi.CodeLeaseLost, relayapi.CodeJobCancelled, relayapi.CodeJobExpired,
}

// final reports whether err is the gateway's last word on a job.
func final(err error) bool {
	var refused *refusedError
	return errors.As(err, &refused) && slices.Contains(aboutTheJob, refused.reason.Code)
}

// call exchanges one body for another.
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
			return fmt.Errorf("unusable answer of the gateway: %w", err)
		}
		return nil
	}
	var refusal relayapi.ErrorReply
	if err := httpx.DecodeJSON(reply.Body, &refusal); err != nil {
		return fmt.Errorf("the gateway answered with status %d", reply.Status)
	}
	return &refusedError{reply.Status, refusal.Error}
}
