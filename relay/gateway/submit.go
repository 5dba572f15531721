package gateway

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// submit answers POST /v1/messages.
func (g *Gateway) submit(c *call) (answer, *refusal) {
	var body relayapi.Submit
	if refused := decode(c, &body); refused != nil {
		return answer{}, refused
	}
	s, refused := g.complete(c, body)
	if refused != nil {
		return answer{}, refused
	}
	submitted, err := g.queue.Submit(c.Context(), s)
	if err != nil {
		if c.Context().Err() != nil && body.WaitMS > 0 {
			// The caller has gone and will not learn what became of the job, if it was stored.
			_, _ = g.callBack(c.Context(), s.ID)
		}
		return answer{}, g.refusalFor(c, err, Job{})
	}
	job, status := submitted.Job, http.StatusOK
	if submitted.New {
		status = http.StatusCreated
		g.logger.Info("relay: job stored", "job", job.ID, "site", job.Site, "lane", job.Lane, "to", job.To)
	}
	if body.WaitMS > 0 {
		job, err = g.await(c, job.ID, time.Duration(body.WaitMS)*time.Millisecond)
		if err != nil {
			return answer{}, g.refusalFor(c, err, Job{})
		}
	}
	return answer{status, submission(job)}, nil
}

// complete checks a body and adds what the gateway knows of the submission.
func (g *Gateway) complete(c *call, body relayapi.Submit) (Submit, *refusal) {
	to, refused := checkSubmit(&body)
	if refused != nil {
		return Submit{}, refused
	}
	key, refused := idempotencyKey(c.Header)
	if refused != nil {
		return Submit{}, refused
	}
	now := g.now()
	id, err := g.newID(now)
	if err != nil {
		return Submit{}, g.refusalFor(c, err, Job{})
	}
	return Submit{
		ID: id, Site: c.who, Key: key, Content: digest(to, body),
		To: to, Text: body.Text, Ref: body.Ref, Lane: body.Lane,
		Now: now, Deadline: now.Add(time.Duration(body.TTLSeconds) * time.Second), Quotas: g.cfg.Quotas,
	}, nil
}

// digest tells whether a repeated key brings the same message.
func digest(to relayapi.Number, body relayapi.Submit) string {
	content, _ := json.Marshal([]string{string(to), string(body.Text), body.Ref, body.Lane})
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// await returns the job once a phone has sent it or it has ended. When the time is
// over, or the caller has gone, or the gateway goes down, it calls the job back.
func (g *Gateway) await(c *call, id string, wait time.Duration) (Job, error) {
	over := time.NewTimer(wait)
	defer over.Stop()
	changed, stop := g.sites.watch(id)
	defer stop()
	for {
		now := g.now()
		job, err := g.queue.Job(c.Context(), id, now)
		if err != nil {
			_, _ = g.callBack(c.Context(), id)
			return Job{}, err
		}
		if rank(job.State) >= rank(relayapi.StateSent) {
			return job, nil
		}
		select {
		case <-changed:
		case <-expiry(job, now):
		case <-over.C:
			return g.callBack(c.Context(), id)
		case <-c.Context().Done():
			return g.callBack(c.Context(), id)
		case <-g.ending:
			return g.callBack(c.Context(), id)
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

// status answers GET /v1/messages/{id}.
func (g *Gateway) status(c *call) (answer, *refusal) {
	job, err := g.queue.Job(c.Context(), c.id, g.now())
	if err == nil && c.role == RoleSite && job.Site != c.who {
		err = ErrUnknownJob
	}
	if err != nil {
		return answer{}, g.refusalFor(c, err, Job{})
	}
	return answer{http.StatusOK, submission(job)}, nil
}

// cancel answers DELETE /v1/messages/{id}.
func (g *Gateway) cancel(c *call) (answer, *refusal) {
	cancellation := Cancellation{ID: c.id, By: Actor{relayapi.SourceOperator, c.who}, Now: g.now()}
	if c.role == RoleSite {
		cancellation.Site, cancellation.By.Kind = c.who, relayapi.SourceSite
	}
	job, err := g.queue.Cancel(c.Context(), cancellation)
	return g.cancelled(c, job, err)
}

// cancelKey answers DELETE /v1/messages.
func (g *Gateway) cancelKey(c *call) (answer, *refusal) {
	key, refused := idempotencyKey(c.Header)
	switch {
	case refused != nil:
		return answer{}, refused
	case key == "":
		return answer{}, invalid(relayapi.HeaderIdempotencyKey, "required: it names the submission to cancel")
	}
	now := g.now()
	id, err := g.newID(now)
	if err != nil {
		return answer{}, g.refusalFor(c, err, Job{})
	}
	job, err := g.queue.CancelKey(c.Context(), KeyCancellation{Site: c.who, Key: key, ID: id, Now: now})
	return g.cancelled(c, job, err)
}

func (g *Gateway) cancelled(c *call, job Job, err error) (answer, *refusal) {
	if err != nil {
		return answer{}, g.refusalFor(c, err, job)
	}
	g.logger.Info("relay: job cancelled", "job", job.ID, "site", job.Site)
	return answer{http.StatusOK, submission(job)}, nil
}

// health answers GET /healthz.
func (g *Gateway) health(c *call) (answer, *refusal) {
	if err := g.queue.Check(c.Context()); err != nil {
		return answer{}, g.refusalFor(c, err, Job{})
	}
	return answer{http.StatusOK, relayapi.Health{Status: "ok"}}, nil
}

// submission is a job as its site sees it.
func submission(j Job) relayapi.Submission {
	return relayapi.Submission{
		ID: j.ID, State: j.State, Ref: j.Ref, Lane: j.Lane, Phone: j.Phone,
		Created: relayapi.Time{Time: j.Created}, Deadline: relayapi.Time{Time: j.Deadline},
		Failure: j.Failure(), History: j.History,
	}
}
