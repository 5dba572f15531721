package otp_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// ways is a real composer on two fakes: the free way and the paid one.
func ways(tb testing.TB, change ...func(cfg *failover.ComposerConfig)) (c *failover.Composer, free, paid *fake.Provider) {
	tb.Helper()
	free, paid = &fake.Provider{ProviderName: "free"}, &fake.Provider{ProviderName: "paid"}
	cfg := failover.ComposerConfig{Name: "ways", First: failover.Member{Provider: free, Timeout: time.Second}, Retry: failover.Member{Provider: paid}}
	for _, each := range change {
		each(&cfg)
	}
	c, err := failover.NewComposer(cfg)
	require.NoError(tb, err)
	return c, free, paid
}

// TestO7SameCodeOnFailoverAndResend has the free way time out after it has taken the text, the paid
// one deliver, and the late text verify all the same.
func TestO7SameCodeOnFailoverAndResend(t *testing.T) {
	t.Parallel()
	composer, free, paid := ways(t)
	late := make(chan struct{})
	free.Script(fake.Fail(provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true}), fake.HoldUntil(late))
	s, _, c := newClocked(t, func(cfg *otp.Config) { cfg.Sender = composer })
	v := started(t, s)
	code := paid.ExpectCode(t, phone)
	require.Equal(t, code, free.Attempts()[0].Message.Params["code"], "the late text carries the same code")

	c.Advance(time.Minute)
	again, err := s.Resend(t.Context(), resend(v.ID))
	require.NoError(t, err)
	require.Equal(t, 2, again.Sends)
	require.Equal(t, code, paid.ExpectCode(t, phone))
	require.Len(t, paid.Sent(), 2)
	require.Len(t, free.Attempts(), 1, "a resend goes another way")

	_, err = s.Check(t.Context(), check(v.ID, code))
	require.NoError(t, err)
	next := started(t, s)
	require.NotEqual(t, v.ID, next.ID)
	require.NotEqual(t, code, free.Attempts()[1].Message.Params["code"], "a new one after the end")
}

func TestO7EachTextHasANumberAndARefOfItsOwn(t *testing.T) {
	t.Parallel()
	s, sms, c := newClocked(t)
	v := started(t, s)
	refs := map[string]bool{}
	for _, wait := range []time.Duration{time.Minute, time.Minute, 2 * time.Minute} {
		c.Advance(wait)
		_, err := s.Resend(t.Context(), resend(v.ID))
		require.NoError(t, err)
	}
	for i, m := range sms.Sent() {
		require.Equal(t, i+1, m.Attempt)
		require.Regexp(t, `^[a-z2-7]{26}\d\d$`, m.Ref, "every service takes it")
		refs[m.Ref] = true
	}
	require.Len(t, refs, 4)
}

func TestO8ARefusedResendChangesNothing(t *testing.T) {
	t.Parallel()
	s, sms, c := newClocked(t)
	v := started(t, s)
	c.Advance(59*time.Second + time.Millisecond)
	before, err := s.Status(t.Context(), v.ID, "login", session)
	require.NoError(t, err)
	_, err = s.Resend(t.Context(), resend(v.ID))
	require.ErrorIs(t, err, otp.Wait)
	require.Equal(t, 999*time.Millisecond, failure(t, err).ResendAfter)
	again := started(t, s)
	require.False(t, again.Sent)
	require.Equal(t, v.ID, again.ID)
	after, err := s.Status(t.Context(), v.ID, "login", session)
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.Len(t, sms.Attempts(), 1)
	_, err = s.Check(t.Context(), check(v.ID, sms.CodeFor(phone)))
	require.NoError(t, err)
}

func TestO9StartIsIdempotent(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "a key"} {
		s, sms := newService(t)
		var (
			mu  sync.Mutex
			ids = map[string]int{}
		)
		race(32, func(i int) {
			req := start()
			req.Key = key
			req.Phone = []string{"13800138000", "+86 138 0013 8000", "0086-138-0013-8000", "１３８００１３８０００"}[i%4]
			v, err := s.Start(context.Background(), req)
			if err != nil {
				t.Errorf("%v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			ids[v.ID]++
		})
		require.Len(t, ids, 1)
		sms.ExpectCount(t, 1)
	}
}

func TestO9ARepeatedRequestIsAnsweredWhateverBecameOfIt(t *testing.T) {
	t.Parallel()
	s, sms := newService(t)
	req := start()
	req.Key = "a key"
	v, err := s.Start(t.Context(), req)
	require.NoError(t, err)
	_, err = s.Check(t.Context(), check(v.ID, sms.CodeFor(phone)))
	require.NoError(t, err)
	again, err := s.Start(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, v.ID, again.ID)
	require.Equal(t, otp.Approved, again.State)
	require.False(t, again.Sent)
	sms.ExpectCount(t, 1)
}

func TestStartSendsAgainWhenTheWaitIsOver(t *testing.T) {
	t.Parallel()
	s, sms, c := newClocked(t)
	v := started(t, s)
	c.Advance(time.Minute)
	again := started(t, s)
	require.True(t, again.Sent)
	require.Equal(t, v.ID, again.ID)
	require.Equal(t, 2, again.Sends)
	sms.ExpectCount(t, 2)
}

func TestO11UnknownOutcomesCountAsSent(t *testing.T) {
	t.Parallel()
	s, sms, c := newClocked(t)
	sms.Script(fake.Fail(provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true}))
	v := started(t, s)
	require.True(t, v.Sent)
	require.Equal(t, otp.Pending, v.State)
	require.Equal(t, time.Minute, v.ResendAfter)
	_, err := s.Resend(t.Context(), resend(v.ID))
	require.ErrorIs(t, err, otp.Wait)
	_, err = s.Check(t.Context(), check(v.ID, sms.Attempts()[0].Message.Params["code"]))
	require.NoError(t, err)
	c.Advance(time.Second)
}

func TestO11RefusalsReleaseTheWaitAndStillCount(t *testing.T) {
	t.Parallel()
	s, sms, c := newClocked(t, func(cfg *otp.Config) { cfg.Purposes["login"] = otp.Policy{Sends: 3} })
	sms.Script(fake.Refuse(provider.KindBalance))
	_, err := s.Start(t.Context(), start())
	require.ErrorIs(t, err, otp.NotSent)
	require.ErrorIs(t, err, provider.KindBalance)

	v := started(t, s) // at once
	require.True(t, v.Sent)
	c.Advance(time.Minute)
	sms.Script(fake.Refuse(provider.KindBalance))
	_, err = s.Resend(t.Context(), resend(v.ID))
	require.ErrorIs(t, err, otp.NotSent)
	require.Equal(t, 5, failure(t, err).TriesLeft, "the verification goes on")
	require.Zero(t, failure(t, err).ResendAfter)
	_, err = s.Resend(t.Context(), resend(v.ID))
	require.NoError(t, err)
	_, err = s.Resend(t.Context(), resend(v.ID))
	require.ErrorIs(t, err, otp.NoSends)
	_, err = s.Check(t.Context(), check(v.ID, sms.CodeFor(phone)))
	require.NoError(t, err)
}

func TestALimitOfTheNumberSaysHowLongToWait(t *testing.T) {
	t.Parallel()
	s, sms := newService(t)
	sms.Script(fake.Fail(provider.Error{Kind: provider.KindThrottled, Scope: provider.ScopePhone, RetryAfter: time.Hour}))
	_, err := s.Start(t.Context(), start())
	require.ErrorIs(t, err, otp.Wait)
	require.Equal(t, "phone", failure(t, err).Rule)
	require.Equal(t, time.Hour, failure(t, err).RetryAfter)
}

func TestStartRefusesBadRequests(t *testing.T) {
	t.Parallel()
	s, sms := newService(t)
	for want, change := range map[string]func(r *otp.StartRequest){
		"Purpose: there is none of that name": func(r *otp.StartRequest) { r.Purpose = "other" },
		"Binding: want a secret":              func(r *otp.StartRequest) { r.Binding = "" },
		"bytes at most":                       func(r *otp.StartRequest) { r.Binding = string(make([]byte, 1025)) },
		"Code: want 6 digits":                 func(r *otp.StartRequest) { r.Code = "12345" },
		`Params["code"]`:                      func(r *otp.StartRequest) { r.Params = provider.Params{"code": "1"} },
		"is not UTF-8":                        func(r *otp.StartRequest) { r.Params = provider.Params{"a": "\xff"} },
		"Captcha":                             func(r *otp.StartRequest) { r.Captcha = "\xff" },
		"bad_phone":                           func(r *otp.StartRequest) { r.Phone = "12345" },
	} {
		req := start()
		change(&req)
		_, err := s.Start(t.Context(), req)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "12345")
	}
	for _, r := range []otp.CheckRequest{{}, {ID: "id", Purpose: "login", Binding: "b"}, {ID: "id", Purpose: "login", Binding: "b", Code: string(make([]byte, 65))}} {
		_, err := s.Check(t.Context(), r)
		require.ErrorIs(t, err, otp.BadRequest)
	}
	_, err := s.Check(t.Context(), otp.CheckRequest{ID: "id", Purpose: "login", Binding: "b", Code: "1", Phone: "1"})
	require.ErrorIs(t, err, otp.BadPhone)
	_, err = s.Resend(t.Context(), otp.ResendRequest{})
	require.ErrorIs(t, err, otp.BadRequest)
	require.ErrorIs(t, s.Cancel(t.Context(), "", "", ""), otp.BadRequest)
	sms.ExpectNothing(t)
}

func TestParametersGoOutWithEveryText(t *testing.T) {
	t.Parallel()
	s, sms, c := newClocked(t)
	req := start()
	req.Params, req.Captcha = provider.Params{"minutes": "10"}, "token"
	v, err := s.Start(t.Context(), req)
	require.NoError(t, err)
	c.Advance(time.Minute)
	_, err = s.Resend(t.Context(), resend(v.ID))
	require.NoError(t, err)
	for _, m := range sms.Sent() {
		require.Equal(t, "10", m.Params["minutes"])
	}
	require.Equal(t, "token", sms.Sent()[0].Captcha)
	require.Len(t, req.Params, 1, "the caller's map is not changed")
}

func TestOneNumberHasABoundedNumberOfVerifications(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	for i := range otp.MaxPerPhone + 1 {
		req := start()
		req.Binding = strconv.Itoa(i)
		_, err := s.Start(t.Context(), req)
		if i < otp.MaxPerPhone {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, otp.Wait)
			require.Equal(t, "phone", failure(t, err).Rule)
		}
	}
}

func TestACallerThatGoesAwayLosesNoOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, sms := newService(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		sms.Script(fake.Hang())
		done := make(chan error, 1)
		go func() {
			_, err := s.Start(ctx, start())
			done <- err
		}()
		synctest.Wait()
		require.Equal(t, otp.Reserved, started(t, s).State, "a double click meanwhile sends nothing")
		cancel(errors.New("gone"))
		require.NoError(t, <-done, "the text may be on its way")
		v := started(t, s)
		require.False(t, v.Sent)
		require.Equal(t, otp.Pending, v.State)
	})
}

func TestASendIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, sms := newService(t, func(cfg *otp.Config) { cfg.SendTimeout = 5 * time.Second })
		sms.Script(fake.Hang())
		began := time.Now()
		v := started(t, s)
		require.Equal(t, 5*time.Second, time.Since(began))
		require.Equal(t, otp.Pending, v.State, "it may have been sent")
	})
}
