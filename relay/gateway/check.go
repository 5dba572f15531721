package gateway

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// checkSubmit checks a submission, sets the defaults, and returns its recipient in
// E.164.
func checkSubmit(body *relayapi.Submit) (relayapi.Number, *refusal) {
	if body.To == "" {
		return "", invalid("to", "required")
	}
	phone, err := provider.ParsePhone(string(body.To))
	if err != nil {
		return "", invalid("to", "not a phone number: want E.164 or a mainland mobile number")
	}
	if body.TTLSeconds == 0 {
		body.TTLSeconds = int(relayapi.DefaultTTL / time.Second)
	}
	if body.Lane == "" {
		body.Lane = relayapi.DefaultLane
	}
	for _, refused := range []*refusal{
		checkText(string(body.Text)),
		checkPrintable("ref", body.Ref, relayapi.MaxRef),
		checkLane("lane", body.Lane),
		checkRange("ttl_seconds", body.TTLSeconds, int(relayapi.MinTTL/time.Second), int(relayapi.MaxTTL/time.Second)),
		checkRange("wait_ms", body.WaitMS, 0, int(relayapi.MaxWait/time.Millisecond)),
	} {
		if refused != nil {
			return "", refused
		}
	}
	return relayapi.Number(phone.E164()), nil
}

func checkText(text string) *refusal {
	switch {
	case strings.TrimSpace(text) == "":
		return invalid("text", "required")
	case utf8.RuneCountInString(text) > relayapi.MaxText:
		return invalid("text", fmt.Sprintf("longer than %d characters", relayapi.MaxText))
	case strings.ContainsFunc(text, forbiddenInText):
		return invalid("text", "has a control character")
	case strings.ContainsRune(text, utf8.RuneError):
		return invalid("text", "has half of a surrogate pair or the replacement character U+FFFD")
	}
	return nil
}

func forbiddenInText(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
}

func checkPrintable(field, value string, most int) *refusal {
	if utf8.RuneCountInString(value) > most {
		return invalid(field, fmt.Sprintf("longer than %d characters", most))
	}
	if strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return invalid(field, "has a character that is not printable")
	}
	return nil
}

func checkLane(field, lane string) *refusal {
	if !relayapi.ValidLane(lane) {
		return invalid(field, relayapi.LaneForm)
	}
	return nil
}

func checkRange(field string, value, least, most int) *refusal {
	if value < least || value > most {
		return invalid(field, fmt.Sprintf("want %d to %d", least, most))
	}
	return nil
}

// idempotencyKey returns the request's key, or "" when it has none.
func idempotencyKey(header http.Header) (string, *refusal) {
	const field = relayapi.HeaderIdempotencyKey
	values := header.Values(field)
	switch {
	case len(values) == 0:
		return "", nil
	case len(values) > 1:
		return "", invalid(field, "the request has this header twice")
	case values[0] == "" || len(values[0]) > relayapi.MaxIdempotencyKey:
		return "", invalid(field, fmt.Sprintf("want 1 to %d characters", relayapi.MaxIdempotencyKey))
	case strings.ContainsFunc(values[0], func(r rune) bool { return r < ' ' || r > '~' }):
		return "", invalid(field, "want printable ASCII characters")
	}
	return values[0], nil
}

// checkPull checks a pull and sets the defaults.
func checkPull(body *relayapi.Pull) *refusal {
	if body.Max == 0 {
		body.Max = 1
	}
	if body.IntervalMS == 0 {
		body.IntervalMS = int(relayapi.DefaultInterval / time.Millisecond)
	}
	if len(body.Lanes) == 0 {
		body.Lanes = []string{relayapi.DefaultLane}
	}
	least, most := int(relayapi.MinInterval/time.Millisecond), int(relayapi.MaxInterval/time.Millisecond)
	for _, refused := range []*refusal{
		checkRange("max", body.Max, 1, relayapi.MaxJobs),
		checkRange("wait_ms", body.WaitMS, 0, int(relayapi.MaxWait/time.Millisecond)),
		checkRange("interval_ms", body.IntervalMS, least, most),
		checkLanes(body.Lanes),
	} {
		if refused != nil {
			return refused
		}
	}
	return nil
}

func checkLanes(lanes []string) *refusal {
	if len(lanes) > relayapi.MaxLanes {
		return invalid("lanes", fmt.Sprintf("more than %d", relayapi.MaxLanes))
	}
	for i, lane := range lanes {
		if refused := checkLane("lanes", lane); refused != nil {
			return refused
		}
		if slices.Contains(lanes[:i], lane) {
			return invalid("lanes", "names a lane twice")
		}
	}
	return nil
}

var reportable = []relayapi.State{
	relayapi.StateTaken, relayapi.StateSent, relayapi.StateDelivered, relayapi.StateFailed,
}

// checkStateReport checks a state report.
func checkStateReport(body relayapi.StateReport) *refusal {
	switch {
	case body.ID == "":
		return invalid("id", "required")
	case body.Lease == "":
		return invalid("lease", "required")
	case !slices.Contains(reportable, body.State):
		return invalid("state", "want taken, sent, delivered or failed")
	case body.State == relayapi.StateFailed && body.Error == nil:
		return invalid("error", "required with failed")
	case body.State != relayapi.StateFailed && body.Error != nil:
		return invalid("error", "allowed with failed only")
	case body.Error != nil && !relayapi.ValidFailureClass(body.Error.Class):
		return invalid("error.class", "want one of the failure classes")
	case !storable(body.At.Time):
		return invalid("at", "want a year from 0001 to 9999, in UTC")
	}
	return nil
}

// storable reports whether RFC 3339 can hold the time in UTC: there the year can be
// another than on the wire.
func storable(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 1 && year <= 9999
}
