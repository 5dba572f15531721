package aliyun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

var _ provider.BatchSender = (*Provider)(nil)

const (
	// largestPart is how many numbers one SendBatchSms takes.
	largestPart = 100
	// largestBatch is how many numbers a batch takes here: as many as a SendSms has room
	// for. A longer list is more likely a mistake than a text to everybody on it.
	largestBatch = 1000
)

// SendBatch submits one text to up to 1,000 phones, in requests of up to 100. Mainland
// and foreign numbers go in different requests. The service gives one id to all numbers
// of a request, so their receipts share it, and says nothing of single numbers: which of
// them got the text is told by the reports, and by ReadStatus. Where the service refuses a
// request because of one number, all of its numbers fail, as KindUnknown. A number that
// stands in the list twice gets one text, and the same result in both places.
func (p *Provider) SendBatch(ctx context.Context, m provider.Message, to []provider.Phone) ([]provider.BatchResult, error) {
	t, err := p.newBatch(m, to)
	if err != nil {
		return nil, err
	}
	byPhone := make(map[provider.Phone]provider.BatchResult, len(to))
	for _, part := range adapter.Parts(to, largestPart) {
		receipt, err := p.sendPart(ctx, m, t, part)
		if len(part) > 1 {
			err = ofPart(err, len(part))
		}
		for _, phone := range part {
			receipt.To = phone
			if err != nil {
				receipt = provider.Receipt{}
			}
			byPhone[phone] = provider.BatchResult{To: phone, Receipt: receipt, Err: err}
		}
	}
	return adapter.Results(to, byPhone), nil
}

// ofPart is the refusal of a request for several numbers. Which of them it is about the
// service does not say, so it must blame none of the others.
func ofPart(err error, numbers int) error {
	var refused *provider.Error
	if !errors.As(err, &refused) || !isAboutNumber(refused) {
		return err
	}
	other := *refused
	other.Kind, other.Scope, other.RetryAfter = provider.KindUnknown, provider.ScopeNone, 0
	other.Remedy = fmt.Sprintf("one of the %d numbers of this request was refused, which the service does not name: send to them one by one", numbers)
	return &other
}

// isAboutNumber reports whether a refusal says something of a number.
func isAboutNumber(e *provider.Error) bool {
	return e.Kind == provider.KindRecipient || e.Kind == provider.KindBlocked || e.Scope == provider.ScopePhone
}

// newBatch checks the whole batch before anything is sent.
func (p *Provider) newBatch(m provider.Message, to []provider.Phone) (text, error) {
	call := p.client.NewSend(m)
	if err := call.Phones(to); err != nil {
		return text{}, err
	}
	if len(to) > largestBatch {
		return text{}, call.Fail(provider.KindConfig, "to: has %d phone numbers; a batch takes up to %d", len(to), largestBatch)
	}
	m.To = to[0]
	return p.newText(p.client.NewSend(m), m)
}

// sendPart makes one request of a batch. The receipt is that of every number in it.
func (p *Provider) sendPart(ctx context.Context, m provider.Message, t text, part []provider.Phone) (provider.Receipt, error) {
	call := p.client.NewSend(m)
	for _, phone := range part {
		call.Hide(phone.National())
	}
	answer, err := p.ask(ctx, call, "SendBatchSms", t.batchForm(part))
	if err != nil {
		return provider.Receipt{}, err
	}
	receipt := call.Receipt(string(answer.BizID))
	receipt.Extra = answer.extra(call)
	return receipt, nil
}

// batchForm is the text to some numbers. The lists have one element for each.
func (t text) batchForm(part []provider.Phone) adapter.Form {
	numbers := make([]string, len(part))
	for i, phone := range part {
		numbers[i] = numberOf(phone)
	}
	var form adapter.Form
	form.AddIfSet("OutId", t.ref)
	form.Add("PhoneNumberJson", list(numbers))
	form.Add("SignNameJson", list(slices.Repeat([]string{t.sign}, len(part))))
	form.Add("TemplateCode", t.template)
	if t.param != "" {
		params := slices.Repeat([]json.RawMessage{json.RawMessage(t.param)}, len(part))
		form.Add("TemplateParamJson", list(params))
	}
	return form
}

// list writes a list as the JSON that stands in a field of the form.
func list[T any](values []T) string {
	text, _ := json.Marshal(values) // neither texts nor JSON fail
	return string(text)
}
