package ronglian

import (
	"context"
	"slices"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// largestBatch is how many numbers one request takes. Some sources say 100, newer
// ones 200; a hundred is safe under both.
const largestBatch = 100

// SendBatch sends m to mainland numbers, a hundred per request. The service gives
// one id to all numbers of a request, so their receipts share it; which of them got
// the text is told by the reports, by number. A number that stands twice in to gets
// one text and the same result twice, because the service refuses a list with
// duplicates. International numbers fail as KindUnsupported each: the service takes
// them one by one, with Send.
//
// With m.Ref set, to must fit into one request: the service takes each Ref once.
func (p *Provider) SendBatch(ctx context.Context, m provider.Message, to []provider.Phone) ([]provider.BatchResult, error) {
	sms, err := p.newBatch(m, to)
	if err != nil {
		return nil, err
	}
	call := p.client.NewSend(m)
	outcomes, numbers := sortOut(call, to)
	if m.Ref != "" && len(numbers) > largestBatch {
		return nil, call.Fail(provider.KindUnsupported,
			"Ref: stands for one request, and more than %d numbers need several", largestBatch)
	}
	for part := range slices.Chunk(numbers, largestBatch) {
		p.sendPart(ctx, m, sms, part, outcomes)
	}
	return adapter.Results(to, outcomes), nil
}

// newBatch checks what is the same for every number.
func (p *Provider) newBatch(m provider.Message, to []provider.Phone) (templateSMS, error) {
	if err := p.client.NewSend(m).Phones(to); err != nil {
		return templateSMS{}, err
	}
	m.To = to[0]
	call := p.client.NewSend(m)
	template, err := call.Template()
	if err != nil {
		return templateSMS{}, err
	}
	return p.newTemplateSMS(call, m, template)
}

// sortOut lists the mainland numbers, each once, and gives all others their outcome.
func sortOut(call *adapter.Call, to []provider.Phone) (outcomes map[provider.Phone]provider.BatchResult, numbers []provider.Phone) {
	outcomes = make(map[provider.Phone]provider.BatchResult, len(to))
	for i, phone := range to {
		if _, met := outcomes[phone]; met {
			continue
		}
		result := provider.BatchResult{To: phone}
		if phone.IsMainland() {
			numbers = append(numbers, phone)
		} else {
			result.Err = call.Fail(provider.KindUnsupported,
				"to[%d]: the service takes no batch of international numbers; use Send", i)
		}
		outcomes[phone] = result
	}
	return outcomes, numbers
}

// sendPart makes one request of a batch.
func (p *Provider) sendPart(
	ctx context.Context, m provider.Message, sms templateSMS, part []provider.Phone, outcomes map[provider.Phone]provider.BatchResult,
) {
	numbers := make([]string, len(part))
	for i, phone := range part {
		numbers[i] = phone.National()
	}
	call := p.client.NewSend(m)
	call.Hide(numbers...)
	receipt, err := p.submit(ctx, call, p.templateRequest(sms, numbers...))
	for _, phone := range part {
		if err == nil {
			receipt.To = phone
		}
		outcomes[phone] = provider.BatchResult{To: phone, Receipt: receipt, Err: err}
	}
}
