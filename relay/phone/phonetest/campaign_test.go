package phonetest_test

import (
	"errors"
	"flag"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/phone/phonetest"
	"github.com/cnsms/cnsms/relay/relayapi"
)

var campaignSeed = flag.Uint64("campaign.seed", 0, "seed of the lossy campaign; 0 chooses one")

// fates are what may become of a text in the campaign, and the state that its job ends in.
var fates = []struct {
	outcome phonetest.Outcome
	state   relayapi.State
}{
	{phonetest.Outcome{}, relayapi.StateSent},
	{phonetest.Outcome{After: 3 * time.Second}, relayapi.StateSent},
	{phonetest.Outcome{After: time.Second, Delivered: true, DeliveredAfter: 20 * time.Second}, relayapi.StateDelivered},
	{phonetest.Outcome{Delivered: true, HandedOverLate: true}, relayapi.StateDelivered},
	{phonetest.Outcome{HandedOverLate: true}, relayapi.StateSent},
	{phonetest.Outcome{Delivered: true, Parts: 3, DeliveredAfter: time.Minute}, relayapi.StateDelivered},
	{phonetest.Outcome{Fails: relayapi.FailureRejected, After: time.Second}, relayapi.StateFailed},
	{phonetest.Outcome{Fails: relayapi.FailureInvalidNumber, DeliveredAfter: 10 * time.Second}, relayapi.StateFailed},
}

// TestALossyCampaign submits 200 texts to an app on a bad line, at a gateway that is killed now and
// then, and kills the app and lets it sleep. No text leaves twice, and each job ends once, in the
// state that the radio wants.
func TestALossyCampaign(t *testing.T) {
	t.Parallel()
	seed := *campaignSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-campaign.seed=%d", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	byNumber := make(map[relayapi.Number]int)
	radio := func(text phonetest.Text) phonetest.Outcome { return fates[byNumber[text.To]].outcome }
	for n := range 200 {
		byNumber[numberOf(n)] = dice.IntN(len(fates))
	}
	atDoor(t, radio, func(s *shopfront) {
		s.line.Change(func(l *phonetest.Lossy) {
			l.Seed, l.Lose, l.LoseAnswer, l.Repeat, l.Delay = seed, 0.15, 0.15, 0.15, 3*time.Second
			l.Spare = func(r *http.Request) bool { return r.Method == http.MethodPost }
		})
		jobs := s.campaign(dice)
		s.elapse(30 * time.Minute)
		s.line.Change(func(l *phonetest.Lossy) { l.Lose, l.LoseAnswer = 0, 0 })
		s.restart() // what still waits to be repeated goes now
		s.elapse(time.Minute)
		for n, id := range jobs {
			job := s.job(id)
			want := fates[byNumber[numberOf(n)]].state
			require.Equal(s, want, job.State, "job %d: %v", n, job.History)
			require.LessOrEqual(s, finals(job), 1, "job %d: %v", n, job.History)
		}
		once := make(map[string]int)
		for _, text := range s.app.Sent() {
			once[text.Job]++
		}
		for n, id := range jobs {
			want := 1
			if fates[byNumber[numberOf(n)]].outcome.Fails == relayapi.FailureRejected {
				want = 0
			}
			require.Equal(s, want, once[id], "how often the text of job %d has left", n)
		}
		require.Zero(s, s.app.Unreported())
		s.Logf("%+v, %d texts left", s.line.Counts(), len(once))
	})
}

// campaign submits 200 texts in between mishaps, and returns their jobs.
func (s *shopfront) campaign(dice *rand.Rand) (jobs []string) {
	for n := range 200 {
		switch dice.IntN(12) {
		case 0:
			s.kill()
			s.elapse(time.Duration(dice.IntN(60)) * time.Second)
			s.begin()
		case 1:
			s.app.Kill()
			s.elapse(time.Duration(dice.IntN(60)) * time.Second)
			require.NoError(s, s.app.Return(s.Context()))
		case 2:
			s.app.Sleep()
			s.elapse(time.Duration(dice.IntN(120)) * time.Second)
			s.app.Wake()
		case 3:
			s.line.Silence()
		case 4:
			s.line.Cut()
			s.elapse(time.Duration(dice.IntN(60)) * time.Second)
			s.line.Mend()
		}
		jobs = append(jobs, s.submitWhenOnline(n))
		s.elapse(time.Duration(dice.IntN(5000)) * time.Millisecond)
	}
	return jobs
}

// submitWhenOnline submits a text as soon as a phone is online, as a shop would that has no other
// way.
func (s *shopfront) submitWhenOnline(n int) (id string) {
	s.Helper()
	for range 1000 {
		stored, err := s.trySubmit(n)
		if err == nil {
			return stored.Job.ID
		}
		require.True(s, errors.Is(err, gateway.ErrNoPhoneOnline) || errors.Is(err, gateway.ErrLaneBusy), "%v", err)
		s.elapse(5 * time.Second)
	}
	require.FailNow(s, "the phone never came back")
	return ""
}
