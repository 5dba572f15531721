package gateway

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// checked returns the submission with its defaults, and its recipient in E.164.
func (s Submission) checked() (Submission, relayapi.Number, error) {
	if s.To == "" {
		return s, "", invalid("to", "required")
	}
	phone, err := provider.ParsePhone(string(s.To))
	if err != nil {
		return s, "", invalid("to", "not a phone number: want E.164 or a mainland mobile number")
	}
	s.TTL, s.Lane = cmp.Or(s.TTL, relayapi.DefaultTTL), cmp.Or(s.Lane, relayapi.DefaultLane)
	return s, relayapi.Number(phone.E164()), firstError(
		checkText(string(s.Text)),
		checkPrintable("ref", s.Ref, relayapi.MaxRef),
		checkLane("lane", s.Lane),
		checkTime("ttl", s.TTL, relayapi.MinTTL, relayapi.MaxTTL),
		checkTime("wait", s.Wait, 0, relayapi.MaxWait),
		checkKey(s.Key),
	)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func checkText(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return invalid("text", "required")
	case !strings.ContainsFunc(text, visible):
		return invalid("text", "has no visible character")
	case utf8.RuneCountInString(text) > relayapi.MaxText:
		return invalid("text", fmt.Sprintf("longer than %d characters", relayapi.MaxText))
	case strings.ContainsFunc(text, forbiddenInText):
		return invalid("text", "has a control character")
	case strings.ContainsRune(text, utf8.RuneError):
		return invalid("text", "has half of a surrogate pair or the replacement character U+FFFD")
	}
	return nil
}

// visible reports whether a character shows. Those of width zero do not, nor do white space
// and the blanks of Braille and of Hangul.
func visible(r rune) bool {
	const blankBraille = '\u2800'
	return !unicode.IsSpace(r) && r != blankBraille &&
		!unicode.In(r, unicode.C, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

func forbiddenInText(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
}

func checkPrintable(field, value string, most int) error {
	if utf8.RuneCountInString(value) > most {
		return invalid(field, fmt.Sprintf("longer than %d characters", most))
	}
	if strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return invalid(field, "has a character that is not printable")
	}
	return nil
}

func checkLane(field, lane string) error {
	if !relayapi.ValidLane(lane) {
		return invalid(field, relayapi.LaneForm)
	}
	return nil
}

func checkRange(field string, value, least, most int) error {
	if value < least || value > most {
		return invalid(field, fmt.Sprintf("want %d to %d", least, most))
	}
	return nil
}

func checkTime(field string, value, least, most time.Duration) error {
	if value < least || value > most {
		return invalid(field, fmt.Sprintf("want %v to %v", least, most))
	}
	return nil
}

// checkKey checks an idempotency key; empty is none.
func checkKey(key string) error {
	switch {
	case len(key) > relayapi.MaxIdempotencyKey:
		return invalid("key", fmt.Sprintf("want 1 to %d characters", relayapi.MaxIdempotencyKey))
	case strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }):
		return invalid("key", "want printable ASCII characters")
	}
	return nil
}

// checked returns the request with its defaults.
func (p PullRequest) checked() (PullRequest, error) {
	p.Max, p.Interval = cmp.Or(p.Max, 1), cmp.Or(p.Interval, relayapi.DefaultInterval)
	if len(p.Lanes) == 0 {
		p.Lanes = []string{relayapi.DefaultLane}
	}
	return p, firstError(
		checkRange("max", p.Max, 1, relayapi.MaxJobs),
		checkTime("wait", p.Wait, 0, relayapi.MaxWait),
		checkTime("interval", p.Interval, relayapi.MinInterval, relayapi.MaxInterval),
		checkLanes(p.Lanes),
		checkDevice(p.Device),
	)
}

func checkLanes(lanes []string) error {
	if len(lanes) > relayapi.MaxLanes {
		return invalid("lanes", fmt.Sprintf("more than %d", relayapi.MaxLanes))
	}
	for i, lane := range lanes {
		if err := checkLane("lanes", lane); err != nil {
			return err
		}
		if slices.Contains(lanes[:i], lane) {
			return invalid("lanes", "names a lane twice")
		}
	}
	return nil
}

var reportable = []relayapi.State{
	relayapi.StateTaken, relayapi.StateSent, relayapi.StateDelivered, relayapi.StateFailed, relayapi.StateCancelled,
}

// check checks a state report.
func (r ReportRequest) check() error {
	switch {
	case r.ID == "":
		return invalid("id", "required")
	case r.Lease == "" && !r.Unasked:
		return invalid("lease", "required")
	case !slices.Contains(reportable, r.State):
		return invalid("state", "want taken, sent, delivered, failed or cancelled")
	case r.State == relayapi.StateFailed && r.Failure == nil:
		return invalid("failure", "required with failed")
	case r.State != relayapi.StateFailed && r.Failure != nil:
		return invalid("failure", "allowed with failed only")
	case r.Failure != nil && !relayapi.ValidFailureClass(r.Failure.Class):
		return invalid("failure.class", "want one of the failure classes")
	case !storable(r.At):
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
