package otp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// fakeGuard is a guard that writes down what it is asked and told.
type fakeGuard struct {
	mu      sync.Mutex
	answer  guard.Decision
	err     error
	tellErr error
	asked   []guard.Request
	told    []string
}

// says is what the guard answers from now on; its texts have tickets by number.
func (g *fakeGuard) says(d guard.Decision) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answer = d
}

func (g *fakeGuard) Reserve(_ context.Context, r guard.Request) (guard.Decision, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = append(g.asked, r)
	d := g.answer
	if d.Verdict == guard.Allowed {
		d.Ticket = fmt.Sprint("ticket", len(g.asked))
	}
	return d, g.err
}

func (g *fakeGuard) tell(what, ticket string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.told = append(g.told, what+" "+ticket)
	return g.tellErr
}

func (g *fakeGuard) Verified(_ context.Context, ticket string) error {
	return g.tell("verified", ticket)
}

func (g *fakeGuard) Failed(_ context.Context, ticket string) error { return g.tell("failed", ticket) }

func (g *fakeGuard) Released(_ context.Context, ticket string) error {
	return g.tell("released", ticket)
}

func (g *fakeGuard) Withdrawn(_ context.Context, ticket string) error {
	return g.tell("withdrawn", ticket)
}

var puzzle = json.RawMessage(`{"salt":"x"}`)

// guarded makes a service with a guard that makes no challenges.
func guarded(t *testing.T) (*otp.Service, *fake.Provider, *clock, *fakeGuard) {
	t.Helper()
	g := &fakeGuard{answer: guard.Decision{Paid: true}}
	s, sms, c := newClocked(t, func(cfg *otp.Config) { cfg.Guard = g })
	return s, sms, c, g
}

func TestGuardLearnsWhatBecameOfEveryText(t *testing.T) {
	t.Parallel()
	s, sms, c, g := guarded(t)
	req := start()
	req.Client, req.Solution = "203.0.113.7", "solved"
	v, err := s.Start(t.Context(), req)
	require.NoError(t, err)
	c.Advance(time.Minute)
	_, err = s.Resend(t.Context(), resend(v.ID))
	require.NoError(t, err)
	_, err = s.Check(t.Context(), check(v.ID, sms.CodeFor(phone)))
	require.NoError(t, err)
	require.Equal(t, []string{"verified ticket1", "verified ticket2"}, g.told)
	require.Equal(t, guard.Request{
		Phone: phone, Client: netip.MustParseAddr("203.0.113.7"), Session: g.asked[0].Session, Purpose: "login", Token: "solved",
	}, g.asked[0])
	require.Equal(t, guard.Request{Phone: phone, Session: g.asked[0].Session, Purpose: "login", Paid: true}, g.asked[1])
	require.NotEmpty(t, g.asked[0].Session)
	require.NotContains(t, g.asked[0].Session, session)
}

// TestTheGuardKnowsADeviceAcrossBindings has one browser with two sessions.
func TestTheGuardKnowsADeviceAcrossBindings(t *testing.T) {
	t.Parallel()
	s, _, c, g := guarded(t)
	first, second, stranger := start(), start(), start()
	first.Device, second.Device, second.Binding, stranger.Binding = "a device", "a device", "its next session", "a device of another"
	v, err := s.Start(t.Context(), first)
	require.NoError(t, err)
	c.Advance(time.Minute)
	again := resend(v.ID)
	again.Device = "a device"
	_, err = s.Resend(t.Context(), again)
	require.NoError(t, err)
	for _, req := range []otp.StartRequest{second, stranger} {
		c.Advance(time.Minute)
		_, err = s.Start(t.Context(), req)
		require.NoError(t, err)
	}
	require.Equal(t, g.asked[0].Session, g.asked[1].Session)
	require.Equal(t, g.asked[0].Session, g.asked[2].Session)
	require.NotEqual(t, g.asked[0].Session, g.asked[3].Session)
	require.NotContains(t, g.asked[0].Session, "device")
}

func TestGuardIsToldOfWhatWasNotSent(t *testing.T) {
	t.Parallel()
	s, sms, _, g := guarded(t)
	for _, refusal := range []fake.Result{
		fake.Refuse(provider.KindRecipient), fake.Refuse(provider.KindBalance), fake.Refuse(provider.KindThrottled),
		fake.Fail(provider.Error{Kind: provider.KindThrottled, Scope: provider.ScopeAccount}),
	} {
		sms.Script(refusal)
		_, err := s.Start(t.Context(), start())
		require.Error(t, err)
	}
	v := started(t, s)
	started(t, s) // a double click
	require.NoError(t, s.Cancel(t.Context(), v.ID, "login", session))
	require.Equal(t, []string{"released ticket1", "withdrawn ticket2", "released ticket3", "withdrawn ticket4", "withdrawn ticket6"}, g.told)
}

// TestR8TheGuardIsToldOfEachWrongCode tries more codes than there are tries.
func TestR8TheGuardIsToldOfEachWrongCode(t *testing.T) {
	t.Parallel()
	s, sms, _, g := guarded(t)
	v := started(t, s)
	for range 7 {
		_, err := s.Check(t.Context(), check(v.ID, wrongFor(sms.CodeFor(phone))))
		require.Error(t, err)
	}
	require.Equal(t, slices.Repeat([]string{"failed ticket1"}, otp.DefaultTries), g.told)
}

func TestGuardsRefusalIsPassedOnAndChangesNothing(t *testing.T) {
	t.Parallel()
	s, sms, c, g := guarded(t)
	g.says(guard.Decision{Verdict: guard.Challenged, Rule: "R4"})
	refusal := &otp.Error{Code: otp.ChallengeWanted, Rule: "R4"}
	_, err := s.Start(t.Context(), start())
	require.Equal(t, error(refusal), err)
	sms.ExpectNothing(t)

	g.says(guard.Decision{Paid: true})
	v := started(t, s)
	g.says(guard.Decision{Verdict: guard.Challenged, Rule: "R4"})
	again := started(t, s)
	require.Equal(t, v.ID, again.ID, "what is pending is found all the same")
	c.Advance(time.Minute)
	_, err = s.Resend(t.Context(), resend(v.ID))
	require.Equal(t, error(refusal), err)
	_, err = s.Check(t.Context(), check(v.ID, sms.CodeFor(phone)))
	require.NoError(t, err)
	sms.ExpectCount(t, 1)
}

func TestWhatAGuardSaysIsAnError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		says guard.Decision
		err  error
		want otp.Error
	}{
		"wait":      {guard.Decision{Verdict: guard.Refused, Rule: "R3", Wait: 61 * time.Second}, nil, otp.Error{Code: otp.Wait, Rule: "R3", RetryAfter: 61 * time.Second}},
		"blocked":   {guard.Decision{Verdict: guard.Refused, Rule: "R5"}, nil, otp.Error{Code: otp.Blocked, Rule: "R5"}},
		"broken":    {guard.Decision{}, errDeath, otp.Error{Code: otp.Unavailable, Text: "the guard failed", Err: errDeath}},
		"challenge": {guard.Decision{Verdict: guard.Challenged, Rule: "R4"}, nil, otp.Error{Code: otp.ChallengeWanted, Rule: "R4", Challenge: puzzle}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := &puzzling{fakeGuard: fakeGuard{answer: c.says, err: c.err}, made: puzzle}
			var heard events
			s, sms := newService(t, func(cfg *otp.Config) { cfg.Guard, cfg.OnEvent = g, heard.hook })
			_, err := s.Start(t.Context(), start())
			require.Equal(t, &c.want, failure(t, err))
			sms.ExpectNothing(t)
			require.Equal(t, []otp.EventKind{otp.EventHeld}, heard.kinds())
			require.Equal(t, c.says.Rule, heard.all[0].Rule)
		})
	}
}

func TestAChallengeThatCannotBeMadeIsAnEventAndNoWayIn(t *testing.T) {
	t.Parallel()
	for want, g := range map[string]*puzzling{
		"held":          {err: errors.ErrUnsupported},
		"trouble,held":  {err: errDeath},
		"trouble,held ": {made: json.RawMessage("{")},
	} {
		g.answer.Verdict = guard.Challenged
		var heard events
		s, sms := newService(t, func(cfg *otp.Config) { cfg.Guard, cfg.OnEvent = g, heard.hook })
		_, err := s.Start(t.Context(), start())
		require.Equal(t, &otp.Error{Code: otp.ChallengeWanted}, failure(t, err))
		sms.ExpectNothing(t)
		var kinds []string
		for _, kind := range heard.kinds() {
			kinds = append(kinds, string(kind))
		}
		require.Equal(t, strings.TrimSpace(want), strings.Join(kinds, ","))
	}
}

func TestAGuardThatDoesNotListenIsAnEvent(t *testing.T) {
	t.Parallel()
	g := &fakeGuard{tellErr: errors.New("no connection")}
	var heard events
	s, sms := newService(t, func(cfg *otp.Config) { cfg.Guard, cfg.OnEvent = g, heard.hook })
	v := started(t, s)
	_, err := s.Check(t.Context(), check(v.ID, sms.CodeFor(phone)))
	require.NoError(t, err)
	require.Equal(t, []otp.EventKind{otp.EventSent, otp.EventTrouble, otp.EventVerified}, heard.kinds())
}

// strict is a guard that lets one text through and no second.
type strict struct{ fakeGuard }

func (g *strict) Reserve(ctx context.Context, r guard.Request) (guard.Decision, error) {
	d, _ := g.fakeGuard.Reserve(ctx, r)
	if d.Ticket != "ticket1" {
		return guard.Decision{Verdict: guard.Refused, Rule: "R1", Wait: time.Minute}, nil
	}
	return d, nil
}

// TestO9ADoubleClickIsOneTextUnderAGuard has a guard that refuses the second click.
func TestO9ADoubleClickIsOneTextUnderAGuard(t *testing.T) {
	t.Parallel()
	s, sms := newService(t, func(cfg *otp.Config) { cfg.Guard = &strict{} })
	var (
		mu  sync.Mutex
		ids = map[string]int{}
	)
	race(32, func(int) {
		v, err := s.Start(context.Background(), start())
		mu.Lock()
		defer mu.Unlock()
		ids[fmt.Sprint(v.ID, err)]++
	})
	require.Len(t, ids, 1, "%v", ids)
	sms.ExpectCount(t, 1)
	stranger := start()
	stranger.Binding = "another session"
	_, err := s.Start(t.Context(), stranger)
	require.ErrorIs(t, err, otp.Wait)
}

// TestWaitingForATurnEndsWithTheContext has one request hold the turn of another.
func TestWaitingForATurnEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &stuck{}
		s, _ := newService(t, func(cfg *otp.Config) { cfg.Guard = g })
		done := make(chan error, 1)
		go func() {
			_, err := s.Start(context.Background(), start())
			done <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := s.Start(ctx, start())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, <-done, otp.Unavailable, "a guard is waited for no longer than StoreTimeout")
		require.Zero(t, otp.Turns(s))
	})
}

// stuck is a guard that does not answer.
type stuck struct{ fakeGuard }

func (*stuck) Reserve(ctx context.Context, _ guard.Request) (guard.Decision, error) {
	<-ctx.Done()
	return guard.Decision{}, ctx.Err()
}
