package provider

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
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

// Report is news from a service about one phone: a delivery report or a reply.
type Report struct {
	// Provider is the name of the provider that it came through.
	Provider string
	// Kind tells which of the two it is, and so which fields are set.
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

// ReportPuller fetches reports that the service keeps in a queue. A report that
// was fetched is gone from the queue.
type ReportPuller interface {
	// PullReports fetches up to limit reports of one kind; 0 means as many as
	// the service gives at once.
	PullReports(ctx context.Context, kind ReportKind, limit int) ([]Report, error)
}

// PullReports fetches from every provider inside p that has a queue. It returns
// the reports that came and the joined errors of those that failed; with nobody
// to ask the error matches errors.ErrUnsupported.
func PullReports(ctx context.Context, p Provider, kind ReportKind, limit int) ([]Report, error) {
	var (
		reports  []Report
		problems []error
		asked    bool
	)
	for member := range All(p) {
		puller, ok := member.(ReportPuller)
		if !ok {
			continue
		}
		asked = true
		pulled, err := puller.PullReports(ctx, kind, limit)
		reports = append(reports, pulled...)
		problems = append(problems, err)
	}
	if !asked {
		return nil, unsupported(nameOf(p), OpReports, "nobody here has reports to pull")
	}
	return reports, errors.Join(problems...)
}

// ReportParser reads the reports that a service pushes by HTTP.
type ReportParser interface {
	// ParseReports reads one push. It may read the body, which ReportHandler has
	// limited in size.
	ParseReports(r *http.Request) ([]Report, error)
	// AcknowledgeReports writes the answer that the service wants: that the push
	// was taken when err is nil, else that it should be repeated.
	AcknowledgeReports(w http.ResponseWriter, err error)
}

// maxReportBytes bounds a push. Services push at most some hundred reports of
// some hundred bytes each.
const maxReportBytes = 1 << 20

// ReportHandler returns a handler to mount at the address that the service
// pushes to. Services do not sign their pushes, so mount it at a path that
// nobody can guess, or let only the service's addresses through.
//
// Each push is parsed, given to handle and acknowledged as the service wants
// it. When handle returns an error, the service is asked to push again, so
// handle may see a report more than once. handle is called concurrently. A push
// that cannot be read is answered in the same way, and handle does not hear of
// it.
//
// Only one provider inside p can be meant. Mount a handler per service: with
// none or several that take pushes, the error is of KindUnsupported.
func ReportHandler(p Provider, handle func(ctx context.Context, reports []Report) error) (http.Handler, error) {
	if handle == nil {
		return nil, &Error{Provider: nameOf(p), Op: OpReports, Kind: KindConfig, Text: "handle: must not be nil"}
	}
	var parsers []ReportParser
	for member := range All(p) {
		if parser, ok := member.(ReportParser); ok {
			parsers = append(parsers, parser)
		}
	}
	switch len(parsers) {
	case 0:
		return nil, unsupported(nameOf(p), OpReports, "nobody here takes pushed reports")
	case 1:
		return &reportHandler{parsers[0], handle}, nil
	}
	return nil, unsupported(nameOf(p), OpReports, "several providers here take pushed reports: mount one handler for each")
}

type reportHandler struct {
	parser ReportParser
	handle func(ctx context.Context, reports []Report) error
}

func (h *reportHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxReportBytes)
	reports, err := h.parser.ParseReports(r)
	if err == nil && len(reports) > 0 {
		err = h.handle(r.Context(), reports)
	}
	h.parser.AcknowledgeReports(w, err)
}
