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
	switch {
	case r.To.IsZero():
		return provider.Status{}, p.badReceipt("To: no phone number")
	case r.ID == "":
		return provider.Status{}, p.badReceipt("ID: must not be empty")
	}
	since := r.At.Add(-clockSkew)
	if oldest := p.cfg.Now().Add(clockSkew - keptFor); since.Before(oldest) {
		since = oldest
	}
	deliveries, err := p.sdk.deliveriesTo(ctx, r.To.E164(), uint64(max(since.Unix(), 0)))
	if err != nil {
		return provider.Status{}, p.failure(provider.OpStatus, err, submission{message: provider.Message{To: r.To}})
	}
	for _, d := range deliveries {
		if d.serial == r.ID {
			return d.result(), nil
		}
	}
	return provider.Status{}, nil
}

func (p *Provider) badReceipt(text string) error {
	return &provider.Error{Provider: p.cfg.Name, Op: provider.OpStatus, Kind: provider.KindConfig, Text: "Receipt." + text}
}

// result reads SUCCESS and FAIL; anything else says nothing.
func (d delivery) result() provider.Status {
	return provider.Status{State: stateOf(d.status), Code: d.description, At: timeOf(d.unixTime)}
}

func stateOf(status string) provider.State {
	switch status {
	case "SUCCESS":
		return provider.StateDelivered
	case "FAIL":
		return provider.StateFailed
	}
	return provider.StateUnknown
}

// latest is the last second of the year 9999, the latest that JSON can hold.
const latest = 253402300799

// timeOf reads Unix seconds; 0 and nonsense are no time.
func timeOf(seconds uint64) time.Time {
	if seconds == 0 || seconds > latest {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}
