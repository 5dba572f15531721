package guard

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// MemoryConfig says how a memory store is made. The zero value is usable.
type MemoryConfig struct {
	// MaxKeys bounds the memory. Default: 1,000,000.
	MaxKeys int
	// Now is the clock. Default: time.Now. When it goes back by ten minutes or less, time
	// stands still until it has caught up.
	Now func() time.Time
}

// NewMemoryStore returns a Store for one process. What it holds is gone when the
// process ends. It starts no goroutine: what has expired goes while calls come in.
func NewMemoryStore(c MemoryConfig) Store {
	if c.MaxKeys <= 0 {
		c.MaxKeys = 1_000_000
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &memory{config: c, keys: map[string]*entry{}, spent: map[string]int64{}}
}

type entry struct {
	cells cells
	ends  int64
}

// memory has one lock: every request touches the key of the whole site, so that
// several locks would only wait for that one.
type memory struct {
	config MemoryConfig
	mu     sync.Mutex
	last   int64
	keys   map[string]*entry
	spent  map[string]int64 // what was spent or settled, and when it may be forgotten

	mostKeys, mostSpent int // how many the maps had at most
}

// lagMost is for how many milliseconds time stands still.
const lagMost = 10 * 60 * 1000

// keepOpen is how long a key lives of which nothing was verified: what a flood leaves is
// gone soon. Only sums of what was verified look further back than a day.
const keepOpen = 48 * time.Hour

// keepSpent is longer than any challenge or verification lives.
const keepSpent = 48 * time.Hour

// begin reads the clock and drops a few of the expired. Time does not go back: it stands
// still until a clock that is behind has caught up. One that is far behind was wrong before.
func (m *memory) begin() int64 {
	if now := m.config.Now().UnixMilli(); now > m.last || m.last-now > lagMost {
		m.last = now
	}
	m.sweep(4)
	return m.last
}

func (m *memory) sweep(n int) {
	looked := 0
	for name, e := range m.keys {
		if m.last > e.ends {
			delete(m.keys, name)
		}
		if looked++; looked >= n {
			break
		}
	}
	m.keys, m.mostKeys = slim(m.keys, m.mostKeys)
	looked = 0
	for id, end := range m.spent {
		if m.last >= end {
			delete(m.spent, id)
		}
		if looked++; looked >= n {
			break
		}
	}
	m.spent, m.mostSpent = slim(m.spent, m.mostSpent)
}

// slim copies a map that has lost most of its entries, as after a flood: a map keeps its
// room, and each sweep would walk through that. It returns how many there were at most.
func slim[V any](from map[string]V, most int) (to map[string]V, mostNow int) {
	const small = 1024
	if most = max(most, len(from)); most <= small || len(from) > most/16 {
		return from, most
	}
	to = make(map[string]V, len(from))
	maps.Copy(to, from)
	return to, len(to)
}

func (m *memory) isSpent(id string) bool { end, ok := m.spent[id]; return ok && m.last < end }

func (m *memory) get(name string) cells {
	if e := m.keys[name]; e != nil && m.last <= e.ends {
		return e.cells
	}
	return nil
}

func (m *memory) Reserve(ctx context.Context, b Batch) (Outcome, error) {
	if err := ctx.Err(); err != nil {
		return Outcome{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.begin()
	states := make([]cells, len(b.Keys))
	fresh := 0
	for i, k := range b.Keys {
		if states[i] = m.get(k.Name); states[i] == nil {
			fresh++
		}
	}
	out := evaluate(now, b, states, b.Token != "" && !m.isSpent("t"+b.Token))
	if out.Effect > FreeOnly && !b.Record {
		return out, nil
	}
	if len(m.keys)+fresh > m.config.MaxKeys || len(m.spent) >= m.config.MaxKeys {
		m.sweep(1000)
		if len(m.keys)+fresh > m.config.MaxKeys || len(m.spent) >= m.config.MaxKeys {
			return Outcome{}, ErrFull
		}
	}
	if out.Passed {
		m.spent["t"+b.Token] = now + millis(keepSpent)
	}
	price := int64(0)
	if out.Paid {
		price = b.Price
	}
	for _, k := range b.Keys {
		m.add(k, now, [SeriesCount]int64{Sent: 1, Open: 1, Money: price})
	}
	return out, nil
}

func (m *memory) add(k Key, when int64, n [SeriesCount]int64) {
	e := m.keys[k.Name]
	if e == nil || m.last > e.ends {
		e = &entry{}
		m.keys[k.Name] = e
	}
	c := e.cells.at(m.last, when, k.Exact)
	for s := range n {
		c.n[s] = max(0, c.n[s]+n[s])
	}
	e.ends = m.last + millis(keepOpen)
	if slices.ContainsFunc(e.cells, func(c cell) bool { return c.n[Verified] > 0 }) {
		e.ends = m.last + millis(Keep)
	}
}

func (m *memory) Settle(ctx context.Context, s Settlement) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.begin()
	when := min(s.At.UnixMilli(), now)
	var n [SeriesCount]int64
	switch s.What {
	case Verified:
		n = [SeriesCount]int64{Open: -1, Verified: 1, Money: -s.Refund}
	case Sent:
		n = [SeriesCount]int64{Sent: -1, Open: -1, Money: -s.Refund}
	case Wrong:
		n, when = [SeriesCount]int64{Wrong: 1}, now
	default:
		return nil
	}
	if s.What != Wrong {
		if m.isSpent("s"+s.ID) || now-when > millis(Keep) {
			return nil
		}
		m.spent["s"+s.ID] = now + millis(keepSpent)
	}
	for _, k := range s.Keys {
		change := n
		if s.What == Sent && !k.Exact {
			change[Sent], change[Open] = 0, 0
		}
		if m.keys[k.Name] != nil || len(m.keys) < m.config.MaxKeys {
			m.add(k, when, change)
		}
	}
	return nil
}
