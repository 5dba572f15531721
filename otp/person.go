package otp

import (
	"context"

	"github.com/cnsms/cnsms/provider"
)

// Stored is what is stored of one verification, for somebody who asks what is known of
// his number. It holds no code: a code is not known here.
type Stored struct {
	// Verification is how it stands.
	Verification Verification `json:"verification"`
	// Texts are the texts that were asked for.
	Texts []StoredText `json:"texts"`
}

// StoredText is what is stored of one text.
type StoredText struct {
	// At is when it was asked for, in milliseconds since the Unix epoch.
	At Time `json:"at"`
	// Outcome is what the services answered, Provider who accepted it.
	Outcome  Outcome `json:"outcome"`
	Provider string  `json:"provider,omitempty"`
	// Delivered and Failed are when a report said so, or 0.
	Delivered Time `json:"delivered,omitempty"`
	Failed    Time `json:"failed,omitempty"`
}

// ExportPhone returns all that the store knows of a number, oldest first. What it knows ends
// by itself ten minutes after the life of a code.
func (s *Service) ExportPhone(ctx context.Context, typed string) ([]Stored, error) {
	list, phone, err := s.person(ctx, typed, Export)
	if err != nil {
		return nil, err
	}
	all := make([]Stored, 0, len(list.Records))
	for _, r := range list.Records {
		one := Stored{Verification: withPhone(view(r, list.Now), phone)}
		for _, send := range r.Sends {
			one.Texts = append(one.Texts, StoredText{send.At, send.Outcome, send.Provider, send.Delivered, send.Failed})
		}
		all = append(all, one)
	}
	s.tell(ctx, Event{Kind: EventExported, At: list.Now.Go(), Phone: phone})
	return all, nil
}

// ErasePhone deletes all that the store knows of a number, pending verifications among it,
// and returns how many verifications there were. A guard and the services keep what
// they keep.
func (s *Service) ErasePhone(ctx context.Context, typed string) (int, error) {
	list, phone, err := s.person(ctx, typed, Erase)
	if err != nil {
		return 0, err
	}
	s.tell(ctx, Event{Kind: EventErased, At: list.Now.Go(), Phone: phone})
	return len(list.Records), nil
}

// RevokePhone cancels all pending verifications of a number: its owner says "this was not
// me", by answering the text or to somebody who knows that it is him. It returns how
// many there were.
func (s *Service) RevokePhone(ctx context.Context, typed string) (int, error) {
	list, phone, err := s.person(ctx, typed, Revoke)
	if err != nil {
		return 0, err
	}
	for _, r := range list.Records {
		e := event(EventCanceled, r, list.Now)
		e.Phone = phone
		s.tell(ctx, e)
	}
	return len(list.Records), nil
}

func (s *Service) person(ctx context.Context, typed string, action PersonAction) (Listing, provider.Phone, error) {
	phone, err := provider.ParsePhone(typed)
	if err != nil {
		return Listing{}, phone, &Error{Code: BadPhone, Err: err}
	}
	limited, cancel := s.limited(ctx)
	defer cancel()
	list, err := s.store.Person(limited, Person{Phones: s.keys.each(func(k key) string { return k.phone(phone) }), Action: action})
	if err != nil {
		return list, phone, unavailable("the store failed", err)
	}
	return list, phone, nil
}
