package appdoor

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/cnsms/cnsms/provider/segments"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// The states of the app.
const (
	statePending   = "Pending"   // in the phone's own queue
	stateProcessed = "Processed" // handed to the radio
	stateSent      = "Sent"
	stateDelivered = "Delivered"
	stateFailed    = "Failed"
	stateCancelled = "Cancelled"
)

// receipt is what the app reports of one message, which has one recipient. Its number is not
// looked at: the message is known by its id.
type receipt struct {
	ID         string `json:"id"`
	State      string `json:"state"`
	Recipients []struct {
		State string `json:"state"`
		Error string `json:"error"`
	} `json:"recipients"`
	// States are the times at which the message first came to each state.
	States map[string]any `json:"states"`
}

// report handles PATCH /message. Whatever a receipt says, the answer is 204, unless it could
// not be stored: the app repeats what was refused.
func (d *Door) report(req *request) (response, *refusal) {
	var receipts []receipt
	if refused := req.decode(&receipts); refused != nil {
		return response{}, refused
	}
	for _, r := range receipts {
		if err := d.receive(req, r); err != nil {
			return response{}, refusalFor(err)
		}
		if r.last() != "" {
			req.phone.hasReported()
		}
	}
	return response{status: http.StatusNoContent}, nil
}

// receive reports what a receipt says. It returns an error when that was not stored, and would
// be if the app repeated it.
func (d *Door) receive(req *request, r receipt) error {
	var job gateway.Job
	for _, state := range r.reached() {
		report := gateway.ReportRequest{ID: r.ID, Unasked: true, State: state, At: r.at(state)}
		if state == relayapi.StateFailed {
			report.Failure = d.failure(req.Context(), r)
		}
		known, err := d.gateway.Report(req.Context(), req.caller, report)
		if errors.Is(err, gateway.ErrNotCancelling) && (known.InHand() || known.State == relayapi.StateUncertain) {
			// Its user has cancelled it on the phone: it was not sent, and will not be.
			report.State, report.Failure = relayapi.StateFailed, &relayapi.Failure{Class: relayapi.FailureUnknown, Text: "cancelled on the phone"}
			known, err = d.gateway.Report(req.Context(), req.caller, report)
		}
		switch {
		case err == nil:
			job = known
		case repeatable(err):
			return err
		}
	}
	d.checkClock(req, r, job)
	return nil
}

// repeatable reports whether a report may be accepted when it comes again.
func repeatable(err error) bool {
	var limit *gateway.LimitError
	return errors.Is(err, gateway.ErrQueueFailed) || errors.Is(err, gateway.ErrShuttingDown) || errors.Is(err, gateway.ErrUnauthorized) ||
		errors.As(err, &limit) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// words are the states that end the app's part, or nearly, in the order in which they count
// when the receipt's own state says less than its history.
var words = []string{stateDelivered, stateSent, stateFailed, stateCancelled}

// reached are the states that the job has come to, first to last. Requests overtake each
// other, and so do the answers of the radio: a receipt can say "Processed" of a text that was
// sent. Its history is never less than its state.
func (r receipt) reached() []relayapi.State {
	last := r.last()
	if last == "" {
		return nil
	}
	own := map[string]relayapi.State{
		stateSent: relayapi.StateSent, stateDelivered: relayapi.StateDelivered,
		stateFailed: relayapi.StateFailed, stateCancelled: relayapi.StateCancelled,
	}
	if r.wasSent() && last != stateSent && last != stateCancelled {
		return []relayapi.State{relayapi.StateSent, own[last]}
	}
	return []relayapi.State{own[last]}
}

// last is the latest state that means something to the gateway; empty for none.
func (r receipt) last() string {
	for _, said := range []string{r.State, r.recipientState()} {
		if slices.Contains(words, said) {
			return said
		}
	}
	for _, word := range words {
		if _, ok := r.States[word]; ok {
			return word
		}
	}
	return ""
}

func (r receipt) wasSent() bool {
	_, sent := r.States[stateSent]
	return sent
}

func (r receipt) recipientState() string {
	if len(r.Recipients) == 0 {
		return ""
	}
	return r.Recipients[0].State
}

// at is when the job came to a state by the phone's clock; zero when the receipt does not say.
func (r receipt) at(state relayapi.State) time.Time {
	word := map[relayapi.State]string{
		relayapi.StateSent: stateSent, relayapi.StateDelivered: stateDelivered,
		relayapi.StateFailed: stateFailed, relayapi.StateCancelled: stateCancelled,
	}[state]
	if at, ok := timeOf(r.States[word]); ok {
		return at
	}
	return time.Time{}
}

// failure says why a text was not sent. Of a text in several parts, some can have been sent
// though the radio refused one.
func (d *Door) failure(ctx context.Context, r receipt) *relayapi.Failure {
	said := ""
	if len(r.Recipients) > 0 {
		said = r.Recipients[0].Error
	}
	failure := failureOf(said)
	switch {
	case r.wasSent():
		failure.MayHaveSent = true
	case !failure.MayHaveSent && ofOnePart(failure):
		job, err := d.gateway.Job(ctx, d.self(), r.ID)
		failure.MayHaveSent = err == nil && segments.CountAbroad(string(job.Text), "") > 1
	}
	return failure
}
