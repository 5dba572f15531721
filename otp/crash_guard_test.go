package otp_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// mortalGuard is a guard's store whose calls count among those of a mortal one.
type mortalGuard struct {
	guard.Store
	m       *mortal
	batches []guard.Batch
}

func (g *mortalGuard) Reserve(ctx context.Context, b guard.Batch) (out guard.Outcome, err error) {
	g.batches = append(g.batches, b)
	_, err = g.m.call(func() (otp.Answer, error) {
		out, err = g.Store.Reserve(ctx, b)
		return otp.Answer{}, err
	})
	return out, err
}

func (g *mortalGuard) Settle(ctx context.Context, s guard.Settlement) error {
	_, err := g.m.call(func() (otp.Answer, error) { return otp.Answer{}, g.Store.Settle(ctx, s) })
	return err
}

// counts asks for what is counted for the number: texts, of these not verified, wrong codes and
// fen. It changes nothing.
func (g *mortalGuard) counts(t *testing.T) string {
	t.Helper()
	probe := guard.Batch{Keys: g.batches[0].Keys[:1]}
	series := []guard.Series{guard.Sent, guard.Open, guard.Wrong, guard.Money}
	for _, s := range series {
		probe.Checks = append(probe.Checks, guard.Check{Count: guard.Sum{Series: s, From: guard.Keep}, Floor: -1, Effect: guard.Refuse})
	}
	out, err := g.Store.Reserve(t.Context(), probe)
	require.NoError(t, err)
	require.Len(t, out.Hits, len(series))
	text := ""
	for _, hit := range out.Hits {
		text += fmt.Sprint(" ", hit.Count)
	}
	return text[1:]
}

// step is what is left when a process dies there: the line of the package comment that
// names it, the state and the outcomes, and what the guard counts.
type step struct{ name, record, guard string }

// guardedStories are lives of a verification, each with what is left after its n-th call of
// a store.
var guardedStories = map[string]struct {
	play  func(ctx context.Context, p *play) error
	steps []step
}{
	"resend and a service's code": {
		func(ctx context.Context, p *play) error {
			v, err := p.dying.Start(ctx, start())
			if err != nil {
				return err
			}
			_, err = p.dying.Check(ctx, check(v.ID, "000000"))
			p.clock.Advance(time.Minute)
			_, errAgain := p.dying.Resend(ctx, resend(v.ID))
			_, errCode := p.dying.Check(ctx, check(v.ID, p.maker.CodeFor(phone)))
			if !errors.Is(err, otp.WrongCode) {
				errCode = errors.Join(errCode, err)
			}
			return errors.Join(errAgain, errCode)
		},
		[]step{
			{"nothing", "", "0 0 0 0"},
			{"a text of the guard's", "", "1 1 0 0"},               // reserve
			{"reserved", "reserved/claimed", "1 1 0 0"},            // create
			{"pending", "pending/accepted", "1 1 0 0"},             // settle
			{"pending", "pending/accepted", "1 1 0 0"},             // try
			{"pending", "pending/accepted", "1 1 1 0"},             // the guard hears of a wrong code
			{"pending", "pending/accepted", "1 1 1 0"},             // look
			{"pending", "pending/accepted", "2 2 1 6"},             // reserve
			{"pending", "pending/accepted,claimed", "2 2 1 6"},     // claim
			{"pending", "pending/accepted,accepted", "2 2 1 6"},    // settle
			{"a try less", "pending/accepted,accepted", "2 2 1 6"}, // try
			{"approved", "approved/accepted,accepted", "2 2 1 6"},  // approve
			{"approved", "approved/accepted,accepted", "2 1 1 6"},  // the guard hears of the first text
			{"approved", "approved/accepted,accepted", "2 0 1 6"},  // and of the second
		},
	},
	"cancel": {
		func(ctx context.Context, p *play) error {
			v, err := p.dying.Start(ctx, start())
			if err != nil {
				return err
			}
			return p.dying.Cancel(ctx, v.ID, "login", session)
		},
		[]step{
			{"nothing", "", "0 0 0 0"},
			{"a text of the guard's", "", "1 1 0 0"},
			{"reserved", "reserved/claimed", "1 1 0 0"},
			{"pending", "pending/accepted", "1 1 0 0"},
			{"canceled", "canceled/accepted", "1 1 0 0"},
		},
	},
	"the paid way after the free one": {
		func(ctx context.Context, p *play) error {
			p.free.Script(fake.Refuse(provider.KindUnavailable))
			_, err := p.dying.Start(ctx, start())
			return err
		},
		[]step{
			{"nothing", "", "0 0 0 0"},
			{"a text of the guard's", "", "1 1 0 0"},
			{"reserved", "reserved/claimed", "1 1 0 0"},
			{"reserved", "reserved/claimed", "2 2 0 6"}, // reserve, for the paid way
			{"reserved", "reserved/claimed", "1 1 0 6"}, // withdraw, for the free one
			{"pending", "pending/accepted", "1 1 0 6"},
		},
	},
	"a page that is loaded anew": {
		func(ctx context.Context, p *play) error {
			_, err := p.dying.Start(ctx, start())
			if err != nil {
				return err
			}
			p.clock.Advance(time.Minute)
			_, err = p.dying.Start(ctx, start())
			return err
		},
		[]step{
			{"nothing", "", "0 0 0 0"},
			{"a text of the guard's", "", "1 1 0 0"},
			{"reserved", "reserved/claimed", "1 1 0 0"},
			{"pending", "pending/accepted", "1 1 0 0"},
			{"pending", "pending/accepted", "2 2 0 0"},          // reserve, as for a first text
			{"pending", "pending/accepted", "2 2 0 0"},          // create finds it
			{"pending", "pending/accepted", "1 1 0 0"},          // withdraw
			{"pending", "pending/accepted", "2 2 0 6"},          // reserve, for the paid way
			{"pending", "pending/accepted,claimed", "2 2 0 6"},  // claim
			{"pending", "pending/accepted,accepted", "2 2 0 6"}, // settle
		},
	},
}

// play is a story and who plays it.
type play struct {
	dying, sound *otp.Service
	clock        *clock
	free         *fake.Provider
	maker        *counted
	store        *otp.MemoryStore
	counter      *mortal
	guard        *mortalGuard
}

func newPlay(t *testing.T) *play {
	t.Helper()
	p := &play{clock: newClock(), maker: newCounted()}
	composer, free, _ := ways(t, withRetry(p.maker))
	p.free, p.store = free, newStore(t, p.clock)
	p.counter = &mortal{Store: p.store}
	p.guard = &mortalGuard{Store: guard.NewMemoryStore(guard.MemoryConfig{Now: p.clock.Now}), m: p.counter}
	serve := func(store otp.Store, counts guard.Store) *otp.Service {
		g := newGuard(t, 100, p.clock.Now, func(cfg *guard.Config) { cfg.Store = counts })
		s, _ := newService(t, func(cfg *otp.Config) { cfg.Store, cfg.Sender, cfg.Now, cfg.Guard = store, composer, p.clock.Now, g })
		return s
	}
	p.dying, p.sound = serve(p.counter, p.guard), serve(p.store, p.guard.Store)
	return p
}

// until plays a story to its end, which may be a death.
func (p *play) until(ctx context.Context, story func(ctx context.Context, p *play) error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = errDeath
		}
	}()
	return story(ctx, p)
}

// TestO6AProcessThatDiesBetweenTheStoresLeavesOnlyWhatIsNamed kills the process before and after
// every call of either store.
func TestO6AProcessThatDiesBetweenTheStoresLeavesOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	documentation, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	for name, story := range guardedStories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			require.NoError(t, p.until(t.Context(), story.play))
			require.Equal(t, len(story.steps)-1, p.counter.calls)
			for at := 1; at < len(story.steps); at++ {
				for after, want := range map[bool]step{false: story.steps[at-1], true: story.steps[at]} {
					p := newPlay(t)
					p.counter.at = at
					die := func() error { panic(errDeath) }
					if p.counter.before = die; after {
						p.counter.before, p.counter.after = nil, die
					}
					require.ErrorIs(t, p.until(t.Context(), story.play), errDeath)
					p.leaves(t, want, fmt.Sprint("call ", at, ", after it: ", after))
					require.Contains(t, string(documentation), "\n//\t"+want.name+" ")
				}
			}
		})
	}
}

// leaves says that this is left, that it ends, and that the user then gets a new code.
func (p *play) leaves(t *testing.T, want step, where string) {
	t.Helper()
	all, err := p.sound.ExportPhone(t.Context(), typed)
	require.NoError(t, err)
	require.LessOrEqual(t, len(all), 1)
	require.Equal(t, want.record, stateOf(all), where)
	require.Equal(t, want.guard, p.guard.counts(t), where)
	require.Empty(t, p.store.Endless(), where)

	p.clock.Advance(59 * time.Minute) // nothing is usable for ever
	all, err = p.sound.ExportPhone(t.Context(), typed)
	require.NoError(t, err)
	require.Empty(t, all, where)
	again := started(t, p.sound)
	require.True(t, again.Sent, where)
	_, err = p.sound.Check(t.Context(), check(again.ID, cmp.Or(p.free.CodeFor(phone), p.maker.CodeFor(phone))))
	require.NoError(t, err, where)
}
