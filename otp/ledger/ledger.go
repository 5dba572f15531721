package ledger

import (
	"fmt"
	"hash/maphash"
	"io"
	"sync"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Ledger keeps the books. It is safe for concurrent use, starts no goroutine, and its memory
// is bounded. Make it with New.
type Ledger struct {
	members  map[string]Member
	instead  string
	keep     int
	keepDays int
	seed     maphash.Seed
	now      func() time.Time

	mu       sync.Mutex
	lines    map[string]*line // verifications, by id
	order    []*line          // a ring
	next     int              // where the next line goes when the ring is full
	byID     map[textKey]*place
	byRef    map[textKey]*place
	early    map[textKey]Outcome
	arrivals []textKey // a ring
	total    *page
	days     map[string]*page
	oldest   string // days before it are gone
	watched  map[provider.Provider]*watched
}

// textKey finds a text: the name of its member and an id or a ref.
type textKey struct{ provider, id string }

// place is a text and the line that it stands in.
type place struct {
	line *line
	text *text
}

// New makes a ledger. The error names every problem of cfg at once.
func New(cfg Config) (*Ledger, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	l := &Ledger{
		members: map[string]Member{}, instead: cfg.Instead, keep: cfg.Recent, keepDays: cfg.Days,
		seed: maphash.MakeSeed(), now: cfg.Now,
		lines: map[string]*line{}, byID: map[textKey]*place{}, byRef: map[textKey]*place{}, early: map[textKey]Outcome{},
		total: &page{providers: map[string]Counts{}}, days: map[string]*page{}, watched: map[provider.Provider]*watched{},
	}
	for _, m := range cfg.Members {
		l.members[m.Provider.Name()] = m
	}
	return l, nil
}

// Format prints nothing of the books, whatever the verb: print a Snapshot.
func (l *Ledger) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "ledger.Ledger") }

// member returns what is known of a member; of an unknown one, that is nothing.
func (l *Ledger) member(name string) Member { return l.members[name] }

// change changes a line and the totals with it.
func (l *Ledger) change(v *line, change func()) {
	if len(v.texts) > 0 {
		l.book(v, -1)
	}
	change()
	l.book(v, 1)
}

// lineOf returns the line of a verification, and makes it where there is none; every text
// without a verification has a line of its own.
func (l *Ledger) lineOf(id string) *line {
	if v := l.lines[id]; v != nil {
		return v
	}
	v := &line{id: id, isOne: id != "", sends: map[int]*send{}}
	if id != "" {
		l.lines[id] = v
	}
	if len(l.order) < l.keep {
		l.order = append(l.order, v)
		return v
	}
	l.drop(l.order[l.next])
	l.order[l.next] = v
	l.next = (l.next + 1) % l.keep
	return v
}

// drop forgets a line. The totals keep it as it is.
func (l *Ledger) drop(v *line) {
	v.gone = true
	if l.lines[v.id] == v {
		delete(l.lines, v.id)
	}
	for _, t := range v.texts {
		l.unlink(l.byID, textKey{t.provider, t.id}, t)
		l.unlink(l.byRef, textKey{t.provider, t.ref}, t)
	}
}

func (l *Ledger) unlink(index map[textKey]*place, key textKey, t *text) {
	if found := index[key]; found != nil && found.text == t {
		delete(index, key)
	}
}
