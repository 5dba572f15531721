package fake

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/cnsms/cnsms/provider"
)

// BatchSender is a [Provider] that sends one text to many phones at once.
type BatchSender struct{ Provider }

var _ provider.BatchSender = (*BatchSender)(nil)

// SendBatch records one attempt for each phone, in the order of to, and answers
// each as scripted. A phone that stands in the list twice gets one text, and the
// same result in both places. A batch that cannot be tried at all is recorded as
// one attempt that is to nobody.
func (b *BatchSender) SendBatch(ctx context.Context, m provider.Message, to []provider.Phone) ([]provider.BatchResult, error) {
	number := b.record().nextBatch()
	if err := b.checkBatch(m, to); err != nil {
		m.To, m.Params = provider.Phone{}, maps.Clone(m.Params)
		b.record().add(&Attempt{Message: m, Batch: number, Err: err})
		return nil, err
	}
	results := make([]provider.BatchResult, len(to))
	for i, phone := range to {
		if first := slices.Index(to, phone); first < i {
			results[i] = results[first]
			continue
		}
		m.To = phone
		receipt, err := b.send(ctx, Attempt{Message: m, Batch: number}, provider.CodeByCaller)
		results[i] = provider.BatchResult{To: phone, Receipt: receipt, Err: err}
	}
	return results, nil
}

// checkBatch reports what is wrong with the whole batch.
func (b *BatchSender) checkBatch(m provider.Message, to []provider.Phone) error {
	problem := ""
	if len(to) == 0 {
		problem = "to: no phone numbers"
	} else if i := slices.IndexFunc(to, provider.Phone.IsZero); i >= 0 {
		problem = fmt.Sprintf("to[%d]: no phone number", i)
	}
	if problem != "" {
		return &provider.Error{Provider: b.Name(), Op: provider.OpSend, Kind: provider.KindRecipient, Text: problem}
	}
	m.To = to[0] // a message without a recipient is no message
	_, err := b.check(m, provider.CodeByCaller)
	return err
}

// nextBatch numbers a batch.
func (r *record) nextBatch() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.batches++
	return r.batches
}
