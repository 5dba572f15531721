package storetest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
)

// broken is a store in memory with one thing wrong.
type broken struct {
	otp.Store
	create func(s otp.Store, ctx context.Context, c otp.Creation) (otp.Answer, error)
	claim  func(s otp.Store, ctx context.Context, c otp.Claim) (otp.Answer, error)
	settle func(s otp.Store, ctx context.Context, c otp.Settlement) (otp.Answer, error)
	try    func(s otp.Store, ctx context.Context, c otp.Trial) (otp.Answer, error)
	note   func(s otp.Store, ctx context.Context, n otp.News) (otp.Answer, error)
	person func(s otp.Store, ctx context.Context, p otp.Person) (otp.Listing, error)
}

// call is what a broken store does: its own way, or the sound one.
func call[In, Out any](s otp.Store, own func(otp.Store, context.Context, In) (Out, error), sound func(context.Context, In) (Out, error), ctx context.Context, in In) (Out, error) {
	if own == nil {
		return sound(ctx, in)
	}
	return own(s, ctx, in)
}

func (b broken) Create(ctx context.Context, c otp.Creation) (otp.Answer, error) {
	return call(b.Store, b.create, b.Store.Create, ctx, c)
}

func (b broken) Claim(ctx context.Context, c otp.Claim) (otp.Answer, error) {
	return call(b.Store, b.claim, b.Store.Claim, ctx, c)
}

func (b broken) Settle(ctx context.Context, c otp.Settlement) (otp.Answer, error) {
	return call(b.Store, b.settle, b.Store.Settle, ctx, c)
}

func (b broken) Try(ctx context.Context, c otp.Trial) (otp.Answer, error) {
	return call(b.Store, b.try, b.Store.Try, ctx, c)
}

func (b broken) Note(ctx context.Context, n otp.News) (otp.Answer, error) {
	return call(b.Store, b.note, b.Store.Note, ctx, n)
}

func (b broken) Person(ctx context.Context, p otp.Person) (otp.Listing, error) {
	return call(b.Store, b.person, b.Store.Person, ctx, p)
}

// faults are things that a store may do wrong, and a case that finds it.
var faults = []struct {
	name  string
	found string
	store broken
}{
	{"keeps idempotency keys to itself", "repeats", broken{create: func(s otp.Store, ctx context.Context, c otp.Creation) (otp.Answer, error) {
		c.Idempotency = nil
		return s.Create(ctx, c)
	}}},
	{"looks under the newest key only", "finds the open one", broken{create: func(s otp.Store, ctx context.Context, c otp.Creation) (otp.Answer, error) {
		c.Pending = c.Pending[:1]
		return s.Create(ctx, c)
	}}},
	{"has no lease", "the lease ends", broken{create: func(s otp.Store, ctx context.Context, c otp.Creation) (otp.Answer, error) {
		c.Lease = c.Lifetime
		return s.Create(ctx, c)
	}}},
	{"lets anybody claim", "claims for the holder", broken{claim: func(s otp.Store, ctx context.Context, c otp.Claim) (otp.Answer, error) {
		a, _ := s.Look(ctx, c.ID)
		c.Proofs = proofs(a.Record, false)
		return s.Claim(ctx, c)
	}}},
	{"has no ladder", "claims by the ladder", broken{create: func(s otp.Store, ctx context.Context, c otp.Creation) (otp.Answer, error) {
		c.Record.Ladder = nil
		return s.Create(ctx, c)
	}}},
	{"loses early reports", "early reports", broken{note: func(s otp.Store, ctx context.Context, n otp.News) (otp.Answer, error) {
		n.Keep = 0
		return s.Note(ctx, n)
	}}},
	{"loses the index of messages", "notes by message and by id", broken{settle: func(s otp.Store, ctx context.Context, c otp.Settlement) (otp.Answer, error) {
		c.Message = ""
		return s.Settle(ctx, c)
	}}},
	{"looks for a number under one digest", "exports", broken{person: func(s otp.Store, ctx context.Context, p otp.Person) (otp.Listing, error) {
		p.Phones = p.Phones[:1]
		return s.Person(ctx, p)
	}}},
}

func TestTheSuiteFindsBrokenStores(t *testing.T) {
	t.Parallel()
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			failure := runCase(t, fault.found, func(s otp.Store) otp.Store {
				fault.store.Store = s
				return fault.store
			})
			require.Contains(t, failure, "the rule: ")
		})
	}
}

// TestTheSuiteFindsRaces has a store that reads and burns in two steps, between which all
// others come.
func TestTheSuiteFindsRaces(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int32
	all := make(chan struct{})
	twoSteps := func(s otp.Store, ctx context.Context, c otp.Trial) (otp.Answer, error) {
		before, _ := s.Look(ctx, c.ID)
		if arrived.Add(1) == racers {
			close(all)
		}
		<-all
		a, err := s.Try(ctx, c)
		if before.Record.Tries < before.Record.MaxTries && a.Verdict == otp.Ended {
			a.Verdict = otp.Mismatch
		}
		return a, err
	}
	failure := runCase(t, "as many wrong codes as there are tries", func(s otp.Store) otp.Store { return broken{Store: s, try: twoSteps} })
	require.Contains(t, failure, "the rule: ")
}

func TestTheSuitePassesTheSoundOne(t *testing.T) {
	t.Parallel()
	for _, fault := range faults {
		failure := runCase(t, fault.found, func(s otp.Store) otp.Store { return s })
		require.Empty(t, failure)
	}
}

func TestTheSuiteSaysWhatHasNoEnd(t *testing.T) {
	t.Parallel()
	s, err := otp.NewMemoryStore(otp.MemoryStoreConfig{})
	require.NoError(t, err)
	failure, _ := createCases[0].run(t.Context, Harness{Store: s, Advance: func(time.Duration) {}, Endless: func() []string { return []string{"a key"} }})
	require.Contains(t, failure, "a key")
}

func TestTheSuiteSkipsWhatTakesDays(t *testing.T) {
	t.Parallel()
	s, err := otp.NewMemoryStore(otp.MemoryStoreConfig{})
	require.NoError(t, err)
	_, skipped := timeCases[len(timeCases)-1].run(t.Context, Harness{Store: s, Advance: func(time.Duration) {}})
	require.Contains(t, skipped, "cannot be moved")
}

// runCase runs one case on a store in memory that is wrapped.
func runCase(t *testing.T, name string, wrap func(otp.Store) otp.Store) (failure string) {
	t.Helper()
	now := time.Unix(1_800_000_000, 0)
	s, err := otp.NewMemoryStore(otp.MemoryStoreConfig{Now: func() time.Time { return now }})
	require.NoError(t, err)
	for _, c := range allCases() {
		if c.name == name {
			failure, _ = c.run(t.Context, Harness{Store: wrap(s), Advance: func(d time.Duration) { now = now.Add(d) }})
			return failure
		}
	}
	require.Fail(t, "there is no case "+name)
	return ""
}
