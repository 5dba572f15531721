package provider

import (
	"context"
	"log/slog"
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

// Message is one text to one phone. It is not for storing: its JSON, like its
// printed form, has a masked phone and no parameter values; [Params] says where no
// type can prevent that they show. To queue a message, queue To.E164() and the values
// under names of your own.
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
	// a composer that cares counts by itself. Adapters ignore it, but where they make
	// the key of Ref by which a service knows repetitions.
	Attempt int
	// Visit tells apart the places at which one provider stands in a composition, so
	// that what it is sent as the last resort is no repetition of what it was sent as
	// the first choice. It is 0 at the first place; a composer adds to it for the
	// others. It stands in the key of Ref as Attempt does.
	Visit int `json:",omitempty"`
	// FreeOnly forbids ways that cost money: a failover.Composer asks its First alone,
	// and every composer skips members with a Price. Adapters ignore it.
	FreeOnly bool `json:",omitempty"`
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

// MarshalJSON writes the message for a log: with a masked phone and stars for the
// values of parameters and for the captcha. What it writes cannot be read back.
func (m Message) MarshalJSON() ([]byte, error) {
	if m.Captcha != "" {
		m.Captcha = hidden
	}
	type fields Message
	return writeJSON(fields(m))
}
