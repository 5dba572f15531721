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
//
// A receipt is meant to be stored, so its JSON holds the full number. Package slog
// logs one receipt masked; other loggers that write JSON, and slog with a list of
// receipts, show the number: give them the fields that you want to see. A struct
// that keeps a receipt should have it in a field with a name, because a struct that
// embeds one is written as the receipt alone.
type Receipt struct {
	// Provider is the name of the provider that accepted the message: a member,
	// never a composer.
	Provider string `json:"provider"`
	// ID is the service's id of the message, or, where the service has none, one
	// that the adapter chose. Empty if the service accepted the message and gave it no
	// id: it was sent, and nobody can ask what became of it.
	ID string `json:"id,omitempty"`
	// To is the recipient. In the receipt's JSON it is the full number.
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

// MarshalJSON writes the receipt for storing, with the full number.
func (r Receipt) MarshalJSON() ([]byte, error) {
	return writeJSON(struct {
		Provider string            `json:"provider"`
		ID       string            `json:"id,omitempty"`
		To       StoredPhone       `json:"to"`
		Code     CodeOrigin        `json:"code"`
		At       time.Time         `json:"at"`
		Extra    map[string]string `json:"extra,omitempty"`
	}{r.Provider, r.ID, StoredPhone{r.To}, r.Code, r.At, r.Extra})
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

var codeOriginNames = [...]string{CodeByCaller: "caller", CodeByProvider: "provider"}

// String returns "caller" or "provider".
func (o CodeOrigin) String() string { return enumName(o, "CodeOrigin", codeOriginNames[:]) }

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
