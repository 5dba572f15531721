package tencent

import (
	"context"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

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
	call := p.client.NewCall("statistics")
	if to.Before(from) {
		return Statistics{}, call.Fail(provider.KindConfig, "to: must not be before from")
	}
	const hour = "2006010215"
	var answer struct {
		Counts *struct{ RequestCount, RequestSuccessCount, FeeCount uint64 } `json:"SendStatusStatistics"`
	}
	request := p.sdk.statistics(from.In(adapter.Beijing).Format(hour), to.In(adapter.Beijing).Format(hour))
	if err := p.sdk.ask(ctx, call, request, &answer); err != nil {
		return Statistics{}, err
	}
	if answer.Counts == nil {
		return Statistics{}, call.Unusable("no SendStatusStatistics in it")
	}
	return Statistics{
		Submitted: answer.Counts.RequestCount, Accepted: answer.Counts.RequestSuccessCount, Billed: answer.Counts.FeeCount,
	}, nil
}
