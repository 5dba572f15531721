package relay

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// ReadStatus asks the gateway for the state of a text.
func (p *Provider) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	call, err := p.client.NewStatus(r)
	if err != nil {
		return provider.Status{}, err
	}
	s, err := p.exchange(ctx, call, adapter.Request{
		Method: http.MethodGet, Path: relayapi.PathSubmissions + "/" + r.ID, Header: p.header(),
	})
	var failure *provider.Error
	if errors.As(err, &failure) && failure.Code == string(relayapi.CodeUnknownJob) {
		return provider.Status{State: provider.StateUnknown}, nil
	}
	if err != nil {
		return provider.Status{}, err
	}
	return statusOf(call, s), nil
}

// statusOf is a submission's state in the words of package provider. The code is the
// state, or the class of the phone's failure; why the text was not sent follows from
// either.
func statusOf(call *adapter.Call, s submission) provider.Status {
	status := provider.Status{State: stateOf(s.State), Code: string(s.State)}
	row, _ := states.Lookup(status.Code)
	if s.Failure != nil {
		var listed bool
		row, listed = failureClasses.Lookup(string(s.Failure.Class))
		status.Code, status.Text = call.StatusCode(row.Code, listed)
		status.Text = cmp.Or(call.Redact(s.Failure.Text), status.Text)
	}
	if status.State == provider.StateFailed {
		status.Kind = row.Kind
	}
	for _, t := range s.History {
		if !t.Late {
			status.At = t.At.Time
		}
	}
	return status
}

func stateOf(s relayapi.State) provider.State {
	switch s {
	case relayapi.StateSent:
		return provider.StateSent
	case relayapi.StateDelivered:
		return provider.StateDelivered
	case relayapi.StateFailed, relayapi.StateExpired, relayapi.StateCancelled:
		return provider.StateFailed
	case relayapi.StateUncertain:
		return provider.StateUnknown
	default:
		return provider.StatePending
	}
}
