package failover

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// DefaultMaxKeys is MemoryStoreConfig.MaxKeys when that is 0.
const DefaultMaxKeys = 100_000

// MemoryStoreConfig is how much a MemoryStore holds.
type MemoryStoreConfig struct {
	// MaxKeys is how many counts are held at the most. When there would be more,
	// the one that has waited longest for another attempt is dropped. A count
	// takes about 300 bytes. 0 means DefaultMaxKeys.
	MaxKeys int
	// Now tells the time. nil means time.Now.
	Now func() time.Time
}

// Validate reports every problem at once.
func (c MemoryStoreConfig) Validate() error {
	if c.MaxKeys < 0 {
		return configError("memory store", errors.New("MaxKeys: must not be negative"))
	}
	return nil
}

// MemoryStore is an AttemptStore in the memory of one process. Counts that have
// lapsed are swept out as others are made; it starts no goroutine.
type MemoryStore struct {
	maxKeys int
	now     func() time.Time

	mu     sync.Mutex
	places map[string]*list.Element
	counts *list.List // of *count, the one with the latest attempt at the back
}

// count is the attempts under one key.
type count struct {
	key      string
	attempts int
	lapses   time.Time
}

var _ AttemptStore = (*MemoryStore)(nil)

// NewMemoryStore makes an empty store.
func NewMemoryStore(cfg MemoryStoreConfig) (*MemoryStore, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return newMemoryStore(cfg), nil
}

func newMemoryStore(cfg MemoryStoreConfig) *MemoryStore {
	s := &MemoryStore{
		maxKeys: cfg.MaxKeys,
		now:     orNow(cfg.Now),
		places:  map[string]*list.Element{},
		counts:  list.New(),
	}
	if s.maxKeys == 0 {
		s.maxKeys = DefaultMaxKeys
	}
	return s
}

// Add counts one more attempt under key.
func (s *MemoryStore) Add(ctx context.Context, key string, window time.Duration) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.sweep(now)
	c := s.latest(key)
	if !now.Before(c.lapses) {
		c.attempts = 0
	}
	c.attempts++
	c.lapses = now.Add(window)
	return c.attempts, nil
}

// Forget drops the count of key.
func (s *MemoryStore) Forget(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if place, ok := s.places[key]; ok {
		s.drop(place)
	}
	return nil
}

// Len returns how many counts the store holds, lapsed ones that are not yet
// swept out included.
func (s *MemoryStore) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts.Len()
}

// sweep drops lapsed counts, those with the oldest attempts first. It stops at
// the first that has not lapsed: where windows differ, a lapsed count may stay
// behind it until that one lapses too.
func (s *MemoryStore) sweep(now time.Time) {
	for place := s.counts.Front(); place != nil && !now.Before(countAt(place).lapses); place = s.counts.Front() {
		s.drop(place)
	}
}

// latest finds the count of key, or makes one, and puts it at the back.
func (s *MemoryStore) latest(key string) *count {
	if place, ok := s.places[key]; ok {
		s.counts.MoveToBack(place)
		return countAt(place)
	}
	if s.counts.Len() >= s.maxKeys {
		s.drop(s.counts.Front())
	}
	c := &count{key: key}
	s.places[key] = s.counts.PushBack(c)
	return c
}

func (s *MemoryStore) drop(place *list.Element) {
	s.counts.Remove(place)
	delete(s.places, countAt(place).key)
}

func countAt(place *list.Element) *count {
	c, _ := place.Value.(*count)
	return c
}
