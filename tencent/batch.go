package tencent

import (
	"context"
	"fmt"
	"slices"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

var _ provider.BatchSender = (*Provider)(nil)

// SendBatch submits one text to many phones, up to 200 a request. Mainland and
// foreign numbers go in different requests, because the service refuses a
// mixture. A number that stands in the list twice gets one text, and the same
// result in both places. A number that a reply does not mention may have been
// sent to.
func (p *Provider) SendBatch(ctx context.Context, m provider.Message, to []provider.Phone) ([]provider.BatchResult, error) {
	parts, err := p.newBatch(m, to)
	if err != nil {
		return nil, httpx.Named(err, p.cfg.Name)
	}
	byPhone := make(map[provider.Phone]provider.BatchResult, len(to))
	for _, part := range parts {
		reply, err := p.submit(ctx, part)
		for _, phone := range part.phones {
			result := provider.BatchResult{To: phone, Err: err}
			if err == nil {
				result.Receipt, result.Err = p.resultOf(part, reply, phone)
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
	if len(to) == 0 {
		return nil, &provider.Error{Op: provider.OpSend, Kind: provider.KindRecipient, Text: "to: no phone numbers"}
	}
	for i, phone := range to {
		if phone.IsZero() {
			return nil, &provider.Error{Op: provider.OpSend, Kind: provider.KindRecipient, Text: fmt.Sprintf("to[%d]: no phone number", i)}
		}
	}
	m.To = to[0] // a message without a recipient is no message
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
