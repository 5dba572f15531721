package ronglian

import (
	"context"
	"fmt"
	"slices"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// largestBatch is how many numbers one request takes. Some sources say 100, newer
// ones 200; a hundred is safe under both.
const largestBatch = 100

// SendBatch sends m to mainland numbers, a hundred per request. The service
// gives one id to all numbers of a request, so their receipts share it; which of
// them got the text is told by the reports, by number. A number that stands
// twice in to gets one text and the same result twice, because the service
// refuses a list with duplicates. International numbers fail as KindUnsupported
// each: the service takes them one by one, with Send.
//
// With m.Ref set, to must fit into one request: the service takes each Ref once.
func (p *Provider) SendBatch(ctx context.Context, m provider.Message, to []provider.Phone) ([]provider.BatchResult, error) {
	sms, err := p.newBatch(m, to)
	if err != nil {
		return nil, httpx.Named(err, p.cfg.Name)
	}
	outcomes, numbers := p.sortOut(to)
	if m.Ref != "" && len(numbers) > largestBatch {
		return nil, p.sendError(provider.KindUnsupported, fmt.Sprintf(
			"Ref: stands for one request, and more than %d numbers need several", largestBatch))
	}
	for part := range slices.Chunk(numbers, largestBatch) {
		p.sendPart(ctx, p.newTemplateCall(m, sms, part...), outcomes)
	}
	results := make([]provider.BatchResult, len(to))
	for i, phone := range to {
		results[i] = outcomes[phone]
	}
	return results, nil
}

// newBatch checks what is the same for every number.
func (p *Provider) newBatch(m provider.Message, to []provider.Phone) (templateSMS, error) {
	if len(to) == 0 {
		return templateSMS{}, p.sendError(provider.KindRecipient, "to: no phone numbers")
	}
	if i := slices.IndexFunc(to, provider.Phone.IsZero); i >= 0 {
		return templateSMS{}, p.sendError(provider.KindRecipient, fmt.Sprintf("to[%d]: no phone number", i))
	}
	m.To = to[0]
	if err := m.Validate(); err != nil {
		return templateSMS{}, err
	}
	template, err := p.cfg.Templates.Lookup(m.Template)
	if err != nil {
		return templateSMS{}, err
	}
	return p.newTemplateSMS(m, template)
}

// sortOut lists the mainland numbers, each once, and gives all others their
// outcome.
func (p *Provider) sortOut(to []provider.Phone) (outcomes map[provider.Phone]provider.BatchResult, numbers []provider.Phone) {
	outcomes = make(map[provider.Phone]provider.BatchResult, len(to))
	for i, phone := range to {
		if _, met := outcomes[phone]; met {
			continue
		}
		result := provider.BatchResult{To: phone}
		if phone.IsMainland() {
			numbers = append(numbers, phone)
		} else {
			result.Err = p.sendError(provider.KindUnsupported, fmt.Sprintf(
				"to[%d]: the service takes no batch of international numbers; use Send", i))
		}
		outcomes[phone] = result
	}
	return outcomes, numbers
}

// sendPart makes one request of a batch.
func (p *Provider) sendPart(ctx context.Context, c call, outcomes map[provider.Phone]provider.BatchResult) {
	answer, err := p.exchange(ctx, c)
	id := answer.id()
	if err == nil && id == "" {
		err = p.withoutID()
	}
	at := p.cfg.Now()
	for _, phone := range c.phones {
		result := provider.BatchResult{To: phone, Err: err}
		if err == nil {
			result.Receipt = provider.Receipt{Provider: p.cfg.Name, ID: id, To: phone, At: at}
		}
		outcomes[phone] = result
	}
}

// sendError is a failure before any request.
func (p *Provider) sendError(kind provider.Kind, text string) error {
	return &provider.Error{Provider: p.cfg.Name, Op: provider.OpSend, Kind: kind, Text: text}
}
