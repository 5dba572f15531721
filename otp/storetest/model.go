package storetest

import (
	"math/rand/v2"
	"time"

	"github.com/cnsms/cnsms/otp"
)

var modelCases = []testCase{
	{"the same as in memory", "every answer over random steps is that of the store in memory, which calls the rules themselves", false, sameAsMemory},
}

// sameAsMemory gives the same random steps to the store and to one in memory with the
// same clock. Where the clock cannot be moved, there are fewer steps, and the one in memory
// goes by the time that the store has answered.
func sameAsMemory(b *bench) {
	if b.Now == nil {
		w := newWalk(b, 0)
		for step := range 500 {
			w.step(step)
		}
		return
	}
	for seed := range uint64(seeds) {
		w := newWalk(b, seed)
		for step := range 500 {
			w.step(step)
		}
		b.Advance(48 * time.Hour) // the next seed finds an empty store
	}
}

// walk is a random walk of two stores.
type walk struct {
	b      *bench
	seed   uint64
	model  otp.Store
	told   otp.Time
	random *rand.Rand
	base   int
	made   int
}

func newWalk(b *bench, seed uint64) *walk {
	w := &walk{b: b, seed: seed, random: rand.New(rand.NewPCG(seed, 11)), base: int(seed) * 1000} //nolint:gosec // The steps are to be the same each time.
	now := b.Now
	if now == nil {
		now = func() time.Time { return w.told.Go() }
	}
	model, err := otp.NewMemoryStore(otp.MemoryStoreConfig{Now: now})
	b.that(err == nil, "%v", err)
	w.model = model
	return w
}

// step asks both stores the same and compares what they answer.
func (w *walk) step(step int) {
	pause, long := Life/100, 40
	if w.b.Now == nil {
		long = 200
	}
	if w.random.IntN(long) == 0 {
		pause = Life
	}
	w.b.Advance(time.Duration(w.random.IntN(int(pause))))
	what, ask := w.choose()
	got, gotErr := ask(w.b.Store)
	switch answer := got.(type) {
	case otp.Answer:
		w.told = answer.Now
	case otp.Listing:
		w.told = answer.Now
	}
	want, wantErr := ask(w.model)
	if text(got) != text(want) || (gotErr == nil) != (wantErr == nil) {
		w.b.Fatalf("seed %d, step %d, %s:\n%s %v\nin memory:\n%s %v\nthe rule: %s", w.seed, step, what, text(got), gotErr, text(want), wantErr, w.b.rule)
	}
}

// choose draws a step.
func (w *walk) choose() (what string, ask func(s otp.Store) (any, error)) {
	ctx, r := w.b.Context(), w.record()
	number := w.number(r)
	switch w.random.IntN(17) {
	case 0, 1:
		c := w.creation()
		return "Create", func(s otp.Store) (any, error) { return s.Create(ctx, c) }
	case 3, 4:
		c := w.settlement(r, number)
		return "Settle", func(s otp.Store) (any, error) { return s.Settle(ctx, c) }
	case 5, 6, 7:
		p := proofs(r, w.random.IntN(10) == 0)
		return "Try", func(s otp.Store) (any, error) { return s.Try(ctx, otp.Trial{ID: r.ID, Proofs: p}) }
	case 8, 14:
		return "Claim", func(s otp.Store) (any, error) { return s.Claim(ctx, otp.Claim{ID: r.ID, Proofs: proofs(r, false)}) }
	case 9, 16:
		return "Claim by itself", func(s otp.Store) (any, error) {
			return s.Claim(ctx, otp.Claim{ID: r.ID, ByItself: true, After: number})
		}
	case 10:
		return "Approve", func(s otp.Store) (any, error) { return s.Approve(ctx, r.ID) }
	case 11:
		return "Due", func(s otp.Store) (any, error) { return s.Due(ctx, 100) }
	case 12, 15:
		n := otp.News{Messages: []string{message(r, number)}, Delivered: w.random.IntN(2) == 0, Keep: Life}
		if w.random.IntN(2) == 0 {
			n = otp.News{ID: r.ID, Number: number, Delivered: n.Delivered}
		}
		return "Note", func(s otp.Store) (any, error) { return s.Note(ctx, n) }
	}
	return w.rare(r)
}

// rare draws a step that ends records.
func (w *walk) rare(r otp.Record) (what string, ask func(s otp.Store) (any, error)) {
	ctx := w.b.Context()
	switch w.random.IntN(20) {
	case 0:
		action := []otp.PersonAction{otp.Export, otp.Revoke, otp.Erase}[w.random.IntN(3)]
		p := otp.Person{Phones: []string{name("phone", 0), name("phone", 1)}, Action: action}
		return string(action), func(s otp.Store) (any, error) { return s.Person(ctx, p) }
	case 1, 2, 3, 4:
		return "Cancel", func(s otp.Store) (any, error) {
			return s.Cancel(ctx, otp.Cancellation{ID: r.ID, Proofs: proofs(r, false)})
		}
	}
	return "Look", func(s otp.Store) (any, error) { return s.Look(ctx, r.ID) }
}

// record is one of the last records, or one that is not there.
func (w *walk) record() otp.Record {
	n := w.made
	if w.random.IntN(3) > 0 { // the same one for a while, so that it comes far
		n -= n % 4
	} else {
		n -= w.random.IntN(6)
	}
	return creation(w.base + max(0, n)).Record
}

// number is that of the record's last send, or another one.
func (w *walk) number(r otp.Record) int {
	if a, err := w.model.Look(w.b.Context(), r.ID); err == nil && len(a.Record.Sends) > 0 && w.random.IntN(5) > 0 {
		return len(a.Record.Sends)
	}
	return 1 + w.random.IntN(3)
}

func (w *walk) creation() otp.Creation {
	w.made++
	return creation(w.base+w.made, func(c *otp.Creation) {
		r := &c.Record
		r.Phone, r.Guesses, r.MaxTries = name("phone", w.random.IntN(3)), 5+w.random.IntN(20), 4
		r.Ladder = []int64{Life.Milliseconds() / 100, Life.Milliseconds() / 50}
		r.NoCode = w.random.IntN(4) == 0
		r.Test = w.random.IntN(9) == 0
		if w.random.IntN(2) == 0 {
			r.EscalateAfter = Life.Milliseconds() / 30
		}
		if w.random.IntN(2) == 0 {
			r.Pending = name("pending", w.base+w.random.IntN(3))
		}
		if w.random.IntN(3) == 0 {
			r.Idempotency = name("idem", w.base+w.random.IntN(3))
		}
		c.OnlyFind = w.random.IntN(9) == 0
	})
}

func (w *walk) settlement(r otp.Record, number int) otp.Settlement {
	s := settled(r, number, []otp.Outcome{otp.Accepted, otp.Accepted, otp.Refused, otp.Unsure}[w.random.IntN(4)])
	if s.Outcome == otp.Accepted && w.random.IntN(2) == 0 {
		s.Receipt = "receipt"
	}
	if w.random.IntN(3) == 0 {
		s.Ticket = "another"
	}
	return s
}
