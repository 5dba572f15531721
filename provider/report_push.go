package provider

import (
	"context"
	"net/http"
)

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
