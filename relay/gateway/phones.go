package gateway

import (
	"net/http"
	"time"

	"github.com/cnsms/cnsms/relay/internal/scrub"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// pull handles POST /v1/pull. It responds as soon as there are jobs, or when the phone's
// wait is over.
func (g *Gateway) pull(req *request) (response, *refusal) {
	var body relayapi.Pull
	if refused := decode(req, &body); refused != nil {
		return response{}, refused
	}
	if refused := checkPull(&body); refused != nil {
		return response{}, refused
	}
	jobs, err := g.waitForJobs(req, body)
	if err != nil {
		return response{}, g.refusalFor(req, err, Job{})
	}
	return response{http.StatusOK, g.pulled(jobs)}, nil
}

// waitForJobs offers jobs to the phone as soon as there are some. Meanwhile the phone is
// online.
func (g *Gateway) waitForJobs(req *request, body relayapi.Pull) ([]Job, error) {
	interval := time.Duration(body.IntervalMS) * time.Millisecond
	over := time.NewTimer(time.Duration(body.WaitMS) * time.Millisecond)
	defer over.Stop()
	// Look at least once in the length of a lease: the gateway may have offered a job to
	// another phone after this one's last look, and that lease may have ended.
	again := time.NewTicker(min(interval, g.cfg.Lease))
	defer again.Stop()
	pull := g.pulls.add(req.caller, body.Lanes)
	defer pull.end()
	for waiting := body.WaitMS > 0; ; {
		pull.waitAgain()
		now := g.now()
		presence := Presence{Phone: req.caller, Lanes: body.Lanes, Interval: interval, At: now}
		if err := g.queue.Seen(req.Context(), presence); err != nil {
			return nil, err
		}
		offered, err := g.offer(req, body, now)
		if err != nil {
			return nil, err
		}
		pull.wakeUsed()
		if len(offered.Jobs) > 0 || !waiting {
			return offered.Jobs, nil
		}
		select {
		case <-pull.woken:
			pull.wakeRead()
		case <-leaseEnd(offered, now):
		case <-again.C: // the phone is still online
		case <-over.C:
			waiting = false
		case <-g.ending:
			return nil, nil
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
}

func (g *Gateway) offer(req *request, body relayapi.Pull, now time.Time) (Offered, error) {
	lease, err := g.newLease()
	if err != nil {
		return Offered{}, err
	}
	return g.queue.Offer(req.Context(), Pull{
		Phone: req.caller, Lanes: body.Lanes, Max: body.Max, Lease: lease, LeaseFor: g.cfg.Lease, Now: now,
	})
}

// leaseEnd fires when the gateway may offer a job that another phone holds now.
func leaseEnd(offered Offered, now time.Time) <-chan time.Time {
	if offered.NextAt.IsZero() {
		return nil
	}
	return time.NewTimer(offered.NextAt.Sub(now)).C
}

// pulled is the response to a pull: the jobs as their phone sees them.
func (g *Gateway) pulled(jobs []Job) relayapi.Pulled {
	now := g.now()
	result := relayapi.Pulled{Jobs: make([]relayapi.Job, 0, len(jobs))}
	for _, job := range jobs {
		result.Jobs = append(result.Jobs, relayapi.Job{
			ID: job.ID, To: job.To, Text: job.Text, Lane: job.Lane,
			Deadline: relayapi.Time{Time: job.Deadline}, RemainingMS: job.Deadline.Sub(now).Milliseconds(),
			Lease:         job.Lease,
			LeaseDeadline: relayapi.Time{Time: job.LeaseEnd}, LeaseRemainingMS: job.LeaseEnd.Sub(now).Milliseconds(),
		})
	}
	return result
}

// report handles POST /v1/receipts.
func (g *Gateway) report(req *request) (response, *refusal) {
	var body relayapi.StateReport
	if refused := decode(req, &body); refused != nil {
		return response{}, refused
	}
	if refused := checkStateReport(body); refused != nil {
		return response{}, refused
	}
	now := g.now()
	if err := g.queue.Seen(req.Context(), Presence{Phone: req.caller, At: now}); err != nil {
		return response{}, g.refusalFor(req, err, Job{})
	}
	failure, err := g.failure(req, body)
	if err != nil {
		return response{}, g.refusalFor(req, err, Job{})
	}
	job, err := g.queue.Record(req.Context(), StateReport{
		ID: body.ID, Phone: req.caller, Lease: body.Lease, State: body.State, At: body.At.Time, Failure: failure, Now: now,
	})
	if err != nil {
		return response{}, g.refusalFor(req, err, job)
	}
	g.logger.Info("relay: phone reported a state", "job", job.ID, "phone", req.caller, "reported", body.State, "state", job.State, "to", job.To)
	return response{http.StatusOK, relayapi.Recorded{ID: job.ID, State: job.State}}, nil
}

// failure is what the gateway may keep of a report's failure. Its text could repeat the
// text of the job, which is deleted earlier.
func (g *Gateway) failure(req *request, body relayapi.StateReport) (*relayapi.Failure, error) {
	if body.Error == nil || body.Error.Text == "" {
		return body.Error, nil
	}
	job, err := g.queue.Job(req.Context(), body.ID, g.now())
	if err != nil {
		return nil, err
	}
	failure := *body.Error
	failure.Text = scrub.Failure(failure.Text, job.To, job.Text)
	return &failure, nil
}
