package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"
	"unicode/utf8"
)

// Provider sends text messages through one service, or through several when it
// is a composer. Implementations are safe for concurrent use.
type Provider interface {
	// Name identifies the provider in receipts and errors. It does not change
	// while the program runs, and should not change between runs, because
	// receipts are stored.
	Name() string

	// Send submits one message. A nil error promises that the service accepted
	// it, not that the phone has it. Any other outcome is an *Error (a composer
	// returns an error that unwraps to one per attempt).
	//
	// Send makes at most one request that sends and never repeats it; trying again
	// is the business of a composer or the caller. (An adapter may ask its service
	// what became of a message whose answer was lost.) It returns within
	// milliseconds when ctx ends, and the error then matches ctx.Err() with
	// errors.Is. It neither keeps nor changes the maps of m.
	Send(ctx context.Context, m Message) (Receipt, error)
}

// Message is one text to one phone.
type Message struct {
	// To is the recipient.
	To Phone
	// Template is the logical name of the text, such as "login". The adapter's
	// configuration maps it to the service's own template.
	Template string
	// Params fill the template, by name.
	Params Params
	// Ref is the caller's own id of the message. It is forwarded where the
	// service has a field for it. Optional.
	Ref string
	// Attempt is 1 for a user's first request and 2, 3, … for each retry. With 0
	// a composer that cares counts by itself. Adapters ignore it.
	Attempt int
	// Captcha is a token that some services (Bmob) want before they send.
	Captcha string
}

// Validate reports what is wrong with the message whatever the service: it has
// no recipient or no template, or a Ref or Captcha that is not UTF-8, which JSON
// would change without a word. Adapters call it before anything else.
func (m Message) Validate() error {
	if m.To.IsZero() {
		return &Error{Op: OpSend, Kind: KindRecipient, Text: "To: no phone number"}
	}
	if m.Template == "" {
		return &Error{Op: OpSend, Kind: KindTemplate, Text: "Template: no template name"}
	}
	if !utf8.ValidString(m.Ref) {
		return &Error{Op: OpSend, Kind: KindConfig, Text: "Ref: is not UTF-8"}
	}
	if !utf8.ValidString(m.Captcha) {
		return &Error{Op: OpSend, Kind: KindConfig, Text: "Captcha: is not UTF-8"}
	}
	return nil
}

// LogValue logs the message with a masked phone and without parameter values.
func (m Message) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("to", m.To.String()),
		slog.String("template", m.Template),
		slog.String("params", m.Params.String()),
		slog.String("ref", m.Ref),
		slog.Int("attempt", m.Attempt),
	)
}

// Receipt is what is known of an accepted message. It is plain data: it
// survives JSON, and a receipt stored by one process can be given to
// [Verify] or [ReadStatus] in another.
type Receipt struct {
	// Provider is the name of the provider that accepted the message: a member,
	// never a composer.
	Provider string `json:"provider"`
	// ID is the service's id of the message, or, where the service has none, one
	// that the adapter chose. Empty only if the service knows no ids at all.
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
