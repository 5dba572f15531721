package provider

import (
	"log/slog"
	"time"
)

// ReportKind tells delivery reports from replies.
type ReportKind int

const (
	// ReportDelivery says what became of a message that was sent.
	ReportDelivery ReportKind = iota
	// ReportReply is a text that a phone's owner sent back.
	ReportReply
)

// String returns "delivery" or "reply".
func (k ReportKind) String() string {
	if k == ReportReply {
		return "reply"
	}
	return "delivery"
}

// Report is news from a service about one phone: a delivery report or a reply. Its
// JSON is for logs and cannot be read back; store a [StoredReport].
type Report struct {
	// Provider is the name of the provider that it came through.
	Provider string
	// Kind says which of the two it is, and so which fields are set.
	Kind ReportKind
	// Phone is the handset: the recipient of the message, the sender of a reply.
	Phone Phone
	// ID is the Receipt.ID of the message (delivery only).
	ID string
	// Ref is the caller's Message.Ref, where the service returns it (delivery only).
	Ref string
	// Status is what became of the message, and why it failed (delivery only).
	Status Status
	// Reply is the text that came back (reply only).
	Reply string
	// At is when it happened according to the service, or zero.
	At time.Time
	// Extra holds what else the service said, under names that the adapter's
	// package documents. May be nil.
	Extra map[string]string
}

// MarshalJSON writes the report for a log: with a masked phone and stars for the
// text of a reply.
func (r Report) MarshalJSON() ([]byte, error) {
	if r.Reply != "" {
		r.Reply = hidden
	}
	type fields Report
	return writeJSON(fields(r))
}

// LogValue logs the report with a masked phone and without the text of a reply.
// The reason is the Status.Kind of a message that failed.
func (r Report) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("provider", r.Provider),
		slog.String("kind", r.Kind.String()),
		slog.String("phone", r.Phone.String()),
		slog.String("id", r.ID),
		slog.String("ref", r.Ref),
		slog.String("state", r.Status.State.String()),
	}
	if r.Status.State == StateFailed {
		attrs = append(attrs, slog.String("reason", r.Status.Kind.String()))
	}
	return slog.GroupValue(append(attrs, slog.Time("at", r.At))...)
}

// LogValue logs the report as Report does: masked.
func (r StoredReport) LogValue() slog.Value { return Report(r).LogValue() }
