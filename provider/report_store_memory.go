package provider

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// DefaultMaxReports is MemoryReportStoreConfig.MaxReports when that is 0.
	DefaultMaxReports = 100_000
	// DefaultKeepReports is MemoryReportStoreConfig.Keep when that is 0. Services give
	// up a push that nobody takes within hours.
	DefaultKeepReports = 24 * time.Hour
)

// MemoryReportStoreConfig holds the settings of a MemoryReportStore.
type MemoryReportStoreConfig struct {
	// MaxReports is how many reports are remembered; the oldest go first.
	// Default: DefaultMaxReports.
	MaxReports int
	// Keep is for how long a report is remembered. Default: DefaultKeepReports.
	Keep time.Duration
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Validate names every faulty field.
func (c MemoryReportStoreConfig) Validate() error {
	var problems []error
	if c.MaxReports < 0 {
		problems = append(problems, errors.New("MaxReports: must not be negative"))
	}
	if c.Keep < 0 {
		problems = append(problems, errors.New("Keep: must not be negative"))
	}
	return errors.Join(problems...)
}

// MemoryReportStore is a ReportStore in the memory of one process. It never holds
// more than MaxReports keys, of some 200 bytes each.
type MemoryReportStore struct {
	cfg MemoryReportStoreConfig

	mu    sync.Mutex
	taken map[string]time.Time
	order []string // of taken, the oldest first
}

var _ ReportStore = (*MemoryReportStore)(nil)

// NewMemoryReportStore makes an empty store.
func NewMemoryReportStore(cfg MemoryReportStoreConfig) (*MemoryReportStore, error) {
	if err := cfg.Validate(); err != nil {
		return nil, &Error{Op: OpReports, Kind: KindConfig, Err: err}
	}
	if cfg.MaxReports == 0 {
		cfg.MaxReports = DefaultMaxReports
	}
	if cfg.Keep == 0 {
		cfg.Keep = DefaultKeepReports
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &MemoryReportStore{cfg: cfg, taken: map[string]time.Time{}}, nil
}

// Known returns those of the keys that were added within Keep and are among the last
// MaxReports. It never fails.
func (s *MemoryReportStore) Known(_ context.Context, keys []string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget()
	var known []string
	for _, key := range keys {
		if _, ok := s.taken[key]; ok {
			known = append(known, key)
		}
	}
	return known, nil
}

// Add remembers keys. A key that is known keeps its time. It never fails.
func (s *MemoryReportStore) Add(_ context.Context, keys []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget()
	now := s.cfg.Now()
	for _, key := range keys {
		if _, ok := s.taken[key]; ok {
			continue
		}
		if len(s.order) == s.cfg.MaxReports {
			s.dropOldest()
		}
		s.taken[key] = now
		s.order = append(s.order, key)
	}
	return nil
}

// forget drops what is older than Keep.
func (s *MemoryReportStore) forget() {
	limit := s.cfg.Now().Add(-s.cfg.Keep)
	for len(s.order) > 0 && !s.taken[s.order[0]].After(limit) {
		s.dropOldest()
	}
}

func (s *MemoryReportStore) dropOldest() {
	delete(s.taken, s.order[0])
	s.order[0] = "" // the array behind order may live on
	s.order = s.order[1:]
}
