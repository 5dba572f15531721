package otp_test

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
)

func TestStartSendCheck(t *testing.T) {
	t.Parallel()
	s, sms := newService(t)
	v := started(t, s)
	require.True(t, v.Sent)
	require.Equal(t, otp.Pending, v.State)
	require.Equal(t, phone, v.Phone)

	code := sms.ExpectCode(t, phone)
	_, err := s.Check(t.Context(), check(v.ID, wrongFor(code)))
	require.ErrorIs(t, err, otp.WrongCode)
	require.Equal(t, 4, failure(t, err).TriesLeft)

	done, err := s.Check(t.Context(), check(v.ID, code[:3]+" "+code[3:]))
	require.NoError(t, err)
	require.Equal(t, otp.Checked{ID: v.ID, Purpose: "login", Phone: phone}, done)

	_, err = s.Check(t.Context(), check(v.ID, code))
	require.ErrorIs(t, err, otp.Used)
}

// TestO3OneOfManyRightCodesSucceeds races two services on one store, 64 goroutines in each of
// 200 rounds.
func TestO3OneOfManyRightCodesSucceeds(t *testing.T) {
	t.Parallel()
	store := newStore(t, newClock())
	shared := func(cfg *otp.Config) {
		cfg.Store = store
		cfg.Purposes["login"] = otp.Policy{Tries: 10}
	}
	one, sms := newService(t, shared)
	two, _ := newService(t, shared)
	for round := range 200 {
		req := start()
		req.Binding = session + strconv.Itoa(round)
		req.Phone = "138" + strconv.Itoa(10000000+round)
		v, err := one.Start(t.Context(), req)
		require.NoError(t, err)
		last, _ := sms.Last()
		var succeeded, used atomic.Int32
		race(64, func(i int) {
			ask := otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: req.Binding, Code: last.Params["code"]}
			switch _, err := []*otp.Service{one, two}[i%2].Check(t.Context(), ask); {
			case err == nil:
				succeeded.Add(1)
			case failure(t, err).Code == otp.Used:
				used.Add(1)
			}
		})
		require.EqualValues(t, 1, succeeded.Load(), "round %d", round)
		require.EqualValues(t, 63, used.Load(), "round %d", round)
	}
}

// race calls f on n goroutines at the same time.
func race(n int, f func(i int)) {
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-begin
			f(i)
		})
	}
	close(begin)
	wg.Wait()
}

func TestO4RacingWrongCodesGetTheTriesAndNoMore(t *testing.T) {
	t.Parallel()
	s, sms := newService(t)
	v := started(t, s)
	code := sms.ExpectCode(t, phone)
	var mismatches, exhausted atomic.Int32
	race(100, func(int) {
		_, err := s.Check(t.Context(), check(v.ID, wrongFor(code)))
		switch failure(t, err).Code {
		case otp.WrongCode:
			mismatches.Add(1)
		case otp.NoTries:
			exhausted.Add(1)
		}
	})
	require.EqualValues(t, 4, mismatches.Load())
	require.EqualValues(t, 96, exhausted.Load())
	_, err := s.Check(t.Context(), check(v.ID, code))
	require.ErrorIs(t, err, otp.NoTries)
}

func TestO5TriesLiveAndDieWithTheCode(t *testing.T) {
	t.Parallel()
	s, sms, c := newClocked(t)
	v := started(t, s)
	wrong := wrongFor(sms.ExpectCode(t, phone))
	for range 4 {
		_, err := s.Check(t.Context(), check(v.ID, wrong))
		require.ErrorIs(t, err, otp.WrongCode)
	}
	c.Advance(time.Minute)
	again, err := s.Resend(t.Context(), resend(v.ID))
	require.NoError(t, err)
	require.Equal(t, 1, again.TriesLeft)
	_, err = s.Check(t.Context(), check(v.ID, wrong))
	require.ErrorIs(t, err, otp.NoTries)
}

func TestO5AResendDoesNotProlong(t *testing.T) {
	t.Parallel()
	s, sms, c := newClocked(t)
	v := started(t, s)
	c.Advance(9*time.Minute + 50*time.Second)
	again, err := s.Resend(t.Context(), resend(v.ID))
	require.NoError(t, err)
	require.Equal(t, 10*time.Second, again.ExpiresIn)
	c.Advance(10 * time.Second)
	_, err = s.Check(t.Context(), check(v.ID, sms.CodeFor(phone)))
	require.ErrorIs(t, err, otp.TimeOver)
}

func TestO12BoundToPurposeNumberBindingAndApp(t *testing.T) {
	t.Parallel()
	store := newStore(t, newClock())
	s, sms := newService(t, func(cfg *otp.Config) { cfg.Store = store })
	stranger, _ := newService(t, func(cfg *otp.Config) { cfg.Store, cfg.App = store, "another" })
	v := started(t, s)
	right := check(v.ID, sms.ExpectCode(t, phone))
	change := func(f func(r *otp.CheckRequest)) otp.CheckRequest {
		r := right
		f(&r)
		return r
	}
	answers := map[string]int{}
	try := func(s *otp.Service, r otp.CheckRequest) {
		_, err := s.Check(t.Context(), r)
		require.ErrorIs(t, err, otp.WrongCode)
		body, err := json.Marshal(err)
		require.NoError(t, err)
		answers[string(body)]++
	}
	for range 20 { // they burn nothing
		try(s, change(func(r *otp.CheckRequest) { r.Purpose = "reset" }))
		try(s, change(func(r *otp.CheckRequest) { r.Purpose = "no such purpose" }))
		try(s, change(func(r *otp.CheckRequest) { r.Binding = "another session" }))
		try(s, change(func(r *otp.CheckRequest) { r.Phone = "13900139000" }))
		try(s, change(func(r *otp.CheckRequest) { r.ID = "aaaaaaaaaaaaaaaaaaaaaaaaaa" }))
		try(s, change(func(r *otp.CheckRequest) { r.ID = "an id" }))
		try(stranger, right)
	}
	require.Equal(t, map[string]int{`{"code":"wrong_code"}`: 140}, answers)
	_, err := s.Check(t.Context(), change(func(r *otp.CheckRequest) { r.Phone = "+86 138-0013-8000" }))
	require.NoError(t, err)
}

func TestO13AStrangerCanNeitherReplaceNorExhaust(t *testing.T) {
	t.Parallel()
	s, sms := newService(t)
	v := started(t, s)
	code := sms.ExpectCode(t, phone)

	attack := start()
	attack.Binding = "the attacker's session"
	theirs, err := s.Start(t.Context(), attack)
	require.NoError(t, err)
	require.NotEqual(t, v.ID, theirs.ID)
	require.NotEqual(t, code, sms.ExpectCode(t, phone))
	for range 10 {
		_, err = s.Check(t.Context(), otp.CheckRequest{ID: theirs.ID, Purpose: "login", Binding: attack.Binding, Code: "000000"})
		require.Error(t, err)
		_, err = s.Check(t.Context(), otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: attack.Binding, Code: "000000"})
		require.ErrorIs(t, err, otp.WrongCode)
		require.Error(t, s.Cancel(t.Context(), v.ID, "login", attack.Binding))
	}
	_, err = s.Check(t.Context(), check(v.ID, code))
	require.NoError(t, err)
}

// TestO14AtMostAHundredGuessesADay lets a guesser use every config as fast as it lets him.
func TestO14AtMostAHundredGuessesADay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ tries, sends, guesses, want int }{{10, 10, 0, 100}, {1, 1, 0, 100}, {5, 5, 30, 30}, {10, 10, 1, 1}} {
		s, sms, clock := newClocked(t, func(cfg *otp.Config) {
			cfg.GuessesPerDay = c.guesses
			cfg.Purposes["login"] = otp.Policy{Tries: c.tries, Sends: c.sends}
		})
		guesses := 0
		for minute := range 24 * 60 {
			req := start()
			req.Binding = session + strconv.Itoa(minute)
			v, err := s.Start(t.Context(), req)
			for err == nil {
				guess := otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: req.Binding, Code: wrongFor(sms.CodeFor(phone))}
				if _, err = s.Check(t.Context(), guess); failure(t, err).Rule != "guesses" {
					guesses++
				}
				if failure(t, err).Code == otp.WrongCode {
					err = nil
				}
			}
			clock.Advance(time.Minute)
		}
		require.LessOrEqual(t, guesses, c.want)
		require.LessOrEqual(t, c.want, 100)
	}
}

func TestO14GuessedOutSaysHowLongToWait(t *testing.T) {
	t.Parallel()
	s, sms, c := newClocked(t, func(cfg *otp.Config) { cfg.GuessesPerDay = 2 })
	v := started(t, s)
	code := sms.ExpectCode(t, phone)
	for range 2 {
		_, err := s.Check(t.Context(), check(v.ID, wrongFor(code)))
		require.ErrorIs(t, err, otp.WrongCode)
	}
	_, err := s.Check(t.Context(), check(v.ID, code))
	require.ErrorIs(t, err, otp.Wait)
	e := failure(t, err)
	require.Equal(t, "guesses", e.Rule)
	require.Greater(t, e.RetryAfter, 24*time.Hour-time.Second)
	c.Advance(e.RetryAfter)
	v = started(t, s)
	_, err = s.Check(t.Context(), check(v.ID, sms.CodeFor(phone)))
	require.NoError(t, err)
}

func TestO15TombstonesForTheHolderOnly(t *testing.T) {
	t.Parallel()
	ends := map[otp.Code]func(ctx context.Context, s *otp.Service, c *clock, v otp.Verification, code string){
		otp.Used: func(ctx context.Context, s *otp.Service, _ *clock, v otp.Verification, code string) {
			_, err := s.Check(ctx, check(v.ID, code))
			require.NoError(t, err)
		},
		otp.TimeOver: func(_ context.Context, _ *otp.Service, c *clock, _ otp.Verification, _ string) {
			c.Advance(10 * time.Minute)
		},
		otp.NoTries: func(ctx context.Context, s *otp.Service, _ *clock, v otp.Verification, code string) {
			for range 5 {
				_, _ = s.Check(ctx, check(v.ID, wrongFor(code)))
			}
		},
		otp.GivenUp: func(ctx context.Context, s *otp.Service, _ *clock, v otp.Verification, _ string) {
			require.NoError(t, s.Cancel(ctx, v.ID, "login", session))
			require.NoError(t, s.Cancel(ctx, v.ID, "login", session))
		},
	}
	for want, end := range ends {
		s, sms, c := newClocked(t)
		v := started(t, s)
		code := sms.ExpectCode(t, phone)
		end(t.Context(), s, c, v, code)
		_, err := s.Check(t.Context(), check(v.ID, code))
		require.ErrorIs(t, err, want)
		_, err = s.Resend(t.Context(), resend(v.ID))
		require.ErrorIs(t, err, want)

		foreign, unknown := check(v.ID, code), check("aaaaaaaaaaaaaaaaaaaaaaaaaa", code)
		foreign.Binding = "another session"
		requireBlind(t, s, foreign)
		requireBlind(t, s, unknown)
		c.Advance(20 * time.Minute)
		_, err = s.Check(t.Context(), check(v.ID, code))
		require.ErrorIs(t, err, otp.WrongCode, "the tombstone is gone")
	}
}

// requireBlind asks everything for somebody who is not the holder: nothing is told.
func requireBlind(t *testing.T, s *otp.Service, r otp.CheckRequest) {
	t.Helper()
	_, checked := s.Check(t.Context(), r)
	_, resent := s.Resend(t.Context(), otp.ResendRequest{ID: r.ID, Purpose: "login", Binding: r.Binding})
	_, looked := s.Status(t.Context(), r.ID, "login", r.Binding)
	for _, err := range []error{checked, resent, looked, s.Cancel(t.Context(), r.ID, "login", r.Binding)} {
		body, merr := json.Marshal(err)
		require.NoError(t, merr)
		require.JSONEq(t, `{"code":"wrong_code"}`, string(body))
		require.EqualError(t, err, "otp: wrong_code")
	}
}
