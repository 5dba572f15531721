package gateway

import (
	"net/http"
	"time"

	"github.com/cnsms/cnsms/relay/internal/scrub"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// pull answers POST /v1/pull: at once when there is work, otherwise when there is
// some, or the phone's wait is over.
func (g *Gateway) pull(c *call) (answer, *refusal) {
	var body relayapi.Pull
	if refused := decode(c, &body); refused != nil {
		return answer{}, refused
	}
	if refused := checkPull(&body); refused != nil {
		return answer{}, refused
	}
	jobs, err := g.work(c, body)
	if err != nil {
		return answer{}, g.refusalFor(c, err, Job{})
	}
	return answer{http.StatusOK, g.pulled(jobs)}, nil
}

// work waits for jobs. Meanwhile the phone counts as present.
func (g *Gateway) work(c *call, body relayapi.Pull) ([]Job, error) {
	interval := time.Duration(body.IntervalMS) * time.Millisecond
	over := time.NewTimer(time.Duration(body.WaitMS) * time.Millisecond)
	defer over.Stop()
	// A look at least once in the length of a lease: a job that another phone was
	// offered after this one's last look may have come free.
	again := time.NewTicker(min(interval, g.cfg.Lease))
	defer again.Stop()
	place := g.phones.join(c.who, body.Lanes)
	defer place.leave()
	for waiting := body.WaitMS > 0; ; {
		place.stand()
		now := g.now()
		presence := Presence{Phone: c.who, Lanes: body.Lanes, Interval: interval, At: now}
		if err := g.queue.Seen(c.Context(), presence); err != nil {
			return nil, err
		}
		offered, err := g.offer(c, body, now)
		if err != nil {
			return nil, err
		}
		place.served()
		if len(offered.Jobs) > 0 || !waiting {
			return offered.Jobs, nil
		}
		select {
		case <-place.woken:
			place.owe()
		case <-leaseEnd(offered, now):
		case <-again.C: // says that the phone is still there
		case <-over.C:
			waiting = false
		case <-g.ending:
			return nil, nil
		case <-c.Context().Done():
			return nil, c.Context().Err()
		}
	}
}

func (g *Gateway) offer(c *call, body relayapi.Pull, now time.Time) (Offered, error) {
	lease, err := g.newLease()
	if err != nil {
		return Offered{}, err
	}
	return g.queue.Offer(c.Context(), Pull{
		Phone: c.who, Lanes: body.Lanes, Max: body.Max, Lease: lease, LeaseFor: g.cfg.Lease, Now: now,
	})
}

// leaseEnd fires when a job may come free that another phone was offered.
func leaseEnd(offered Offered, now time.Time) <-chan time.Time {
	if offered.NextAt.IsZero() {
		return nil
	}
	return time.NewTimer(offered.NextAt.Sub(now)).C
}

// pulled is a phone's view of its jobs.
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

// report answers POST /v1/receipts.
func (g *Gateway) report(c *call) (answer, *refusal) {
	var body relayapi.StateReport
	if refused := decode(c, &body); refused != nil {
		return answer{}, refused
	}
	if refused := checkStateReport(body); refused != nil {
		return answer{}, refused
	}
	now := g.now()
	if err := g.queue.Seen(c.Context(), Presence{Phone: c.who, At: now}); err != nil {
		return answer{}, g.refusalFor(c, err, Job{})
	}
	failure, err := g.failure(c, body)
	if err != nil {
		return answer{}, g.refusalFor(c, err, Job{})
	}
	job, err := g.queue.Record(c.Context(), StateReport{
		ID: body.ID, Phone: c.who, Lease: body.Lease, State: body.State, At: body.At.Time, Failure: failure, Now: now,
	})
	if err != nil {
		return answer{}, g.refusalFor(c, err, job)
	}
	g.logger.Info("relay: report", "job", job.ID, "phone", c.who, "reported", body.State, "state", job.State, "to", job.To)
	return answer{http.StatusOK, relayapi.Recorded{ID: job.ID, State: job.State}}, nil
}

// failure is what may be kept of a phone's reason. Its text is not trusted to be
// free of the message, because it outlives the message.
func (g *Gateway) failure(c *call, body relayapi.StateReport) (*relayapi.Failure, error) {
	if body.Error == nil || body.Error.Text == "" {
		return body.Error, nil
	}
	job, err := g.queue.Job(c.Context(), body.ID, g.now())
	if err != nil {
		return nil, err
	}
	failure := *body.Error
	failure.Text = scrub.Failure(failure.Text, job.To, job.Text)
	return &failure, nil
}
