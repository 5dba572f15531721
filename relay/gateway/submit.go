package gateway

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// submit handles POST /v1/messages.
func (g *Gateway) submit(req *request) (response, *refusal) {
	var body relayapi.Submit
	if refused := decode(req, &body); refused != nil {
		return response{}, refused
	}
	s, refused := g.complete(req, body)
	if refused != nil {
		return response{}, refused
	}
	submitted, err := g.queue.Submit(req.Context(), s)
	if err != nil {
		if req.Context().Err() != nil && body.WaitMS > 0 {
			// The site has left and will not learn whether the queue has stored the job.
			_, _ = g.cancelUnwanted(req.Context(), s.ID)
		}
		return response{}, g.refusalFor(req, err, Job{})
	}
	job, status := submitted.Job, http.StatusOK
	if submitted.New {
		status = http.StatusCreated
		g.logger.Info("relay: job stored", "job", job.ID, "site", job.Site, "lane", job.Lane, "to", job.To)
	}
	if body.WaitMS > 0 {
		job, err = g.await(req, job.ID, time.Duration(body.WaitMS)*time.Millisecond)
		if err != nil {
			return response{}, g.refusalFor(req, err, Job{})
		}
	}
	return response{status, submission(job)}, nil
}

// complete checks a body and adds what the gateway knows of the submission.
func (g *Gateway) complete(req *request, body relayapi.Submit) (Submit, *refusal) {
	to, refused := checkSubmit(&body)
	if refused != nil {
		return Submit{}, refused
	}
	key, refused := idempotencyKey(req.Header)
	if refused != nil {
		return Submit{}, refused
	}
	now := g.now()
	id, err := g.newID(now)
	if err != nil {
		return Submit{}, g.refusalFor(req, err, Job{})
	}
	return Submit{
		ID: id, Site: req.caller, Key: key, Content: digest(to, body),
		To: to, Text: body.Text, Ref: body.Ref, Lane: body.Lane,
		Now: now, Deadline: now.Add(time.Duration(body.TTLSeconds) * time.Second), Quotas: g.cfg.Quotas,
	}, nil
}

// digest shows whether a repeated key has the same content.
func digest(to relayapi.Number, body relayapi.Submit) string {
	content, _ := json.Marshal([]string{string(to), string(body.Text), body.Ref, body.Lane})
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// await returns the job once a phone has sent it or it has ended. When the wait is
// over, the site has left, or the gateway shuts down, it cancels the job.
func (g *Gateway) await(req *request, id string, wait time.Duration) (Job, error) {
	over := time.NewTimer(wait)
	defer over.Stop()
	changed, stop := g.watchers.watch(id)
	defer stop()
	for {
		now := g.now()
		job, err := g.queue.Job(req.Context(), id, now)
		if err != nil {
			_, _ = g.cancelUnwanted(req.Context(), id)
			return Job{}, err
		}
		if rank(job.State) >= rank(relayapi.StateSent) {
			return job, nil
		}
		select {
		case <-changed:
		case <-expiry(job, now):
		case <-over.C:
			return g.cancelUnwanted(req.Context(), id)
		case <-req.Context().Done():
			return g.cancelUnwanted(req.Context(), id)
		case <-g.ending:
			return g.cancelUnwanted(req.Context(), id)
		}
	}
}

// expiry fires at the deadline of a job that can still expire.
func expiry(job Job, now time.Time) <-chan time.Time {
	if !job.Open() {
		return nil
	}
	return time.NewTimer(job.Deadline.Sub(now)).C
}

// status handles GET /v1/messages/{id}.
func (g *Gateway) status(req *request) (response, *refusal) {
	job, err := g.queue.Job(req.Context(), req.id, g.now())
	if err == nil && req.role == RoleSite && job.Site != req.caller {
		err = ErrUnknownJob
	}
	if err != nil {
		return response{}, g.refusalFor(req, err, Job{})
	}
	return response{http.StatusOK, submission(job)}, nil
}

// cancel handles DELETE /v1/messages/{id}.
func (g *Gateway) cancel(req *request) (response, *refusal) {
	cancellation := Cancellation{ID: req.id, By: Actor{relayapi.SourceOperator, req.caller}, Now: g.now()}
	if req.role == RoleSite {
		cancellation.Site, cancellation.By.Kind = req.caller, relayapi.SourceSite
	}
	job, err := g.queue.Cancel(req.Context(), cancellation)
	return g.cancelled(req, job, err)
}

// cancelKey handles DELETE /v1/messages.
func (g *Gateway) cancelKey(req *request) (response, *refusal) {
	key, refused := idempotencyKey(req.Header)
	switch {
	case refused != nil:
		return response{}, refused
	case key == "":
		return response{}, invalid(relayapi.HeaderIdempotencyKey, "required: it names the submission to cancel")
	}
	now := g.now()
	id, err := g.newID(now)
	if err != nil {
		return response{}, g.refusalFor(req, err, Job{})
	}
	job, err := g.queue.CancelKey(req.Context(), KeyCancellation{Site: req.caller, Key: key, ID: id, Now: now})
	return g.cancelled(req, job, err)
}

func (g *Gateway) cancelled(req *request, job Job, err error) (response, *refusal) {
	if err != nil {
		return response{}, g.refusalFor(req, err, job)
	}
	g.logger.Info("relay: job cancelled", "job", job.ID, "site", job.Site)
	return response{http.StatusOK, submission(job)}, nil
}

// health handles GET /healthz.
func (g *Gateway) health(req *request) (response, *refusal) {
	if err := g.queue.Check(req.Context()); err != nil {
		return response{}, g.refusalFor(req, err, Job{})
	}
	return response{http.StatusOK, relayapi.Health{Status: "ok"}}, nil
}

// submission is a job as its site sees it.
func submission(j Job) relayapi.Submission {
	return relayapi.Submission{
		ID: j.ID, State: j.State, Ref: j.Ref, Lane: j.Lane, Phone: j.Phone,
		Created: relayapi.Time{Time: j.Created}, Deadline: relayapi.Time{Time: j.Deadline},
		Failure: j.Failure(), History: j.History,
	}
}
