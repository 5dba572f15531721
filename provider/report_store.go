package provider

import "context"

// ReportStore remembers by [Report.Key] which reports the program has taken. It is
// safe for concurrent use.
type ReportStore interface {
	// Known returns those of the keys that were added and are not forgotten.
	Known(ctx context.Context, keys []string) ([]string, error)
	// Add remembers keys. Some may be known already.
	Add(ctx context.Context, keys []string) error
}
