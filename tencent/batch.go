package tencent

import (
	"context"
	"slices"

	"github.com/cnsms/cnsms/provider"
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
	results := make([]provider.BatchResult, len(to))
	for i, phone := range to {
		results[i] = byPhone[phone]
	}
	return results, nil
}

// newBatch checks the whole batch before anything is sent.
func (p *Provider) newBatch(m provider.Message, to []provider.Phone) ([]submission, error) {
	call := p.client.NewSend(m)
	if len(to) == 0 {
		return nil, call.Fail(provider.KindRecipient, "to: no phone numbers")
	}
	if i := slices.IndexFunc(to, provider.Phone.IsZero); i >= 0 {
		return nil, call.Fail(provider.KindRecipient, "to[%d]: no phone number", i)
	}
	var parts []submission
	for _, phones := range split(to) {
		part, err := p.newSubmission(m, phones)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// split makes parts of up to 200 different phones, each all mainland or all not.
func split(to []provider.Phone) [][]provider.Phone {
	var mainland, foreign []provider.Phone
	seen := make(map[provider.Phone]bool, len(to))
	for _, phone := range to {
		switch {
		case seen[phone]:
		case phone.IsMainland():
			mainland = append(mainland, phone)
		default:
			foreign = append(foreign, phone)
		}
		seen[phone] = true
	}
	parts := slices.Collect(slices.Chunk(mainland, largestBatch))
	return slices.AppendSeq(parts, slices.Chunk(foreign, largestBatch))
}
