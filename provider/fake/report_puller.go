package fake

import (
	"context"
	"fmt"

	"github.com/cnsms/cnsms/provider"
)

// ReportPuller is a [Provider] with a queue of reports. AddReports fills the
// queue, and PullReports empties it.
type ReportPuller struct {
	Provider
	// PullErr is what PullReports fails with, or nil. The queue then stays as it is.
	PullErr error
}

var _ provider.ReportPuller = (*ReportPuller)(nil)

// AddReports puts reports at the end of the queue. An empty Report.Provider
// becomes the fake's name.
func (p *ReportPuller) AddReports(reports ...provider.Report) {
	r := p.record()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reports = append(r.reports, p.named(reports)...)
}

// PullReports takes up to limit reports of that kind out of the queue, oldest
// first; 0 means all.
func (p *ReportPuller) PullReports(ctx context.Context, kind provider.ReportKind, limit int) ([]provider.Report, error) {
	if err := p.unanswered(ctx, provider.OpReports, p.PullErr); err != nil {
		return nil, err
	}
	problem := ""
	switch {
	case kind != provider.ReportDelivery && kind != provider.ReportReply:
		problem = fmt.Sprintf("kind: no such kind: %d", int(kind))
	case limit < 0:
		problem = "limit: must not be negative"
	}
	if problem != "" {
		return nil, &provider.Error{Provider: p.Name(), Op: provider.OpReports, Kind: provider.KindConfig, Text: problem}
	}
	return p.record().pull(kind, limit), nil
}

// pull splits the queue into what is taken and what stays.
func (r *record) pull(kind provider.ReportKind, limit int) []provider.Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	var taken, left []provider.Report
	for _, report := range r.reports {
		if report.Kind == kind && (limit == 0 || len(taken) < limit) {
			taken = append(taken, report)
		} else {
			left = append(left, report)
		}
	}
	r.reports = left
	return taken
}
