package otp_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// guard is a guard that writes down what it is asked and told.
type guard struct {
	mu      sync.Mutex
	refusal error
	tellErr error
	asked   []otp.Asked
	told    []string
}

func (g *guard) refuse(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refusal = err
}

func (g *guard) Reserve(_ context.Context, a otp.Asked) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = append(g.asked, a)
	return fmt.Sprint("ticket", len(g.asked)), g.refusal
}

func (g *guard) Tell(_ context.Context, tickets []string, fate otp.Fate) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.told = append(g.told, fmt.Sprint(fate, tickets))
	return g.tellErr
}

// guarded makes a service with a guard.
func guarded(t *testing.T) (*otp.Service, *fake.Provider, *clock, *guard) {
	t.Helper()
	g := &guard{}
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
	require.Equal(t, []string{"verified[ticket1 ticket2]"}, g.told)
	require.Equal(t, phone, g.asked[0].Phone)
	require.Equal(t, "203.0.113.7", g.asked[0].Client)
	require.Equal(t, "solved", g.asked[0].Solution)
	require.Equal(t, 2, g.asked[1].Number)
	require.Equal(t, g.asked[0].Binding, g.asked[1].Binding)
	require.NotContains(t, g.asked[0].Binding, session)
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
	require.Equal(t, g.asked[0].Binding, g.asked[1].Binding)
	require.Equal(t, g.asked[0].Binding, g.asked[2].Binding)
	require.NotEqual(t, g.asked[0].Binding, g.asked[3].Binding)
	require.NotContains(t, g.asked[0].Binding, "device")
}

func TestGuardIsToldOfWhatWasNotSent(t *testing.T) {
	t.Parallel()
	s, sms, _, g := guarded(t)
	sms.Script(fake.Refuse(provider.KindBalance))
	_, err := s.Start(t.Context(), start())
	require.ErrorIs(t, err, otp.NotSent)
	v := started(t, s)
	started(t, s) // a double click
	require.NoError(t, s.Cancel(t.Context(), v.ID, "login", session))
	require.Equal(t, []string{"unsent[ticket1]", "released[ticket3]", "failed[ticket2]"}, g.told)
}

func TestGuardIsToldOfTooManyWrongCodes(t *testing.T) {
	t.Parallel()
	s, sms, _, g := guarded(t)
	v := started(t, s)
	for range 7 {
		_, err := s.Check(t.Context(), check(v.ID, wrongFor(sms.CodeFor(phone))))
		require.Error(t, err)
	}
	require.Equal(t, []string{"failed[ticket1]"}, g.told)
}

func TestGuardsRefusalIsPassedOnAndChangesNothing(t *testing.T) {
	t.Parallel()
	s, sms, c, g := guarded(t)
	refusal := &otp.Error{Code: otp.ChallengeWanted, Rule: "R4", Challenge: []byte(`{"salt":"x"}`)}
	g.refuse(refusal)
	_, err := s.Start(t.Context(), start())
	require.Equal(t, error(refusal), err)
	sms.ExpectNothing(t)

	g.refuse(nil)
	v := started(t, s)
	g.refuse(refusal)
	again := started(t, s)
	require.Equal(t, v.ID, again.ID, "what is pending is found all the same")
	c.Advance(time.Minute)
	_, err = s.Resend(t.Context(), resend(v.ID))
	require.Equal(t, error(refusal), err)
	_, err = s.Check(t.Context(), check(v.ID, sms.CodeFor(phone)))
	require.NoError(t, err)
	sms.ExpectCount(t, 1)
}

func TestAGuardThatFailsHasNothingSent(t *testing.T) {
	t.Parallel()
	s, sms, _, g := guarded(t)
	g.refuse(errors.New("no connection"))
	_, err := s.Start(t.Context(), start())
	require.ErrorIs(t, err, otp.Unavailable)
	sms.ExpectNothing(t)
}

func TestAGuardThatDoesNotListenIsAnEvent(t *testing.T) {
	t.Parallel()
	g := &guard{tellErr: errors.New("no connection")}
	var heard events
	s, sms := newService(t, func(cfg *otp.Config) { cfg.Guard, cfg.OnEvent = g, heard.hook })
	v := started(t, s)
	_, err := s.Check(t.Context(), check(v.ID, sms.CodeFor(phone)))
	require.NoError(t, err)
	require.Equal(t, []otp.EventKind{otp.EventSent, otp.EventTrouble, otp.EventVerified}, heard.kinds())
}

// strict is a guard that lets one text through and no second.
type strict struct{ guard }

func (g *strict) Reserve(ctx context.Context, a otp.Asked) (string, error) {
	ticket, _ := g.guard.Reserve(ctx, a)
	if ticket != "ticket1" {
		return "", &otp.Error{Code: otp.Wait, Rule: "phone", RetryAfter: time.Minute}
	}
	return ticket, nil
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
type stuck struct{ guard }

func (*stuck) Reserve(ctx context.Context, _ otp.Asked) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}
