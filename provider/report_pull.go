package provider

import (
	"context"
)

// ReportPuller fetches reports that the service keeps in a queue. A report that
// was fetched is gone from the queue.
type ReportPuller interface {
	// PullReports fetches up to limit reports of one kind; 0 means as many as
	// the service gives at once.
	PullReports(ctx context.Context, kind ReportKind, limit int) ([]Report, error)
}

// PullReports fetches from every provider inside p that has a queue. It returns
// the reports that came and the joined errors of those that failed. Where nobody
// has a queue, the error matches [errors.ErrUnsupported].
func PullReports(ctx context.Context, p Provider, kind ReportKind, limit int) ([]Report, error) {
	return askAll(p, OpReports, "nobody here has reports to pull", func(puller ReportPuller) ([]Report, error) {
		return puller.PullReports(ctx, kind, limit)
	})
}
