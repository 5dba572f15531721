package provider

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"
)

// Receipt is what is known of an accepted message. It is plain data: it
// survives JSON, and a receipt stored by one process can be given to
// [Verify] or [ReadStatus] in another.
type Receipt struct {
	// Provider is the name of the provider that accepted the message: a member,
	// never a composer.
	Provider string `json:"provider"`
	// ID is the service's id of the message, or, where the service has none, one
	// that the adapter chose. Empty if the service accepted the message and gave it no
	// id: it was sent, and nobody can ask what became of it.
	ID string `json:"id,omitempty"`
	// To is the recipient. In JSON it is the full number.
	To Phone `json:"to"`
	// Code says who made the code in the text, and so who can check it.
	Code CodeOrigin `json:"code"`
	// At is when the adapter saw the service accept the message.
	At time.Time `json:"at"`
	// Extra holds what else the service said, under names that the adapter's
	// package documents. May be nil.
	Extra map[string]string `json:"extra,omitempty"`
}

// LogValue logs the receipt with a masked phone.
func (r Receipt) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("provider", r.Provider),
		slog.String("id", r.ID),
		slog.String("to", r.To.String()),
		slog.String("code", r.Code.String()),
		slog.Time("at", r.At),
	)
}

// CodeOrigin says who made the code that a message carried.
type CodeOrigin int

const (
	// CodeByCaller means that the text carried the caller's Params, so that the
	// caller checks the code. It is the zero value.
	CodeByCaller CodeOrigin = iota
	// CodeByProvider means that the service made a code of its own, which only
	// it can check: use [Verify] with the receipt.
	CodeByProvider
)

// String returns "caller" or "provider".
func (o CodeOrigin) String() string {
	switch o {
	case CodeByCaller:
		return "caller"
	case CodeByProvider:
		return "provider"
	}
	return fmt.Sprintf("CodeOrigin(%d)", int(o))
}

// MarshalJSON writes the origin as its name.
func (o CodeOrigin) MarshalJSON() ([]byte, error) {
	if o != CodeByCaller && o != CodeByProvider {
		return nil, fmt.Errorf("code: no such origin: %d", int(o))
	}
	return json.Marshal(o.String())
}

// UnmarshalJSON reads what MarshalJSON writes.
func (o *CodeOrigin) UnmarshalJSON(data []byte) error {
	var name string
	if err := json.Unmarshal(data, &name); err != nil {
		return fmt.Errorf("code: want a string: %w", err)
	}
	switch name {
	case CodeByCaller.String():
		*o = CodeByCaller
	case CodeByProvider.String():
		*o = CodeByProvider
	default:
		return fmt.Errorf("code: want %q or %q", CodeByCaller, CodeByProvider)
	}
	return nil
}
