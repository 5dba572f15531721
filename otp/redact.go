package otp

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// stars stand for what is not printed.
const stars = "***"

// shown is what a request shows of itself: no number, no code, no session.
type shown struct {
	ID      string `json:"id,omitempty"`
	Purpose string `json:"purpose"`
	Phone   string `json:"phone,omitempty"`
	Binding string `json:"binding,omitempty"`
	Code    string `json:"code,omitempty"`
	Client  string `json:"client,omitempty"`
}

func hide(text string) string {
	if text == "" {
		return ""
	}
	return stars
}

func (r StartRequest) shown() shown {
	return shown{Purpose: r.Purpose, Phone: hide(r.Phone), Binding: hide(r.Binding), Code: hide(r.Code), Client: r.Client}
}

func (r CheckRequest) shown() shown {
	return shown{ID: r.ID, Purpose: r.Purpose, Phone: hide(r.Phone), Binding: hide(r.Binding), Code: hide(r.Code)}
}

func (r ResendRequest) shown() shown {
	return shown{ID: r.ID, Purpose: r.Purpose, Binding: hide(r.Binding), Client: r.Client}
}

// Format prints the request without number, code and session, whatever the verb.
func (r StartRequest) Format(f fmt.State, _ rune) { r.shown().print(f) }

// Format prints the request without number, code and session, whatever the verb.
func (r CheckRequest) Format(f fmt.State, _ rune) { r.shown().print(f) }

// Format prints the request without the session, whatever the verb.
func (r ResendRequest) Format(f fmt.State, _ rune) { r.shown().print(f) }

// MarshalJSON writes the request for a log: without number, code and session.
func (r StartRequest) MarshalJSON() ([]byte, error) { return json.Marshal(r.shown()) }

// MarshalJSON writes the request for a log: without number, code and session.
func (r CheckRequest) MarshalJSON() ([]byte, error) { return json.Marshal(r.shown()) }

// MarshalJSON writes the request for a log: without the session.
func (r ResendRequest) MarshalJSON() ([]byte, error) { return json.Marshal(r.shown()) }

// LogValue logs what MarshalJSON writes.
func (r StartRequest) LogValue() slog.Value { return slog.AnyValue(r.shown()) }

// LogValue logs what MarshalJSON writes.
func (r CheckRequest) LogValue() slog.Value { return slog.AnyValue(r.shown()) }

// LogValue logs what MarshalJSON writes.
func (r ResendRequest) LogValue() slog.Value { return slog.AnyValue(r.shown()) }

func (s shown) print(w io.Writer) { fmt.Fprintf(w, "%+v", s) } //nolint:errcheck // As fmt does.
