package phonetest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/appdoor"
	"github.com/cnsms/cnsms/relay/phone/phonetest"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// restart kills the app and starts it again.
func (s *shopfront) restart() {
	s.Helper()
	s.app.Kill()
	require.NoError(s, s.app.Return(s.Context()))
	s.elapse(time.Second)
}

// phones are the phones that the gateway has heard of.
func (s *shopfront) phones() []gateway.PhonePresence {
	s.Helper()
	operator, err := s.relay.Authenticate(s.Context(), "boss-token")
	require.NoError(s, err)
	phones, err := s.relay.Phones(s.Context(), operator)
	require.NoError(s, err)
	return phones
}

func TestPairingAtTheRealDoor(t *testing.T) {
	t.Parallel()
	atDoor(t, nil, func(s *shopfront) {
		operator, err := s.relay.Authenticate(s.Context(), "boss-token")
		require.NoError(s, err)
		code, err := s.door.NewCode(s.Context(), operator, gateway.Invitation{Name: "kitchen", For: time.Hour})
		require.NoError(s, err)
		pair := func() *phonetest.App {
			return phonetest.NewApp(phonetest.AppConfig{
				URL: "http://gateway.test" + appdoor.Prefix, Code: string(code), Client: &http.Client{Transport: s.line},
			})
		}
		first, second := pair(), pair()
		require.NoError(s, first.Start(s.Context()))
		require.ErrorIs(s, second.Start(s.Context()), phonetest.ErrCrashed, "a code works once")
		s.elapse(time.Second)
		first.Close()
		second.Close()
		stranger := phonetest.NewApp(phonetest.AppConfig{URL: "http://gateway.test" + appdoor.Prefix, Client: &http.Client{Transport: s.line}})
		require.ErrorIs(s, stranger.Start(s.Context()), phonetest.ErrCrashed, "no door is open")
		require.Len(s, s.phones(), 2)
	})
}

func TestSettingsOfTheRealDoor(t *testing.T) {
	t.Parallel()
	atDoor(t, nil, func(s *shopfront) {
		s.app.Kill()
		s.kill()
		s.limit = 7
		s.begin()
		s.restart()
		settings := s.app.Settings()
		require.Equal(s, "PerMinute", settings.LimitPeriod, "%+v", settings)
		require.Equal(s, 7, settings.LimitValue)
		require.Empty(s, s.app.Webhooks())
		s.restart()
		require.Equal(s, 30, s.app.Settings().PingSeconds)
	})
}

func TestCancellingAtTheRealDoor(t *testing.T) {
	t.Parallel()
	slow := phonetest.Sequence(phonetest.Outcome{After: time.Minute})
	cancel := func(s *shopfront, id string) {
		_, err := s.relay.Cancel(s.Context(), s.shop, id)
		require.ErrorIs(s, err, gateway.ErrNotCancellable)
		s.elapse(2 * time.Minute)
	}
	t.Run("what waits on the phone is not sent", func(t *testing.T) {
		t.Parallel()
		atDoor(t, nil, func(s *shopfront) {
			s.app.Kill()
			s.kill()
			s.limit = 1
			s.begin()
			s.restart()
			s.submit(1)
			s.elapse(time.Second)
			id := s.submit(2)
			s.elapse(time.Second)
			require.Equal(s, "Pending", s.app.State(id))
			cancel(s, id)
			require.Equal(s, relayapi.StateCancelled, s.job(id).State)
			require.Len(s, s.app.Sent(), 1)
		})
	})
	t.Run("what the radio has is sent", func(t *testing.T) {
		t.Parallel()
		atDoor(t, slow, func(s *shopfront) {
			id := s.submit(1)
			s.elapse(time.Second)
			cancel(s, id)
			require.Equal(s, relayapi.StateSent, s.job(id).State)
		})
	})
	t.Run("what the phone never saw is cancelled", func(t *testing.T) {
		t.Parallel()
		atDoor(t, nil, func(s *shopfront) {
			s.line.Change(func(l *phonetest.Lossy) {
				l.LoseAnswer, l.Spare = 1, func(r *http.Request) bool {
					return r.URL.Path != appdoor.Prefix+"/message" || r.Method != http.MethodGet
				}
			})
			id := s.submit(1)
			s.elapse(time.Second)
			require.Equal(s, relayapi.StateTaken, s.job(id).State)
			_, err := s.relay.Cancel(s.Context(), s.shop, id)
			require.ErrorIs(s, err, gateway.ErrNotCancellable)
			s.line.Change(func(l *phonetest.Lossy) { l.LoseAnswer = 0 })
			s.elapse(time.Minute)
			require.Equal(s, relayapi.StateCancelled, s.job(id).State)
			require.Empty(s, s.app.Sent())
		})
	})
}

// TestADeadlineIsReadAsItWasMeant fails when a deadline is written so that the app reads another
// one: then the text that waits on the phone leaves too late.
func TestADeadlineIsReadAsItWasMeant(t *testing.T) {
	t.Parallel()
	for _, after := range []time.Duration{123456789, 120 * time.Millisecond, 100 * time.Millisecond, time.Second} {
		t.Run(after.String(), func(t *testing.T) {
			t.Parallel()
			atDoor(t, nil, func(s *shopfront) {
				s.app.Kill()
				s.kill()
				s.limit = 1
				s.begin()
				s.restart()
				s.elapse(after)
				s.submit(1)
				s.elapse(time.Second)
				stored, err := s.relay.Submit(s.Context(), s.shop, gateway.Submission{To: numberOf(2), Text: code, TTL: 20 * time.Second})
				require.NoError(s, err)
				s.elapse(time.Second)
				require.Equal(s, "Pending", s.app.State(stored.Job.ID))
				require.Equal(s, stored.Job.Deadline.UnixMilli(), s.app.ValidUntil(stored.Job.ID).UnixMilli())
				s.elapse(10 * time.Minute)
				require.Len(s, s.app.Sent(), 1)
				job := s.job(stored.Job.ID)
				require.Equal(s, relayapi.StateFailed, job.State)
				require.Equal(s, relayapi.FailureTooLate, job.Failure().Class)
			})
		})
	}
}

func TestTheStreamAtTheRealDoor(t *testing.T) {
	t.Parallel()
	sends := func(s *shopfront, n int, within time.Duration) {
		s.submit(n)
		s.elapse(within)
		require.Len(s, s.app.Sent(), n)
	}
	t.Run("two streams of a phone live side by side", func(t *testing.T) {
		t.Parallel()
		atDoor(t, nil, func(s *shopfront) {
			require.NoError(s, s.app.SignUpAgain(s.Context()))
			s.elapse(time.Second)
			before := s.line.Counts().Requests
			s.elapse(20 * time.Second)
			require.LessOrEqual(s, s.line.Counts().Requests-before, 4, "they do not flap")
			sends(s, 1, time.Second)
		})
	})
	t.Run("a silent one costs a ping's time", func(t *testing.T) {
		t.Parallel()
		atDoor(t, nil, func(s *shopfront) {
			s.line.Silence()
			sends(s, 1, 31*time.Second)
		})
	})
	t.Run("a phone whose token was revoked comes back as another one", func(t *testing.T) {
		t.Parallel()
		atDoor(t, nil, func(s *shopfront) {
			id, _ := s.app.Registered()
			require.Len(s, s.phones(), 1)
			_, token := s.app.Registered()
			operator, err := s.relay.Authenticate(s.Context(), "boss-token")
			require.NoError(s, err)
			hash, err := gateway.ParseHash(gateway.HashToken(token))
			require.NoError(s, err)
			require.NoError(s, s.relay.Revoke(s.Context(), operator, hash))
			s.elapse(time.Minute)
			again, _ := s.app.Registered()
			require.Equal(s, id, again, "it does not register while it runs")
			s.restart()
			again, _ = s.app.Registered()
			require.NotEqual(s, id, again)
			sends(s, 1, time.Second)
		})
	})
}
