package phonetest_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/phone/phonetest"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// station is a real gateway with its own door, a line and a phone, in a bubble.
type station struct {
	*testing.T

	relay *gateway.Gateway
	shop  gateway.Principal
	line  *phonetest.Lossy
	phone *phonetest.Phone
	stop  func()
}

// gatewayConfig has a shop, a phone and no limits that a test would reach.
func gatewayConfig(queue gateway.Queue) gateway.Config {
	lots := gateway.Limits{RequestsPerSecond: -1, SubmitsPerMinute: -1, SubmitsPerDay: -1}
	return gateway.Config{Queue: queue, Budgets: &gateway.Budgets{}, Tokens: []gateway.Token{
		{Name: "shop", Role: gateway.RoleSite, Hash: gateway.HashToken("shop-token"), Limits: lots},
		{Name: "old-phone", Role: gateway.RolePhone, Hash: gateway.HashToken("phone-token"), Limits: lots},
	}}
}

func atStation(t *testing.T, name string, change func(*phonetest.PhoneConfig), test func(s *station)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			queue := memqueue.New()
			relay, err := gateway.New(gatewayConfig(queue))
			require.NoError(t, err)
			network := &phonetest.Network{}
			s := &station{T: t, relay: relay, line: &phonetest.Lossy{Base: network.Transport()}}
			s.stop = network.Serve(relaydoor.New(relay))
			s.shop, err = relay.Authenticate(t.Context(), "shop-token")
			require.NoError(t, err)
			cfg := phonetest.PhoneConfig{URL: "http://gateway.test", Token: "phone-token", Client: &http.Client{Transport: s.line}}
			if change != nil {
				change(&cfg)
			}
			s.phone = phonetest.NewPhone(cfg)
			t.Cleanup(func() {
				s.phone.Close()
				s.stop()
				require.NoError(t, relay.Close())
				_ = queue.Close()
			})
			s.phone.Start()
			s.phone.Start() // which changes nothing
			synctest.Wait()
			test(s)
		})
	})
}

func (s *station) submit(n int) (id string) {
	s.Helper()
	job, err := s.relay.Submit(s.Context(), s.shop, gateway.Submission{
		Key: fmt.Sprint("key-", n), To: numberOf(n), Text: code, TTL: time.Hour,
	})
	require.NoError(s, err)
	synctest.Wait()
	return job.Job.ID
}

func (s *station) job(id string) gateway.Job {
	s.Helper()
	job, err := s.relay.Job(s.Context(), s.shop, id)
	require.NoError(s, err)
	return job
}

func (s *station) elapse(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestPhoneOutcomes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		unasked bool
		outcome phonetest.Outcome
		state   relayapi.State
		leaves  bool
	}{
		{"sent", false, phonetest.Outcome{}, relayapi.StateSent, true},
		{"sent later", false, phonetest.Outcome{After: time.Second}, relayapi.StateSent, true},
		{"delivered", false, phonetest.Outcome{Delivered: true, DeliveredAfter: time.Second}, relayapi.StateDelivered, true},
		{"rejected", false, phonetest.Outcome{Fails: relayapi.FailureRejected}, relayapi.StateFailed, false},
		{"never heard of", false, phonetest.Outcome{Silent: true}, relayapi.StateUncertain, true},
		{"sent unasked", true, phonetest.Outcome{}, relayapi.StateSent, true},
		{"sent later unasked", true, phonetest.Outcome{After: time.Minute}, relayapi.StateSent, true},
		{"delivered unasked", true, phonetest.Outcome{Delivered: true}, relayapi.StateDelivered, true},
	}
	for _, c := range cases {
		change := func(p *phonetest.PhoneConfig) {
			p.Unasked, p.Radio = c.unasked, phonetest.Sequence(c.outcome)
			p.Wait, p.Max, p.Skew = -1, 4, -24*time.Hour
		}
		atStation(t, c.name, change, func(s *station) {
			id := s.submit(1)
			s.elapse(11 * time.Minute)
			require.Equal(s, c.state, s.job(id).State)
			require.Equal(s, c.leaves, len(s.phone.Sent()) == 1)
			require.Zero(s, s.phone.Unreported())
			require.Empty(s, s.phone.Refused())
		})
	}
	atStation(t, "waits for a job", nil, func(s *station) {
		s.submit(1)
		texts, err := s.phone.Wait(s.Context(), 1)
		require.NoError(s, err)
		require.Equal(s, relayapi.Number("+8613800000001"), texts[0].To)
		require.Equal(s, relayapi.Text(code), texts[0].Body)
	})
}

func TestPhoneIsAskedToDropAJob(t *testing.T) {
	t.Parallel()
	unasked := func(p *phonetest.PhoneConfig) { p.Unasked = true }
	atStation(t, "and has sent it", func(p *phonetest.PhoneConfig) {
		p.Unasked, p.Radio = true, phonetest.Sequence(phonetest.Outcome{After: time.Minute})
	}, func(s *station) {
		id := s.submit(1)
		_, err := s.relay.Cancel(s.Context(), s.shop, id)
		require.ErrorIs(s, err, gateway.ErrNotCancellable)
		s.elapse(2 * time.Minute)
		require.Equal(s, relayapi.StateSent, s.job(id).State)
	})
	atStation(t, "and never got it", unasked, func(s *station) {
		s.line.Change(func(l *phonetest.Lossy) { l.LoseAnswer = 1 })
		s.elapse(time.Minute)
		id := s.submit(1)
		s.elapse(5 * time.Second)
		_, err := s.relay.Cancel(s.Context(), s.shop, id)
		require.ErrorIs(s, err, gateway.ErrNotCancellable)
		s.line.Change(func(l *phonetest.Lossy) { l.LoseAnswer = 0 })
		s.elapse(time.Minute)
		require.Equal(s, relayapi.StateCancelled, s.job(id).State)
		require.Empty(s, s.phone.Sent())
	})
}

func TestPhoneRepeatsWhatWasLost(t *testing.T) {
	t.Parallel()
	for _, unasked := range []bool{false, true} {
		change := func(p *phonetest.PhoneConfig) {
			p.Unasked, p.Max = unasked, 8
			p.Radio = phonetest.Sequence(phonetest.Outcome{After: time.Second}, phonetest.Outcome{Delivered: true})
		}
		atStation(t, fmt.Sprintf("unasked %v", unasked), change, func(s *station) {
			s.line.Change(func(l *phonetest.Lossy) {
				l.Lose, l.LoseAnswer, l.Repeat, l.Delay, l.Seed = 0.2, 0.2, 0.2, 3*time.Second, 7
			})
			var ids []string
			for n := range 40 {
				ids = append(ids, s.submit(n))
			}
			s.elapse(30 * time.Minute)
			once := make(map[string]int)
			for _, text := range s.phone.Sent() {
				once[text.Job]++
			}
			for _, id := range ids {
				require.Equal(s, 1, once[id])
				require.Contains(s, []relayapi.State{relayapi.StateSent, relayapi.StateDelivered}, s.job(id).State)
			}
			counts := s.line.Counts()
			require.Positive(s, counts.Lost*counts.AnswersLost*counts.Repeated)
		})
	}
}

func TestPhoneKilledAndAsleep(t *testing.T) {
	t.Parallel()
	atStation(t, "an outcome survives a kill", nil, func(s *station) {
		id := s.submit(1)
		require.Equal(s, relayapi.StateSent, s.job(id).State)
		s.phone.Kill()
		s.elapse(time.Hour)
		s.phone.Return()
		s.elapse(time.Second)
		id = s.submit(2)
		require.Equal(s, relayapi.StateSent, s.job(id).State)
	})
	atStation(t, "a report that waits survives a kill", func(p *phonetest.PhoneConfig) {
		p.Radio = phonetest.Sequence(phonetest.Outcome{After: time.Minute})
	}, func(s *station) {
		id := s.submit(1)
		s.phone.Kill()
		s.elapse(time.Minute)
		require.Equal(s, relayapi.StateTaken, s.job(id).State)
		require.Equal(s, 1, s.phone.Unreported())
		s.phone.Return()
		s.elapse(time.Second)
		require.Equal(s, relayapi.StateSent, s.job(id).State)
	})
	atStation(t, "asleep it does nothing", nil, func(s *station) {
		s.submit(1)
		s.phone.Sleep()
		before := s.line.Counts().Requests
		s.elapse(time.Hour)
		require.Equal(s, before, s.line.Counts().Requests)
		s.phone.Wake()
		s.elapse(time.Second)
		id := s.submit(2)
		require.Equal(s, relayapi.StateSent, s.job(id).State)
	})
	atStation(t, "a wrong token", func(p *phonetest.PhoneConfig) { p.Token = "other" }, func(s *station) {
		require.Equal(s, []relayapi.ErrorCode{relayapi.CodeUnauthorized}, s.phone.Refused())
	})
	atStation(t, "a server that is none", nil, func(s *station) {
		s.phone.Close()
		s.stop()
		network := &phonetest.Network{}
		defer network.Serve(http.NotFoundHandler())()
		lost := phonetest.NewPhone(phonetest.PhoneConfig{URL: "http://other.test", Client: network.Client()})
		lost.Start()
		s.elapse(time.Minute)
		lost.Close()
		require.Empty(s, lost.Refused())
	})
}
