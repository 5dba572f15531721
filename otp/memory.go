package otp

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// DefaultMaxRecords is MemoryStoreConfig.MaxRecords when that is 0.
const DefaultMaxRecords = 100_000

// MemoryStoreConfig holds the settings of a MemoryStore.
type MemoryStoreConfig struct {
	// MaxRecords is how many records the store holds at most. When it is full, Create
	// fails with ErrFull: nobody's code is dropped for somebody else's. 0 means
	// DefaultMaxRecords.
	MaxRecords int
	// Now tells the time. nil means time.Now.
	Now func() time.Time
}

// Validate reports every problem at once.
func (c MemoryStoreConfig) Validate() error {
	if c.MaxRecords < 0 {
		return errors.New("otp: memory store: config: MaxRecords: must not be negative")
	}
	return nil
}

// MemoryStore is a Store in the memory of one process. It starts no goroutine: each
// call that changes something also drops a few entries that have ended, more than such a
// call can add, so that the store shrinks as it is used.
type MemoryStore struct {
	max int
	now func() time.Time

	mu      sync.Mutex
	last    Time
	records map[string]Record
	index   map[string]entry // pending, idempotency and message keys
	phones  map[string]map[string]Time
	wrong   map[string]Wrong
	due     map[string]Time // when a record is due
	dues    agenda          // the same in order, and times that no longer hold
	ends    agenda
}

// entry is what an index holds: a record's id and the number of a send, or an early
// report.
type entry struct {
	id        string
	number    int
	delivered bool
	ends      Time
}

var _ Store = (*MemoryStore)(nil)

// NewMemoryStore makes an empty store.
func NewMemoryStore(cfg MemoryStoreConfig) (*MemoryStore, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &MemoryStore{
		max: cfg.MaxRecords, now: cfg.Now,
		records: map[string]Record{}, index: map[string]entry{}, phones: map[string]map[string]Time{},
		wrong: map[string]Wrong{}, due: map[string]Time{},
	}
	if s.max == 0 {
		s.max = DefaultMaxRecords
	}
	if s.now == nil {
		s.now = time.Now
	}
	return s, nil
}

// enter begins a step: it takes the lock and the time.
func (s *MemoryStore) enter(ctx context.Context) (Time, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	s.last = max(s.last, TimeOf(s.now()))
	s.sweep(s.last)
	return s.last, nil
}

// Create stores a new record.
func (s *MemoryStore) Create(ctx context.Context, c Creation) (Answer, error) {
	now, err := s.enter(ctx)
	if err != nil {
		return Answer{}, err
	}
	defer s.mu.Unlock()
	if r, ok := s.record(c.Record.ID, now); ok {
		return answer(Done, r, now), nil
	}
	if r, ok := s.indexed(idempotencyKey, c.Idempotency, now); ok && r.State != Undeliverable {
		return answer(Repeated, r, now), nil
	}
	if r, ok := s.indexed(pendingKey, c.Pending, now); ok && r.Open(now) {
		return answer(Found, r, now), nil
	}
	if c.OnlyFind {
		return Answer{Verdict: Unknown, Now: now}, nil
	}
	r := c.Made(now)
	if len(s.idsOf(r.Phone, now)) >= MaxPerPhone {
		if !r.Test {
			return Answer{Verdict: TooMany, Now: now}, nil
		}
		s.dropFirst(r.Phone)
	}
	if len(s.records) >= s.max {
		return Answer{}, ErrFull
	}
	if s.phones[r.Phone] == nil {
		s.phones[r.Phone] = map[string]Time{}
	}
	s.phones[r.Phone][r.ID] = r.Ends
	s.put(r)
	s.point(pendingKey+r.Pending, entry{id: r.ID, ends: r.Ends})
	if r.Idempotency != "" {
		s.point(idempotencyKey+r.Idempotency, entry{id: r.ID, ends: r.Ends})
	}
	return answer(Done, r, now), nil
}

// Look answers a record.
func (s *MemoryStore) Look(ctx context.Context, id string) (Answer, error) {
	return s.change(ctx, id, func(r Record, _ Time) (Record, Verdict) { return r, Done })
}

// Claim adds a send to the ledger.
func (s *MemoryStore) Claim(ctx context.Context, c Claim) (Answer, error) {
	return s.change(ctx, c.ID, func(r Record, now Time) (Record, Verdict) { return r.Claimed(c, now) })
}

// Settle writes what became of a send.
func (s *MemoryStore) Settle(ctx context.Context, c Settlement) (Answer, error) {
	return s.change(ctx, c.ID, func(r Record, now Time) (Record, Verdict) {
		r, verdict := r.Settled(c, now)
		if verdict != Done || c.Message == "" {
			return r, verdict
		}
		if early, ok := s.index[messageKey+c.Message]; ok && early.id == "" && now < early.ends {
			r, _ = r.Noted(c.Number, News{Delivered: early.delivered}, now)
		}
		s.point(messageKey+c.Message, entry{id: r.ID, number: c.Number, ends: r.Ends})
		return r, Done
	})
}

// Try tries a code.
func (s *MemoryStore) Try(ctx context.Context, t Trial) (Answer, error) {
	var again Time
	a, err := s.change(ctx, t.ID, func(r Record, now Time) (Record, Verdict) {
		wrong := s.wrong[r.Phone]
		next, verdict, charge := r.Tried(t.Proofs, wrong.Within(now), now)
		if verdict == GuessedOut {
			again = wrong.Until(now)
		}
		if charge {
			s.charge(r.Phone, now)
		}
		return next, verdict
	})
	a.Again = again
	return a, err
}

// Approve ends a record that a service has found the code of.
func (s *MemoryStore) Approve(ctx context.Context, id string) (Answer, error) {
	return s.change(ctx, id, Record.Confirmed)
}

// Cancel ends a record.
func (s *MemoryStore) Cancel(ctx context.Context, c Cancellation) (Answer, error) {
	return s.change(ctx, c.ID, func(r Record, now Time) (Record, Verdict) { return r.Canceled(c.Proofs, now) })
}

// Note writes a report.
func (s *MemoryStore) Note(ctx context.Context, n News) (Answer, error) {
	id, number := n.ID, n.Number
	if id == "" {
		found, now, err := s.sendOf(ctx, n)
		if err != nil || found.id == "" {
			return Answer{Verdict: Unknown, Now: now}, err
		}
		id, number = found.id, found.number
	}
	return s.change(ctx, id, func(r Record, now Time) (Record, Verdict) { return r.Noted(number, n, now) })
}

// Due returns records that may be sent again.
func (s *MemoryStore) Due(ctx context.Context, limit int) (Listing, error) {
	now, err := s.enter(ctx)
	if err != nil {
		return Listing{}, err
	}
	defer s.mu.Unlock()
	list := Listing{Now: now}
	var again []end // what is due stays due until somebody claims it
	for len(list.Records) < limit && len(s.dues) > 0 && s.dues[0].at <= now {
		next := s.dues.pop()
		twice := len(again) > 0 && again[len(again)-1] == next
		if twice || s.due[next.key] != next.at { // it is due at another time, or no longer
			continue
		}
		r, ok := s.record(next.key, now)
		if !ok || !r.Open(now) {
			delete(s.due, next.key)
			continue
		}
		list.Records = append(list.Records, r.clone())
		again = append(again, next)
	}
	for _, each := range again {
		heap.Push(&s.dues, each)
	}
	return list, nil
}

// Person does something with all records of one number.
func (s *MemoryStore) Person(ctx context.Context, p Person) (Listing, error) {
	now, err := s.enter(ctx)
	if err != nil {
		return Listing{}, err
	}
	defer s.mu.Unlock()
	list := Listing{Now: now}
	for _, phone := range p.Phones {
		for id := range s.idsOf(phone, now) {
			if r, ok := s.record(id, now); ok && s.act(p.Action, r, now) {
				list.Records = append(list.Records, r.clone())
			}
		}
		if p.Action == Erase {
			delete(s.wrong, phone)
		}
	}
	slices.SortFunc(list.Records, func(a, b Record) int { return cmp.Or(cmp.Compare(a.Created, b.Created), cmp.Compare(a.ID, b.ID)) })
	return list, nil
}
