package aliyun

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

var _ provider.BatchSender = (*Provider)(nil)

const (
	// largestPart is how many numbers one SendBatchSms takes.
	largestPart = 100
	// largestBatch is how many numbers the service takes for one text: a SendSms has room
	// for so many.
	largestBatch = 1000
)

// SendBatch submits one text to up to 1,000 phones, in requests of up to 100. Mainland
// and foreign numbers go in different requests. The service gives one id to all numbers
// of a request, so their receipts share it, and says nothing of single numbers: which of
// them got the text is told by the reports, and by ReadStatus. A number that stands in
// the list twice gets one text, and the same result in both places.
func (p *Provider) SendBatch(ctx context.Context, m provider.Message, to []provider.Phone) ([]provider.BatchResult, error) {
	t, err := p.newBatch(m, to)
	if err != nil {
		return nil, err
	}
	byPhone := make(map[provider.Phone]provider.BatchResult, len(to))
	for _, part := range adapter.Parts(to, largestPart) {
		receipt, err := p.sendPart(ctx, m, t, part)
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

// newBatch checks the whole batch before anything is sent.
func (p *Provider) newBatch(m provider.Message, to []provider.Phone) (text, error) {
	call := p.client.NewSend(m)
	if err := call.Phones(to); err != nil {
		return text{}, err
	}
	if len(to) > largestBatch {
		return text{}, call.Fail(provider.KindConfig, "to: has %d phone numbers; Aliyun takes up to %d for one text", len(to), largestBatch)
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
	receipt.Extra = answer.extra()
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
