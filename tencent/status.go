package tencent

import (
	"context"
	"time"

	"github.com/cnsms/cnsms/provider"
)

var _ provider.StatusReader = (*Provider)(nil)

const (
	// keptFor is how far back the service can be asked.
	keptFor = 7 * 24 * time.Hour
	// clockSkew is how far the service's clock may be from ours: beyond that it
	// accepts no signature.
	clockSkew = 5 * time.Minute
)

// ReadStatus asks for the delivery reports of the receipt's number since its
// time, and looks for its SerialNo among them. Until the carrier has reported,
// and after the seven days for which Tencent keeps reports, the state is
// StateUnknown.
func (p *Provider) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	call, err := p.client.NewStatus(r)
	switch {
	case err != nil:
		return provider.Status{}, err
	case r.To.IsZero():
		return provider.Status{}, call.Fail(provider.KindConfig, "Receipt.To: no phone number")
	}
	since := r.At.Add(-clockSkew)
	if oldest := p.client.Now().Add(clockSkew - keptFor); since.Before(oldest) {
		since = oldest
	}
	var answer pulled
	if err := p.sdk.ask(ctx, call, p.sdk.pullDeliveriesTo(r.To.E164(), uint64(max(since.Unix(), 0))), &answer); err != nil {
		return provider.Status{}, err
	}
	for _, report := range answer.reports(call) {
		if report.ID == r.ID {
			return report.Status, nil
		}
	}
	return provider.Status{}, nil
}

// newStatus reads SUCCESS and FAIL; anything else says nothing. The carrier's code
// may tell why a text failed.
func newStatus(state, code, words string, at time.Time) provider.Status {
	status := provider.Status{Code: code, Text: words, At: at}
	switch state {
	case "SUCCESS":
		status.State = provider.StateDelivered
	case "FAIL":
		row, _ := reportCodes.Lookup(code)
		status.State, status.Kind = provider.StateFailed, row.Kind
	}
	return status
}
