package relaydoor

import (
	"net/http"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// pull handles POST /v1/pull. It responds as soon as there are jobs, or when the phone's
// wait is over.
func (d *Door) pull(req *request) (response, *refusal) {
	var body relayapi.Pull
	if refused := decode(req, &body); refused != nil {
		return response{}, refused
	}
	jobs, err := d.gateway.Pull(req.Context(), req.caller, gateway.PullRequest{
		Lanes: body.Lanes, Max: body.Max, Wait: times(body.WaitMS, time.Millisecond), Interval: times(body.IntervalMS, time.Millisecond),
		Unasked: body.Unasked, Device: body.Device,
	})
	if err != nil {
		return response{}, refusalFor(err, gateway.Job{})
	}
	return response{http.StatusOK, pulled(jobs, d.gateway.Now())}, nil
}

// pulled is the response to a pull: the jobs as their phone sees them.
func pulled(jobs []gateway.Job, now time.Time) relayapi.Pulled {
	result := relayapi.Pulled{Jobs: make([]relayapi.Job, 0, len(jobs))}
	for _, job := range jobs {
		result.Jobs = append(result.Jobs, relayapi.Job{
			ID: job.ID, To: job.To, Text: job.Text, Lane: job.Lane,
			Deadline: relayapi.Time{Time: job.Deadline}, RemainingMS: job.Deadline.Sub(now).Milliseconds(),
			Lease:         job.Lease,
			LeaseDeadline: relayapi.Time{Time: job.LeaseEnd}, LeaseRemainingMS: job.LeaseEnd.Sub(now).Milliseconds(),
			Cancelling: job.State == relayapi.StateCancelling, SIM: job.SIM,
		})
	}
	return result
}

// report handles POST /v1/receipts.
func (d *Door) report(req *request) (response, *refusal) {
	var body relayapi.StateReport
	if refused := decode(req, &body); refused != nil {
		return response{}, refused
	}
	job, err := d.gateway.Report(req.Context(), req.caller, gateway.ReportRequest{
		ID: body.ID, Lease: body.Lease, State: body.State, At: body.At.Time, Failure: body.Error,
	})
	if err != nil {
		return response{}, refusalFor(err, job)
	}
	return response{http.StatusOK, relayapi.Recorded{ID: job.ID, State: job.State}}, nil
}
