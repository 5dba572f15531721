package fake

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/cnsms/cnsms/provider"
)

// ReportParser is a [Provider] whose service pushes reports. NewPush makes a push
// for the handler that provider.ReportHandler returns. The handler answers 200
// when the program took the reports, and 500 when the service is to push again.
type ReportParser struct{ Provider }

var _ provider.ReportParser = (*ReportParser)(nil)

// NewPush makes the request with which the service pushes the reports. The target
// is the path of the handler, or the whole address where a server listens. NewPush
// ends the test when it cannot make the request.
func (p *ReportParser) NewPush(tb testing.TB, target string, reports ...provider.Report) *http.Request {
	tb.Helper()
	body, err := json.Marshal(stored(p.named(reports)))
	if err != nil {
		tb.Fatalf("NewPush cannot write the reports as JSON: %v", err)
	}
	push, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		tb.Fatalf("NewPush cannot make a request to this target: %v", err)
	}
	push.Header.Set("Content-Type", "application/json")
	return push
}

// stored makes reports whose JSON has the full numbers.
func stored(reports []provider.Report) []provider.StoredReport {
	all := make([]provider.StoredReport, len(reports))
	for i, report := range reports {
		all[i] = provider.StoredReport(report)
	}
	return all
}

// ParseReports reads a push that NewPush made: a POST with a JSON array of
// provider.StoredReport.
func (p *ReportParser) ParseReports(r *http.Request) ([]provider.Report, error) {
	failure := &provider.Error{Provider: p.Name(), Op: provider.OpReports, Kind: provider.KindUnavailable}
	if r.Method != http.MethodPost {
		failure.Text = "unusable push: want POST"
		return nil, failure
	}
	var reports []provider.Report
	if r.Body == nil || json.NewDecoder(r.Body).Decode(&reports) != nil {
		failure.Text = "unusable push: want a JSON array of reports, as NewPush makes it"
		return nil, failure
	}
	return p.named(reports), nil
}

// AcknowledgeReports answers 200 when err is nil, else 500.
func (p *ReportParser) AcknowledgeReports(w http.ResponseWriter, err error) {
	status := http.StatusOK
	if err != nil {
		status = http.StatusInternalServerError
	}
	w.WriteHeader(status)
}
