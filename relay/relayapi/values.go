package relayapi

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cnsms/cnsms/provider"
)

// LaneForm says in words what a lane looks like.
const LaneForm = `want 1 to 32 of a to z, 0 to 9, "-" and "_"`

// ValidLane reports whether a lane has the form of [LaneForm].
func ValidLane(lane string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_"
	return lane != "" && len(lane) <= MaxLane && strings.Trim(lane, allowed) == ""
}

// ValidNumber reports whether a number has the form of E.164: a plus sign and 5 to 15
// digits.
func ValidNumber(n Number) bool {
	digits, ok := strings.CutPrefix(string(n), "+")
	return ok && len(digits) >= 5 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
}

// ValidFailureClass reports whether a class is one of the failure classes.
func ValidFailureClass(c FailureClass) bool {
	switch c {
	case FailureInvalidNumber, FailureLimit, FailureNoService, FailureRejected, FailureConfig, FailureTooLate, FailureUnknown:
		return true
	default:
		return false
	}
}

// timeLayout always has three fraction digits: parsers that read the fraction as a
// count of milliseconds go wrong on any other number of digits.
const timeLayout = "2006-01-02T15:04:05.000Z"

// Time is a moment on the wire. It is written in RFC 3339, in UTC, with exactly
// three fraction digits, and read in any RFC 3339 form.
type Time struct{ time.Time }

// MarshalJSON writes t with three fraction digits.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(`"` + t.UTC().Format(timeLayout) + `"`), nil
}

// MarshalText writes t with three fraction digits.
func (t Time) MarshalText() ([]byte, error) {
	return []byte(t.UTC().Format(timeLayout)), nil
}

// Number is a phone number. It is a plain string in JSON, and prints masked
// everywhere else; string(n) gives the full number.
type Number string

// String masks the middle: 138****8000. A string that is no number is masked whole.
func (n Number) String() string {
	phone, err := provider.ParsePhone(string(n))
	if err != nil {
		return "****"
	}
	return phone.String()
}

// Format prints the masked number for every verb.
func (n Number) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, n.String()) }

// LogValue gives loggers the masked number.
func (n Number) LogValue() slog.Value { return slog.StringValue(n.String()) }

// Text is the text that a phone sends. It is a plain string in JSON, and prints only its
// length everywhere else; string(t) gives the text.
type Text string

// String tells the length alone, because a text can hold a code.
func (t Text) String() string {
	return fmt.Sprintf("[%d characters]", utf8.RuneCountInString(string(t)))
}

// Format prints the length for every verb.
func (t Text) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, t.String()) }

// LogValue gives loggers the length.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }
