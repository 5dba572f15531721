package appdoor

import (
	"net/http"
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// message is a text as the app gets it.
type message struct {
	ID string `json:"id"`
	// Message is for versions before 1.39, which know no TextMessage.
	Message     string      `json:"message"`
	TextMessage textMessage `json:"textMessage"`
	// PhoneNumbers has one number: the app counts its limits by messages.
	PhoneNumbers []string `json:"phoneNumbers"`
	// SIMNumber is from 1 on; the app chooses when there is none.
	SIMNumber          int           `json:"simNumber,omitempty"`
	WithDeliveryReport bool          `json:"withDeliveryReport"`
	IsEncrypted        bool          `json:"isEncrypted"`
	ValidUntil         relayapi.Time `json:"validUntil"`
	// Priority is 0: from 100 on the app skips its own limits, which protect the SIM.
	Priority  int           `json:"priority"`
	CreatedAt relayapi.Time `json:"createdAt"`
	State     string        `json:"state"`
}

type textMessage struct {
	Text string `json:"text"`
}

// noMessages is the response to a pull when there is nothing to send, and when the gateway
// cannot offer anything: after an error the app would stay away for long.
var noMessages = []message{}

// pull handles GET /message. It never waits: the app drops a pull whenever an event comes.
func (d *Door) pull(req *request) (response, *refusal) {
	now := d.gateway.Now()
	jobs, err := d.gateway.Pull(req.Context(), req.caller, gateway.PullRequest{
		Lanes: d.lanesOf(req.caller), Max: relayapi.MaxJobs, Interval: d.options.PingInterval, Unasked: true,
		Device: req.phone.toDescribe(now, d.options.PingInterval),
	})
	if err != nil {
		return response{}, refusalFor(err)
	}
	req.phone.hasPulled(now, mayHaveLeft(jobs, now))
	slices.SortStableFunc(jobs, func(a, b gateway.Job) int { return a.Created.Compare(b.Created) })
	if req.URL.Query().Get("order") != "fifo" {
		slices.Reverse(jobs)
	}
	messages := make([]message, 0, len(jobs))
	for _, job := range jobs {
		if !tooLate(job, now) {
			messages = append(messages, messageOf(job))
		}
	}
	return response{status: http.StatusOK, body: messages}, nil
}

// mayHaveLeft reports whether there may be further jobs: when the pull brought a new one, or as
// many as it could. The app pulls once for each event, and one event can stand for several
// jobs.
func mayHaveLeft(jobs []gateway.Job, now time.Time) bool {
	return len(jobs) == relayapi.MaxJobs || slices.ContainsFunc(jobs, func(j gateway.Job) bool {
		return len(j.History) > 0 && !j.History[len(j.History)-1].At.Before(now)
	})
}

// tooLate reports whether a text must not be sent any more. Its phone may have it in hand and
// report it; to a phone that never got it, it must not be offered, because the phone judges
// the deadline by its own clock.
func tooLate(job gateway.Job, now time.Time) bool {
	return job.State != relayapi.StateCancelling && !now.Before(job.Deadline)
}

func messageOf(job gateway.Job) message {
	m := message{
		ID: job.ID, Message: string(job.Text), TextMessage: textMessage{string(job.Text)},
		PhoneNumbers: []string{string(job.To)}, SIMNumber: job.SIM, WithDeliveryReport: true,
		ValidUntil: relayapi.Time{Time: job.Deadline}, CreatedAt: relayapi.Time{Time: job.Created}, State: statePending,
	}
	if job.State == relayapi.StateCancelling {
		// A version before 1.67 takes the state for "Pending"; by this time it does not send.
		m.State, m.ValidUntil = "Cancelling", m.CreatedAt
	}
	return m
}
