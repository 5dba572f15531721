package zhenzi

import (
	"context"
	"fmt"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// ReadStatus asks whether the service has the message of that receipt:
// StatePending if so, because how far it has come is not documented, and
// StateUnknown if not.
func (p *Provider) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	if _, err := p.client.NewStatus(r); err != nil {
		return provider.Status{}, err
	}
	found, err := p.lookUp(ctx, r.ID, r.To.National())
	if err != nil || !found {
		return provider.Status{}, err
	}
	return provider.Status{State: provider.StatePending}, nil
}

// lookUp asks whether the service has the message with that id. Its error does not
// show the hidden values.
func (p *Provider) lookUp(ctx context.Context, messageID string, hidden ...string) (bool, error) {
	call := p.client.NewCall(provider.OpStatus)
	call.Hide(hidden...)
	form := p.newForm()
	form.Add("messageId", messageID)
	answer, err := p.exchange(ctx, call, lookupPath, form)
	if err != nil {
		return false, err
	}
	found, err := answer.hasMessage()
	if err != nil {
		return false, call.Unusable(err.Error())
	}
	return found, nil
}

// hasMessage reports whether Data, as the answer to a lookup, tells of a
// message: an object, or a string that holds one, whose member message is its
// text. No other member is documented. How the service answers for a message
// that it does not know is not documented either; nothing, an empty object and
// words all count as that.
func (r reply) hasMessage() (bool, error) {
	data := strings.TrimSpace(string(r.Data))
	if strings.HasPrefix(data, `"`) {
		data = strings.TrimSpace(r.text())
		if !strings.HasPrefix(data, "{") {
			return false, nil
		}
	}
	if data == "" || data == "null" {
		return false, nil
	}
	var found struct {
		Message adapter.Scalar `json:"message"`
	}
	if err := adapter.DecodeJSON([]byte(data), &found); err != nil {
		return false, fmt.Errorf("data: %w", err)
	}
	return found.Message != "", nil
}
