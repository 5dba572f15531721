package relaydoor

import (
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// submit handles POST /v1/messages.
func (d *Door) submit(req *request) (response, *refusal) {
	var body relayapi.Submit
	if refused := decode(req, &body); refused != nil {
		return response{}, refused
	}
	key, refused := idempotencyKey(req.Header)
	if refused != nil {
		return response{}, refused
	}
	wait := times(body.WaitMS, time.Millisecond)
	submitted, err := d.gateway.Submit(req.Context(), req.caller, gateway.Submission{
		Key: key, To: body.To, Text: body.Text, Ref: body.Ref, Lane: body.Lane, TTL: times(body.TTLSeconds, time.Second), Wait: wait,
	})
	if err != nil {
		return response{}, refusalFor(err, gateway.Job{})
	}
	job, status := submitted.Job, http.StatusOK
	if submitted.New {
		status = http.StatusCreated
	}
	if wait > 0 {
		if job, err = d.gateway.Await(req.Context(), job.ID, wait); err != nil {
			return response{}, refusalFor(err, gateway.Job{})
		}
	}
	return response{status, submission(job)}, nil
}

// times is a number of units, and the longest time there is where that is more.
func times(n int, unit time.Duration) time.Duration {
	most := int(math.MaxInt64 / unit)
	return time.Duration(min(max(n, -most), most)) * unit
}

// idempotencyKey returns the request's key, or "" when it has none. The gateway checks its
// form.
func idempotencyKey(header http.Header) (string, *refusal) {
	const field = relayapi.HeaderIdempotencyKey
	switch values := header.Values(field); {
	case len(values) == 0:
		return "", nil
	case len(values) > 1:
		return "", invalid(field, "the request has this header twice")
	case values[0] == "":
		return "", invalid(field, fmt.Sprintf("want 1 to %d characters", relayapi.MaxIdempotencyKey))
	default:
		return values[0], nil
	}
}

// status handles GET /v1/messages/{id}.
func (d *Door) status(req *request) (response, *refusal) {
	job, err := d.gateway.Job(req.Context(), req.caller, req.id)
	return answer(job, err)
}

// cancel handles DELETE /v1/messages/{id}.
func (d *Door) cancel(req *request) (response, *refusal) {
	job, err := d.gateway.Cancel(req.Context(), req.caller, req.id)
	return answer(job, err)
}

// cancelKey handles DELETE /v1/messages.
func (d *Door) cancelKey(req *request) (response, *refusal) {
	key, refused := idempotencyKey(req.Header)
	if refused != nil {
		return response{}, refused
	}
	job, err := d.gateway.CancelKey(req.Context(), req.caller, key)
	return answer(job, err)
}

func answer(job gateway.Job, err error) (response, *refusal) {
	if err != nil {
		return response{}, refusalFor(err, job)
	}
	return response{http.StatusOK, submission(job)}, nil
}

// health handles GET /healthz.
func (d *Door) health(req *request) (response, *refusal) {
	if err := d.gateway.Health(req.Context()); err != nil {
		return response{}, refusalFor(err, gateway.Job{})
	}
	return response{http.StatusOK, relayapi.Health{Status: "ok"}}, nil
}

// describe handles GET /v1/openapi.json.
func (d *Door) describe(*request) (response, *refusal) {
	return response{http.StatusOK, document(relayapi.OpenAPI())}, nil
}

// submission is a job as its site sees it.
func submission(j gateway.Job) relayapi.Submission {
	return relayapi.Submission{
		ID: j.ID, State: j.State, Ref: j.Ref, Lane: j.Lane, Phone: j.Phone,
		Created: relayapi.Time{Time: j.Created}, Deadline: relayapi.Time{Time: j.Deadline},
		Failure: j.Failure(), History: j.History,
	}
}
