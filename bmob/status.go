package bmob

import (
	"context"
	"errors"
	"net/http"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// states are the values of sms_state.
var states = map[string]provider.State{
	"SENDING": provider.StatePending,
	"SUCCESS": provider.StateSent,
	"FAIL":    provider.StateFailed,
}

// ReadStatus asks for the state of a message (querySms). SENDING is StatePending,
// SUCCESS is StateSent, because nobody says that it means the handset, and FAIL
// is StateFailed. Status.Text says whether the code was checked and right.
func (p *Provider) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	call, err := p.client.NewStatus(r)
	switch {
	case err != nil:
		return provider.Status{}, err
	case !adapter.IsDigits(r.ID):
		return provider.Status{}, nil // none of Bmob's ids
	}
	answer, err := p.exchange(ctx, call, http.MethodGet, queryPath+"/"+r.ID, nil)
	switch {
	case isUnknownID(err):
		return provider.Status{}, nil
	case err != nil:
		return provider.Status{}, err
	case answer.SMSState == "":
		return provider.Status{}, call.Unusable("sms_state: missing")
	}
	status := provider.Status{State: states[string(answer.SMSState)]}
	status.Code, status.Text = call.StatusCode(string(answer.SMSState), states[string(answer.SMSState)] != provider.StateUnknown)
	if string(answer.VerifyState) == "true" {
		status.Text = "the code was checked and right"
	}
	return status, nil
}

// isUnknownID reports whether Bmob says that it does not know the message.
func isUnknownID(err error) bool {
	var failure *provider.Error
	return errors.As(err, &failure) && failure.Code == "10018" && failure.Kind != provider.KindUnavailable
}
