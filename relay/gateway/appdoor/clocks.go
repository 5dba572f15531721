package appdoor

import (
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// clockTolerance is how wrong a phone's clock may be before the log says so.
const clockTolerance = time.Minute

// timeOf reads a time of the app, in any form of RFC 3339 that it has used. One that a gateway
// would refuse is none: what the phone has done counts all the same.
func timeOf(value any) (time.Time, bool) {
	text, _ := value.(string)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700"} {
		if at, err := time.Parse(layout, text); err == nil {
			year := at.UTC().Year()
			return at, year >= 1 && year <= 9999
		}
	}
	return time.Time{}, false
}

// checkClock logs, once for each phone, that its clock is wrong. What a receipt tells happened
// between the hand-out and now; receipts can be repeated for long, so that a time before now
// says nothing, but one after now does, and one before the hand-out.
func (d *Door) checkClock(req *request, r receipt, job gateway.Job) {
	now, handedOut := d.gateway.Now(), handOut(job, req.caller.Name)
	for word, value := range r.States {
		at, ok := timeOf(value)
		if !ok || word == statePending {
			continue
		}
		switch ahead, behind := at.Sub(now), handedOut.Sub(at); {
		case ahead > clockTolerance:
			d.tellOfClock(req, "ahead", ahead)
		case !handedOut.IsZero() && behind > clockTolerance:
			d.tellOfClock(req, "behind", behind)
		}
	}
}

// handOut is when the job was last handed to a phone; zero when it never was.
func handOut(job gateway.Job, phone string) time.Time {
	for _, t := range slices.Backward(job.History) {
		if t.State == relayapi.StateTaken && t.Name == phone {
			return t.At.Time
		}
	}
	return time.Time{}
}

func (d *Door) tellOfClock(req *request, direction string, by time.Duration) {
	if req.phone.firstToTell() {
		d.gateway.Logger().Warn("appdoor: the phone's clock is wrong; set it to network time: the phone judges by it until when a text may be sent",
			"phone", req.caller.Name, "direction", direction, "by_at_least", by.Truncate(time.Second))
	}
}
