package phone

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// received is a job with the time of the response that it came in.
type received struct {
	relayapi.Job
	at time.Time
}

func (r received) text() Text {
	return Text{Job: r.ID, To: r.To, Body: r.Text, Lane: r.Lane, SIM: r.SIM}
}

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
	err := a.call(ctx, relayapi.PathPull, relayapi.Pull{
		Device: a.describe(ctx),
		Max:    1, WaitMS: millis(a.cfg.Wait), IntervalMS: millis(a.cfg.Interval), Lanes: a.cfg.Lanes,
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
	err := a.call(ctx, relayapi.PathStateReports, r, &recorded)
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
	if e.reason.Code == "" {
		return fmt.Sprintf("the gateway responded with status %d", e.status)
	}
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

// wasAnswered reports whether the gateway has answered, with an error.
func wasAnswered(err error) bool {
	var refused *refusedError
	return errors.As(err, &refused)
}

// refusedField is the field that the gateway refused.
func refusedField(err error) (field string, ok bool) {
	var refused *refusedError
	ok = errors.As(err, &refused)
	if ok {
		field = refused.reason.Field
	}
	return field, ok
}

// hasExpired reports whether the gateway refused because the job has expired.
func hasExpired(err error) bool {
	var refused *refusedError
	return errors.As(err, &refused) && refused.reason.Code == relayapi.CodeJobExpired
}

// call posts a body and decodes the response.
func (a *Agent) call(ctx context.Context, path string, body, into any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return err
	}
	got, err := a.client.post(ctx, path, encoded)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if got.status == http.StatusOK {
		if err := decode(got.body, into); err != nil {
			return fmt.Errorf("the gateway's response is unusable: %w", err)
		}
		return nil
	}
	err = refusal(got)
	if isWrongToken(err) {
		a.giveUp(fmt.Errorf("phone: the gateway does not accept the token: %w", err))
	}
	return err
}

// refusal is the error for a response that is no success.
func refusal(got reply) error {
	var refused relayapi.ErrorReply
	if decode(got.body, &refused) != nil {
		return &refusedError{status: got.status}
	}
	return &refusedError{got.status, refused.Error}
}

// isWrongToken reports whether the gateway refuses whatever the agent asks for: it does not
// know the token, or the token is not a phone's, or not for the phone's lanes.
func isWrongToken(err error) bool {
	var refused *refusedError
	if !errors.As(err, &refused) {
		return false
	}
	code := refused.reason.Code
	return refused.status == http.StatusUnauthorized || code == relayapi.CodeForbidden || code == relayapi.CodeLaneForbidden ||
		refused.status == http.StatusForbidden && code == ""
}

// decode reads a response that must be one JSON object. The error does not repeat the
// response, which may hold a text.
func decode(body []byte, into any) error {
	if !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) {
		return errors.New("not a JSON object")
	}
	if json.Unmarshal(body, into) != nil {
		return errors.New("not the expected JSON")
	}
	return nil
}
