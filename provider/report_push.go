package provider

import (
	"context"
	"errors"
	"net/http"
)

// ReportParser reads the reports that a service pushes by HTTP.
type ReportParser interface {
	// ParseReports reads one push. It may read the body, which ReportHandler has
	// limited in size.
	//
	// When some of the reports cannot be read, it returns the others, and BadReports
	// for those. Any other error means that nothing of the push can be used.
	ParseReports(r *http.Request) ([]Report, error)
	// AcknowledgeReports writes the answer that the service wants: that the push
	// was taken when err is nil, else that it should be repeated.
	AcknowledgeReports(w http.ResponseWriter, err error)
}

// ReportMethod is for a ReportParser whose service does not push by POST.
type ReportMethod interface {
	// ReportMethod returns the HTTP method of a push, such as GET.
	ReportMethod() string
}

// BadReports is the error for reports that cannot be read, one for each, in a push
// that can be read otherwise. The service would repeat them as they are.
type BadReports []error

// Error returns what is wrong with each report.
func (b BadReports) Error() string {
	if err := errors.Join(b...); err != nil {
		return err.Error()
	}
	return "no bad reports"
}

// Unwrap returns what is wrong with each report.
func (b BadReports) Unwrap() []error { return b }

// maxReportBytes bounds a push. Services push at most some hundred reports of
// some hundred bytes each.
const maxReportBytes = 1 << 20

// ReportHandler returns a handler to mount where services push to. Services do not
// sign their pushes: set [RequireSecret] or [AllowAddresses], or both.
//
// Each push is parsed, given to handle and then acknowledged as the service wants
// it: nobody answers before handle has returned. When handle returns an error, the
// service is asked to push again. handle may see a report more than once, unless
// [DropRepetitions] is set. handle is called concurrently.
//
// A report that cannot be read goes to the hook of [OnReportError], and is
// acknowledged with the others of its push, which handle gets. A push of which
// nothing can be read goes to the hook as well; handle does not hear of it, and the
// service is asked to push it again.
//
// Where several providers inside p take pushes, the path of each ends in its name,
// as in /sms/tencent; where there is one, any path is its own. A path that names
// nobody is answered with 404, and another method than the service pushes with,
// which is POST nearly everywhere, with 405.
//
// An error is of KindUnsupported where nobody takes pushes, and of KindConfig where
// something is wrong with handle, an option or the names.
func ReportHandler(p Provider, handle func(ctx context.Context, reports []Report) error, options ...ReportOption) (http.Handler, error) {
	if handle == nil {
		return nil, badHandler(p, "handle: must not be nil")
	}
	services, err := reportServices(p)
	if err != nil {
		return nil, err
	}
	settings := reportSettings{onError: func(context.Context, error) {}}
	for _, option := range options {
		if problem := option.apply(&settings); problem != "" {
			return nil, badHandler(p, problem)
		}
	}
	if settings.store != nil {
		handle = newReportFilter(settings, handle).take
	}
	return &reportHandler{services: services, gate: settings.gate, onError: settings.onError, take: handle}, nil
}

func badHandler(p Provider, problem string) error {
	return &Error{Provider: nameOf(p), Op: OpReports, Kind: KindConfig, Text: problem}
}

type reportHandler struct {
	services []reportService
	gate     reportGate
	onError  func(ctx context.Context, err error)
	take     func(ctx context.Context, reports []Report) error
}

func (h *reportHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	service, found := h.find(r.URL.Path)
	switch {
	case !found:
		http.NotFound(w, r)
	case !h.gate.allows(r.RemoteAddr):
		http.Error(w, "forbidden", http.StatusForbidden)
	case r.Method != service.method:
		w.Header().Set("Allow", service.method)
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	default:
		if r.Body == nil { // a request that a test has made by hand
			r.Body = http.NoBody
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxReportBytes)
		service.parser.AcknowledgeReports(w, h.receive(r, service.parser))
	}
}

// receive reads a push and gives its reports to the program. The error says that the
// push should be repeated.
func (h *reportHandler) receive(r *http.Request, parser ReportParser) error {
	ctx := r.Context()
	reports, err := parser.ParseReports(r)
	var bad BadReports
	if errors.As(err, &bad) {
		for _, problem := range bad {
			if problem != nil {
				h.onError(ctx, problem)
			}
		}
	} else if err != nil {
		h.onError(ctx, err)
		return err
	}
	if len(reports) == 0 {
		return nil
	}
	return h.take(ctx, reports)
}
