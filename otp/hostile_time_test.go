package otp_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// TestACallerMayGoAtEveryCallOfAStore ends the context before or during each call of the story: no
// text that was sent is forgotten, and the user gets in a while later.
func TestACallerMayGoAtEveryCallOfAStore(t *testing.T) {
	t.Parallel()
	for _, during := range []bool{false, true} {
		for at := 1; at <= calls; at++ {
			ctx, cancel := context.WithCancel(t.Context())
			c, maker := newClock(), newCounted()
			composer, free, _ := ways(t, withRetry(maker))
			store := newStore(t, c)
			m := &mortal{Store: store, at: at}
			leave := func() error {
				cancel()
				return ctx.Err()
			}
			if m.before = leave; during {
				m.before, m.after = nil, leave
			}
			s, _ := newService(t, func(cfg *otp.Config) { cfg.Store, cfg.Sender, cfg.Now = m, composer, c.Now })
			verified, err := story(ctx, s, maker, c)
			require.Equal(t, err == nil, verified, "call %d: %v", at, err)
			require.Empty(t, store.Endless(), "call %d", at)
			all, err := s.ExportPhone(t.Context(), typed)
			require.NoError(t, err)
			sent := len(free.Attempts()) + len(maker.Attempts())
			for _, text := range all {
				require.GreaterOrEqual(t, len(text.Texts), sent, "call %d", at)
			}
			c.Advance(5 * time.Minute)
			if verified {
				continue
			}
			v := started(t, s)
			code := maker.CodeFor(phone)
			if v.Sends == 1 {
				code = free.CodeFor(phone)
			}
			_, err = s.Check(t.Context(), check(v.ID, code))
			require.NoError(t, err, "call %d", at)
		}
	}
}

// TestAClockThatJumpsOpensNothing moves the clock back and forth.
func TestAClockThatJumpsOpensNothing(t *testing.T) {
	t.Parallel()
	for _, jump := range []time.Duration{time.Second, time.Minute, time.Hour, 400 * 24 * time.Hour} {
		s, sms, c := newClocked(t)
		v := started(t, s)
		code := sms.CodeFor(phone)
		c.Advance(-jump)
		_, err := s.Resend(t.Context(), resend(v.ID))
		require.Equal(t, time.Minute, failure(t, err).RetryAfter, "time stands still, and does not go back")
		c.Advance(jump + 59*time.Second)
		_, err = s.Resend(t.Context(), resend(v.ID))
		require.Equal(t, time.Second, failure(t, err).RetryAfter)
		c.Advance(time.Second)
		_, err = s.Resend(t.Context(), resend(v.ID))
		require.NoError(t, err)
		c.Advance(10 * time.Minute)
		_, err = s.Status(t.Context(), v.ID, "login", session)
		require.NoError(t, err)
		c.Advance(-10 * time.Minute)
		_, err = s.Check(t.Context(), check(v.ID, code))
		require.ErrorIs(t, err, otp.TimeOver, "what has ended stays so")
		again := started(t, s)
		require.NotEqual(t, v.ID, again.ID)
		_, err = s.Check(t.Context(), check(again.ID, sms.CodeFor(phone)))
		require.NoError(t, err)
	}
}

// TestTheMillisecondAtWhichACodeEnds asks everything just before and just then.
func TestTheMillisecondAtWhichACodeEnds(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(ctx context.Context, s *otp.Service, id, code string) error{
		"check": func(ctx context.Context, s *otp.Service, id, code string) error {
			return second(s.Check(ctx, check(id, code)))
		},
		"resend": func(ctx context.Context, s *otp.Service, id, _ string) error {
			return second(s.Resend(ctx, resend(id)))
		},
		"cancel": func(ctx context.Context, s *otp.Service, id, _ string) error {
			return s.Cancel(ctx, id, "login", session)
		},
	} {
		for _, late := range []time.Duration{0, time.Millisecond} {
			s, sms, c := newClocked(t)
			v := started(t, s)
			code := sms.CodeFor(phone)
			c.Advance(otp.DefaultLifetime - time.Millisecond + late)
			err := ask(t.Context(), s, v.ID, code)
			if late == 0 {
				require.NoError(t, err, name)
				continue
			}
			require.ErrorIs(t, err, otp.TimeOver, name)
			again := started(t, s)
			require.NotEqual(t, v.ID, again.ID)
			require.NotEqual(t, code, sms.CodeFor(phone))
			c.Advance(otp.DefaultLifetime - time.Millisecond)
			require.ErrorIs(t, ask(t.Context(), s, v.ID, code), otp.TimeOver, "a tombstone")
			c.Advance(time.Millisecond)
			require.Equal(t, &otp.Error{Code: otp.WrongCode}, failure(t, ask(t.Context(), s, v.ID, code)), "and then nothing")
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestOddWritingsOfACode types the right one as no keyboard should, and what is no code at all.
func TestOddWritingsOfACode(t *testing.T) {
	t.Parallel()
	for _, write := range []func(code string) string{
		func(code string) string { return strings.Join(strings.Split(code, ""), "\u200b") },
		func(code string) string { return "\u202e" + code + "\u202c\ufeff" },
		func(code string) string { return "\u2066" + code[:3] + "\u00a0\u2011" + code[3:] + "\u2069" },
		func(code string) string { return digitsFrom('０', code) },
	} {
		s, sms, _ := newClocked(t)
		v := started(t, s)
		_, err := s.Check(t.Context(), check(v.ID, write(sms.CodeFor(phone))))
		require.NoError(t, err, "%q", write("042137"))
	}
	s, sms, _ := newClocked(t)
	v := started(t, s)
	code := sms.CodeFor(phone)
	for i, no := range []string{
		code + "0", "0" + code, code[:5], code + code, code + "\x00", code + "\u0301", "²" + code[1:], code[:5] + "Ⅴ", code + "e0", "+" + code, "0x" + code,
		strings.Repeat(code, 1<<18), strings.Repeat("\u200b", 1<<20), strings.Repeat("\xff", 1<<20), "",
	} {
		_, err := s.Check(t.Context(), check(v.ID, no))
		require.Error(t, err, "%d", i)
		status, serr := s.Status(t.Context(), v.ID, "login", session)
		require.NoError(t, serr)
		if failure(t, err).Code == otp.BadRequest {
			continue
		}
		require.Contains(t, []otp.Code{otp.WrongCode, otp.NoTries}, failure(t, err).Code, "%d", i)
		if status.State != otp.Pending {
			s, _, _ = newClocked(t) // the tries are used up
			v = started(t, s)
		}
	}
}

// digitsFrom writes digits in another script.
func digitsFrom(zero rune, code string) string {
	return strings.Map(func(r rune) rune { return zero + r - '0' }, code)
}

// TestO9AKeyIsOfOneNumber uses one key of idempotency for two numbers, purposes and sessions.
func TestO9AKeyIsOfOneNumber(t *testing.T) {
	t.Parallel()
	s, sms, _ := newClocked(t)
	ids := map[string]bool{}
	for _, number := range []string{"13800138000", "13900139000"} {
		for _, purpose := range []string{"login", "reset"} {
			for _, binding := range []string{session, "another session"} {
				v, err := s.Start(t.Context(), otp.StartRequest{Purpose: purpose, Phone: number, Binding: binding, Key: "the key"})
				require.NoError(t, err)
				require.True(t, v.Sent)
				ids[v.ID] = true
			}
		}
	}
	require.Len(t, ids, 8)
	sms.ExpectCount(t, 8)
}

// TestReportsOfOthersChangeNothing reports texts of other services, of nobody, and twice.
func TestReportsOfOthersChangeNothing(t *testing.T) {
	t.Parallel()
	s, sms, c := newClocked(t)
	v := started(t, s)
	id := sms.Attempts()[0].Receipt.ID
	for _, state := range []provider.State{provider.StateDelivered, provider.StateFailed} {
		for _, r := range []provider.Report{
			{Provider: "another", ID: id},
			{Provider: "fake", ID: id + "0"},
			{Provider: "fake", ID: ""},
			{Provider: "", ID: id},
			{Provider: "fake", Ref: v.ID},
			{Provider: "fake", Ref: v.ID + "00"},
			{Provider: "fake", Ref: v.ID + "02"},
			{Provider: "fake", Ref: v.ID + "1"},
			{Provider: "fake", Ref: strings.Repeat("a", 26) + "01"},
			{Provider: "fake", ID: id, Kind: provider.ReportReply},
		} {
			r.Status.State = state
			require.NoError(t, s.Note(t.Context(), []provider.Report{r, r}))
		}
	}
	c.Advance(time.Minute)
	again, err := s.Resend(t.Context(), resend(v.ID))
	require.NoError(t, err)
	require.False(t, again.Delivered)
}

// TestO16StrangersLearnNothingFromTime has a store and a hook that take their time, and asks about
// somebody else's verification, one that has ended, and none.
func TestO16StrangersLearnNothingFromTime(t *testing.T) {
	t.Parallel()
	asks := map[string]func(ctx context.Context, s *otp.Service, id string) error{
		"check": func(ctx context.Context, s *otp.Service, id string) error {
			return second(s.Check(ctx, otp.CheckRequest{ID: id, Purpose: "login", Binding: "a stranger's", Code: "123456"}))
		},
		"resend": func(ctx context.Context, s *otp.Service, id string) error {
			return second(s.Resend(ctx, otp.ResendRequest{ID: id, Purpose: "login", Binding: "a stranger's"}))
		},
		"status": func(ctx context.Context, s *otp.Service, id string) error {
			return second(s.Status(ctx, id, "login", "a stranger's"))
		},
		"cancel": func(ctx context.Context, s *otp.Service, id string) error {
			return s.Cancel(ctx, id, "login", "a stranger's")
		},
	}
	synctest.Test(t, func(t *testing.T) {
		slow := func() { time.Sleep(10 * time.Millisecond) } //nolint:forbidigo // It is a bubble's time.
		store := newStore(t, newClock())
		s, _ := newService(t, func(cfg *otp.Config) {
			cfg.Store = &lateStore{store, slow}
			cfg.OnEvent = func(context.Context, otp.Event) { slow() }
		})
		pending := started(t, s)
		req := start()
		req.Binding = "another session"
		canceled, err := s.Start(t.Context(), req)
		require.NoError(t, err)
		require.NoError(t, s.Cancel(t.Context(), canceled.ID, "login", req.Binding))
		for name, ask := range asks {
			var took []string
			for _, id := range []string{otp.IDOf(1), pending.ID, canceled.ID} {
				began := time.Now()
				err := ask(t.Context(), s, id)
				took = append(took, fmt.Sprint(time.Since(began), errors.Is(err, otp.WrongCode), failure(t, err)))
			}
			require.Equal(t, []string{took[0], took[0]}, took[1:], name)
		}
	})
}

// lateStore is a store whose calls take a while.
type lateStore struct {
	otp.Store
	wait func()
}

func (s *lateStore) Look(ctx context.Context, id string) (otp.Answer, error) {
	s.wait()
	return s.Store.Look(ctx, id)
}

func (s *lateStore) Try(ctx context.Context, c otp.Trial) (otp.Answer, error) {
	s.wait()
	return s.Store.Try(ctx, c)
}

func (s *lateStore) Cancel(ctx context.Context, c otp.Cancellation) (otp.Answer, error) {
	s.wait()
	return s.Store.Cancel(ctx, c)
}

// TestO16StartTakesAsLongForEveryNumber: Start takes as long and says the same for each number.
func TestO16StartTakesAsLongForEveryNumber(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sms := &fake.Provider{}
		s, err := otp.New(otp.Config{Sender: &slowSender{sms}, Key: key, Purposes: otp.Purposes{"login": {}}, Guard: otp.NoGuard})
		require.NoError(t, err)
		var took []time.Duration
		for i, number := range []string{"13800138000", "13800138000", "13900139000"} {
			began := time.Now()
			v, err := s.Start(t.Context(), otp.StartRequest{Purpose: "login", Phone: number, Binding: fmt.Sprint(session, i)})
			require.NoError(t, err)
			took = append(took, time.Since(began))
			if i == 0 { // this number is a user's from now on
				_, err = s.Check(t.Context(), otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: fmt.Sprint(session, i), Code: sms.CodeFor(phone)})
				require.NoError(t, err)
			}
		}
		require.Equal(t, []time.Duration{time.Second, time.Second, time.Second}, took)
	})
}

type slowSender struct{ *fake.Provider }

func (s *slowSender) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	time.Sleep(time.Second) //nolint:forbidigo // It is a bubble's time.
	return s.Provider.Send(ctx, m)
}
