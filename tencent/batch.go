package tencent

import (
	"context"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

var _ provider.BatchSender = (*Provider)(nil)

// largestBatch is how many numbers one SendSms takes.
const largestBatch = 200

// SendBatch submits one text to many phones, up to 200 a request. Mainland and
// foreign numbers go in different requests, because the service refuses a
// mixture. A number that stands in the list twice gets one text, and the same
// result in both places. A number that a reply does not mention may have been
// sent to.
func (p *Provider) SendBatch(ctx context.Context, m provider.Message, to []provider.Phone) ([]provider.BatchResult, error) {
	parts, err := p.newBatch(m, to)
	if err != nil {
		return nil, err
	}
	byPhone := make(map[provider.Phone]provider.BatchResult, len(to))
	for _, part := range parts {
		var reply sendReply
		err := p.sdk.ask(ctx, part.call, p.sdk.sendSMS(part), &reply)
		for _, phone := range part.phones {
			result := provider.BatchResult{To: phone, Err: err}
			if err == nil {
				result.Receipt, result.Err = part.resultOf(reply, phone)
			}
			byPhone[phone] = result
		}
	}
	return adapter.Results(to, byPhone), nil
}

// newBatch checks the whole batch before anything is sent.
func (p *Provider) newBatch(m provider.Message, to []provider.Phone) ([]submission, error) {
	if err := p.client.NewSend(m).Phones(to); err != nil {
		return nil, err
	}
	var parts []submission
	for _, phones := range adapter.Parts(to, largestBatch) {
		part, err := p.newSubmission(m, phones)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}
