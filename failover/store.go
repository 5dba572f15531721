package failover

import (
	"container/list"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"strconv"
	"sync"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// AttemptStore counts users' attempts. Implementations are safe for concurrent
// use, and package failovertest holds their tests.
//
// Keys are digests in hexadecimal, 64 characters long. They show neither the
// phone nor the template. The store uses its own clock.
type AttemptStore interface {
	// Add counts one more attempt under key and returns the count with the new
	// attempt included: 1 for the first. It is atomic: of several calls at the same
	// time each gets a number of its own. The store forgets the count when window
	// passes without another Add.
	//
	// Add returns when ctx ends, with an error that matches ctx.Err(). The attempt
	// may then count or not.
	Add(ctx context.Context, key string, window time.Duration) (int, error)

	// Forget drops the count, so that the next Add returns 1. A key without a count
	// is no error.
	Forget(ctx context.Context, key string) error
}

// DefaultMaxKeys is MemoryStoreConfig.MaxKeys when that is 0.
const DefaultMaxKeys = 100_000

// MemoryStoreConfig holds the settings of a MemoryStore.
type MemoryStoreConfig struct {
	// MaxKeys is the largest number of counts in the store. When there would be
	// more, the store drops the count whose last attempt is the oldest. A count
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

// MemoryStore is an AttemptStore in the memory of one process. Add also drops
// counts whose window has passed; the store starts no goroutine.
type MemoryStore struct {
	maxKeys int
	now     func() time.Time

	mu     sync.Mutex
	claims map[string]bool
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
		claims:  map[string]bool{},
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

// Len returns how many counts the store holds, those included whose window has
// passed and that are not dropped yet.
func (s *MemoryStore) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts.Len()
}

// claim lets one composer without a name count under what stands for a name. It
// reports whether that was free.
func (s *MemoryStore) claim(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.claims[name]
	s.claims[name] = true
	return !taken
}

// sweep drops counts whose window has passed, those with the oldest attempts
// first. It stops at the first that has not lapsed: where windows differ, a
// lapsed count may stay behind that one until it lapses too.
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

// keyer makes the keys under which a composer counts.
type keyer struct {
	composer string
	keyed    bool
	digests  sync.Pool
}

// digest holds what it takes to make a key. A pool keeps it for the next one.
type digest struct {
	mac            hash.Hash
	text, sum, key []byte
}

func newKeyer(composer string, secret provider.Secret) *keyer {
	k := &keyer{composer: composer, keyed: secret != ""}
	k.digests.New = func() any { return &digest{mac: hmac.New(sha256.New, []byte(secret))} }
	return k
}

// key makes a digest of the composer's name, the template and the phone. The name
// keeps the counts of several composers in one store apart.
func (k *keyer) key(phone provider.Phone, template string) string {
	parts := [...]string{k.composer, template, phone.CountryCode(), phone.National()}
	return k.digest(parts[:])
}

// retryKey makes the key under which the retries of one window are counted.
func (k *keyer) retryKey(phone provider.Phone, template string, window int64) string {
	parts := [...]string{k.composer, template, phone.CountryCode(), phone.National(), "retries", strconv.FormatInt(window, 10)}
	return k.digest(parts[:])
}

func (k *keyer) digest(parts []string) string {
	d, _ := k.digests.Get().(*digest)
	defer k.digests.Put(d)
	d.text = d.text[:0]
	for _, part := range parts {
		d.text = strconv.AppendInt(d.text, int64(len(part)), 10) // no two lists of parts look the same
		d.text = append(d.text, ':')
		d.text = append(d.text, part...)
	}
	if k.keyed {
		d.mac.Reset()
		d.mac.Write(d.text)
		d.sum = d.mac.Sum(d.sum[:0])
	} else {
		sum := sha256.Sum256(d.text)
		d.sum = append(d.sum[:0], sum[:]...)
	}
	d.key = hex.AppendEncode(d.key[:0], d.sum)
	return string(d.key)
}
