package otp_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// counted is a provider that makes its codes, and counts what it is asked.
type counted struct {
	*fake.Verifier
	asked atomic.Int32
}

func (c *counted) Verify(ctx context.Context, r provider.Receipt, code string) error {
	c.asked.Add(1)
	return c.Verifier.Verify(ctx, r, code)
}

func newCounted() *counted {
	return &counted{Verifier: &fake.Verifier{Provider: fake.Provider{
		ProviderName: "maker", Templates: provider.Templates{"login": {Ignore: []string{"code"}}},
	}}}
}

// mixed is a service whose first text carries our code, and the second that of a service.
func mixed(t *testing.T) (s *otp.Service, free *fake.Provider, maker *counted, c *clock) {
	t.Helper()
	maker = newCounted()
	composer, free, _ := ways(t, withRetry(maker))
	s, _, c = newClocked(t, func(cfg *otp.Config) { cfg.Sender = composer })
	return s, free, maker, c
}

func TestO23EitherCodeVerifies(t *testing.T) {
	t.Parallel()
	for _, theirs := range []bool{false, true} {
		s, free, maker, c := mixed(t)
		v := started(t, s)
		c.Advance(time.Minute)
		_, err := s.Resend(t.Context(), resend(v.ID))
		require.NoError(t, err)
		code := free.CodeFor(phone)
		if theirs {
			code = maker.CodeFor(phone)
		}
		_, err = s.Check(t.Context(), check(v.ID, code))
		require.NoError(t, err)
		require.EqualValues(t, map[bool]int{false: 0, true: 1}[theirs], maker.asked.Load(), "ours is compared first")
		_, err = s.Check(t.Context(), check(v.ID, code))
		require.ErrorIs(t, err, otp.Used)
	}
}

func TestO23OneTryForEachSubmissionWhoeverIsAsked(t *testing.T) {
	t.Parallel()
	s, _, maker, c := mixed(t)
	v := started(t, s)
	for _, wait := range []time.Duration{time.Minute, time.Minute} { // two receipts of one service
		c.Advance(wait)
		_, err := s.Resend(t.Context(), resend(v.ID))
		require.NoError(t, err)
	}
	for left := 4; left >= 1; left-- {
		_, err := s.Check(t.Context(), check(v.ID, "000000"))
		require.ErrorIs(t, err, otp.WrongCode)
		require.Equal(t, left, failure(t, err).TriesLeft)
	}
	_, err := s.Check(t.Context(), check(v.ID, "000000"))
	require.ErrorIs(t, err, otp.NoTries)
	require.EqualValues(t, 5, maker.asked.Load(), "a service is asked once for each submission")
	_, err = s.Check(t.Context(), check(v.ID, maker.CodeFor(phone)))
	require.ErrorIs(t, err, otp.NoTries)
	require.EqualValues(t, 5, maker.asked.Load())
}

func TestO23TheLastTryMayBeTheServices(t *testing.T) {
	t.Parallel()
	maker := newCounted()
	s, _, _ := newClocked(t, func(cfg *otp.Config) { cfg.Sender = maker })
	v := started(t, s)
	require.NotContains(t, maker.Attempts()[0].Message.Params, "code", "the text carries the service's own")
	for range 4 {
		_, err := s.Check(t.Context(), check(v.ID, "000000"))
		require.ErrorIs(t, err, otp.WrongCode)
	}
	_, err := s.Check(t.Context(), check(v.ID, maker.CodeFor(phone)))
	require.NoError(t, err)
}

func TestO23AServiceThatDoesNotAnswerBurnsATry(t *testing.T) {
	t.Parallel()
	maker := newCounted()
	maker.VerifyErr = &provider.Error{Kind: provider.KindUnavailable}
	s, _, _ := newClocked(t, func(cfg *otp.Config) { cfg.Sender = maker })
	v := started(t, s)
	_, err := s.Check(t.Context(), check(v.ID, "000000"))
	require.ErrorIs(t, err, otp.Unavailable)
	require.ErrorIs(t, err, provider.KindUnavailable)
	require.Equal(t, 4, failure(t, err).TriesLeft)
}

func TestO23RacingCodesOfAService(t *testing.T) {
	t.Parallel()
	maker := newCounted()
	s, _, _ := newClocked(t, func(cfg *otp.Config) {
		cfg.Sender = maker
		cfg.Purposes["login"] = otp.Policy{Tries: 10}
	})
	v := started(t, s)
	var succeeded atomic.Int32
	race(64, func(int) {
		if _, err := s.Check(context.Background(), check(v.ID, maker.CodeFor(phone))); err == nil {
			succeeded.Add(1)
		}
	})
	require.EqualValues(t, 1, succeeded.Load())
	require.LessOrEqual(t, maker.asked.Load(), int32(10))
}

func TestO23ACanceledVerificationIsNotApprovedByAService(t *testing.T) {
	t.Parallel()
	maker := newCounted()
	slow := &pausing{counted: maker}
	s, _, _ := newClocked(t, func(cfg *otp.Config) { cfg.Sender = slow })
	v := started(t, s)
	slow.during = func() { require.NoError(t, s.Cancel(t.Context(), v.ID, "login", session)) }
	_, err := s.Check(t.Context(), check(v.ID, maker.CodeFor(phone)))
	require.ErrorIs(t, err, otp.GivenUp)
}

// pausing does something while a code is being checked.
type pausing struct {
	*counted
	during func()
}

func (p *pausing) Verify(ctx context.Context, r provider.Receipt, code string) error {
	p.during()
	return p.counted.Verify(ctx, r, code)
}
