package tencent

import (
	"context"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// opStatistics is Error.Op of ReadStatistics.
const opStatistics = "statistics"

// Statistics counts the texts of an application over some hours.
type Statistics struct {
	// Submitted is how many texts were submitted.
	Submitted uint64
	// Accepted is how many of them the service accepted.
	Accepted uint64
	// Billed is how many segments were billed: a long text has several.
	Billed uint64
}

// ReadStatistics counts the texts from one hour to another. The service counts
// by the hour; hours are taken to be those of Beijing, which its documents do
// not say. Two moments of one hour may be refused: the documents disagree.
func (p *Provider) ReadStatistics(ctx context.Context, from, to time.Time) (Statistics, error) {
	if to.Before(from) {
		return Statistics{}, &provider.Error{
			Provider: p.cfg.Name, Op: opStatistics, Kind: provider.KindConfig, Text: "to: must not be before from",
		}
	}
	const hour = "2006010215"
	counts, err := p.sdk.statistics(ctx, from.In(beijing).Format(hour), to.In(beijing).Format(hour))
	if err != nil {
		return Statistics{}, p.failure(opStatistics, err, submission{})
	}
	return counts, nil
}
