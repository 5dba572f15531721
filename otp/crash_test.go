package otp_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider/fake"
)

// mortal is a store on which something happens at one call.
type mortal struct {
	otp.Store
	at     int // the number of the call, from 1 on
	calls  int
	before func() error // instead of the call
	after  func() error // when the call was made
}

func (m *mortal) call(ask func() (otp.Answer, error)) (otp.Answer, error) {
	m.calls++
	if m.calls == m.at && m.before != nil {
		return otp.Answer{}, m.before()
	}
	a, err := ask()
	if m.calls == m.at && m.after != nil {
		return otp.Answer{}, m.after()
	}
	return a, err
}

func (m *mortal) Create(ctx context.Context, c otp.Creation) (otp.Answer, error) {
	return m.call(func() (otp.Answer, error) { return m.Store.Create(ctx, c) })
}

func (m *mortal) Look(ctx context.Context, id string) (otp.Answer, error) {
	return m.call(func() (otp.Answer, error) { return m.Store.Look(ctx, id) })
}

func (m *mortal) Claim(ctx context.Context, c otp.Claim) (otp.Answer, error) {
	return m.call(func() (otp.Answer, error) { return m.Store.Claim(ctx, c) })
}

func (m *mortal) Settle(ctx context.Context, c otp.Settlement) (otp.Answer, error) {
	return m.call(func() (otp.Answer, error) { return m.Store.Settle(ctx, c) })
}

func (m *mortal) Try(ctx context.Context, c otp.Trial) (otp.Answer, error) {
	return m.call(func() (otp.Answer, error) { return m.Store.Try(ctx, c) })
}

func (m *mortal) Approve(ctx context.Context, id string) (otp.Answer, error) {
	return m.call(func() (otp.Answer, error) { return m.Store.Approve(ctx, id) })
}

func (m *mortal) Cancel(ctx context.Context, c otp.Cancellation) (otp.Answer, error) {
	return m.call(func() (otp.Answer, error) { return m.Store.Cancel(ctx, c) })
}

// death is what a process that dies panics with.
var errDeath = errors.New("the process died")

// story is a whole verification: a text, a wrong code, a resend, the service's code. It
// ends where the store makes it.
func story(ctx context.Context, s *otp.Service, maker *counted, c *clock) (verified bool, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = errDeath
		}
	}()
	v, err := s.Start(ctx, start())
	if err != nil {
		return false, err
	}
	if _, err = s.Check(ctx, check(v.ID, "000000")); !errors.Is(err, otp.WrongCode) {
		return false, err
	}
	c.Advance(time.Minute)
	if _, err = s.Resend(ctx, resend(v.ID)); err != nil {
		return false, err
	}
	_, err = s.Check(ctx, check(v.ID, maker.CodeFor(phone)))
	return err == nil, err
}

// calls is how many calls of the store a whole story makes.
const calls = 8

// stories runs the story with something happening at each call of the store.
func stories(t *testing.T, happen func(m *mortal), then func(t *testing.T, after aftermath)) {
	t.Helper()
	for at := 1; at <= calls; at++ {
		c := newClock()
		maker := newCounted()
		composer, free, _ := ways(t, withRetry(maker))
		store := newStore(t, c)
		m := &mortal{Store: store, at: at}
		happen(m)
		s, _ := newService(t, func(cfg *otp.Config) { cfg.Store, cfg.Sender, cfg.Now = m, composer, c.Now })
		sound, _ := newService(t, func(cfg *otp.Config) { cfg.Store, cfg.Sender, cfg.Now = store, composer, c.Now })
		verified, err := story(t.Context(), s, maker, c)
		require.GreaterOrEqual(t, m.calls, at)
		require.Empty(t, store.Endless(), "call %d", at)
		then(t, aftermath{at: at, verified: verified, err: err, store: store, service: sound, free: free, maker: maker, clock: c})
	}
}

// aftermath is what is left.
type aftermath struct {
	at       int
	verified bool
	err      error
	store    *otp.MemoryStore
	service  *otp.Service
	free     *fake.Provider
	maker    *counted
	clock    *clock
}

// records returns the records, as the export of the number shows them.
func (a aftermath) records(t *testing.T) []otp.Stored {
	t.Helper()
	all, err := a.service.ExportPhone(t.Context(), typed)
	require.NoError(t, err)
	return all
}

// named are the states that the package comment names for a process that dies before or
// after each call of the story: create, settle, try, look, claim, settle, try, approve.
var namedBefore = []string{"", "reserved/claimed", "pending/accepted", "pending/accepted", "pending/accepted", "pending/accepted,claimed", "pending/accepted,accepted", "pending/accepted,accepted"}

var namedAfter = []string{"reserved/claimed", "pending/accepted", "pending/accepted", "pending/accepted", "pending/accepted,claimed", "pending/accepted,accepted", "pending/accepted,accepted", "approved/accepted,accepted"}

func stateOf(all []otp.Stored) string {
	if len(all) == 0 {
		return ""
	}
	var outcomes []string
	for _, text := range all[0].Texts {
		outcomes = append(outcomes, string(text.Outcome))
	}
	return string(all[0].Verification.State) + "/" + strings.Join(outcomes, ",")
}

func TestO6AProcessThatDiesLeavesOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	die := func() error { panic(errDeath) }
	for name, named := range map[string][]string{"before": namedBefore, "after": namedAfter} {
		stories(t, func(m *mortal) {
			if name == "before" {
				m.before = die
			} else {
				m.after = die
			}
		}, func(t *testing.T, a aftermath) {
			t.Helper()
			require.ErrorIs(t, a.err, errDeath)
			all := a.records(t)
			require.LessOrEqual(t, len(all), 1)
			require.Equal(t, named[a.at-1], stateOf(all), "%s call %d", name, a.at)
			require.LessOrEqual(t, len(a.free.Attempts()), 1)

			a.clock.Advance(59 * time.Minute) // nothing is usable for ever
			require.Empty(t, a.records(t))
			again := started(t, a.service)
			require.True(t, again.Sent)
			_, err := a.service.Check(t.Context(), check(again.ID, a.free.CodeFor(phone)))
			require.NoError(t, err)
		})
	}
}

// TestO10NothingIsSentTwiceForOneWish dies after the service has taken the text and before that is
// stored, and starts again.
func TestO10NothingIsSentTwiceForOneWish(t *testing.T) {
	t.Parallel()
	stories(t, func(m *mortal) { m.before = func() error { panic(errDeath) } }, func(t *testing.T, a aftermath) {
		t.Helper()
		sends := len(a.free.Attempts()) + len(a.maker.Attempts())
		for range 3 { // a worker that tries again and again
			if sends == 0 {
				break
			}
			_, _ = a.service.Start(t.Context(), start())
			_, err := a.service.Escalate(t.Context())
			require.NoError(t, err)
		}
		if a.at == 2 {
			require.Equal(t, sends, len(a.free.Attempts())+len(a.maker.Attempts()))
			_, err := a.service.Check(t.Context(), check(a.records(t)[0].Verification.ID, a.free.CodeFor(phone)))
			require.NoError(t, err, "the code that arrived is good")
		}
		require.LessOrEqual(t, len(a.free.Attempts())+len(a.maker.Attempts()), sends+1)
	})
}

// TestAStoreThatFailsOnceIsAnErrorAndNothingElse has each call fail, done or not.
func TestAStoreThatFailsOnceIsAnErrorAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, happen := range map[string]func(m *mortal){
		"before": func(m *mortal) { m.before = func() error { return errors.New("no connection") } },
		"after":  func(m *mortal) { m.after = func() error { return errors.New("no connection") } },
	} {
		stories(t, happen, func(t *testing.T, a aftermath) {
			t.Helper()
			switch a.at {
			case 2, 6: // an outcome is given again
				require.NoError(t, a.err, "%s call %d", name, a.at)
				require.True(t, a.verified)
			default:
				require.ErrorIs(t, a.err, otp.Unavailable, "%s call %d", name, a.at)
				require.False(t, a.verified)
				if a.at == 1 {
					require.True(t, started(t, a.service).Sent, "%s: the next request is not held up", name)
				}
			}
		})
	}
}

// TestAStepThatWasLostIsTakenAgainLater loses the answer of a claim, as a process does that dies
// before it sends: the next step waits until nobody can be at work any more.
func TestAStepThatWasLostIsTakenAgainLater(t *testing.T) {
	t.Parallel()
	c := newClock()
	composer, _, paid := ways(t)
	m := &mortal{Store: newStore(t, c), at: 3, after: func() error { return errors.New("no connection") }}
	var heard events
	s, _ := newService(t, func(cfg *otp.Config) {
		cfg.Store, cfg.Sender, cfg.Now, cfg.OnEvent = m, composer, c.Now, heard.hook
		cfg.Purposes["login"] = otp.Policy{EscalateAfter: 45 * time.Second}
	})
	started(t, s)
	escalate := func(after time.Duration, want int) {
		c.Advance(after)
		sent, err := s.Escalate(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, sent)
	}
	escalate(44*time.Second, 0)
	escalate(time.Second, 0) // the claim is made, and its answer lost
	require.Equal(t, []otp.EventKind{otp.EventSent, otp.EventTrouble}, heard.kinds())
	escalate(104*time.Second, 0)
	paid.ExpectNothing(t)
	escalate(time.Second, 1) // SendTimeout, 30 seconds and EscalateAfter later
	last, _ := paid.Last()
	require.Equal(t, 3, last.Attempt)
}
