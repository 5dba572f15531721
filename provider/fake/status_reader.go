package fake

import (
	"context"

	"github.com/cnsms/cnsms/provider"
)

// StatusReader is a [Provider] that tells what became of a message: pending,
// until SetStatus says something else.
type StatusReader struct {
	Provider
	// StatusErr is what ReadStatus fails with, or nil.
	StatusErr error
}

var _ provider.StatusReader = (*StatusReader)(nil)

// SetStatus says what became of the message with that receipt id.
func (s *StatusReader) SetStatus(id string, status provider.Status) {
	r := s.record()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statuses[id] = status
}

// ReadStatus returns what SetStatus said, StatePending for another accepted
// message, and StateUnknown for an id that the fake never gave out.
func (s *StatusReader) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	if err := s.unanswered(ctx, provider.OpStatus, s.StatusErr); err != nil {
		return provider.Status{}, err
	}
	return s.record().status(r.ID), nil
}

func (r *record) status(id string) provider.Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	if status, ok := r.statuses[id]; ok {
		return status
	}
	for _, attempt := range r.attempts {
		if attempt.Err == nil && attempt.Receipt.ID == id {
			return provider.Status{State: provider.StatePending, At: attempt.Receipt.At}
		}
	}
	return provider.Status{State: provider.StateUnknown}
}
