package phone_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// describedFake is a Fake that knows the phone.
type describedFake struct {
	*phone.Fake

	asked int
}

func (d *describedFake) Describe(context.Context) relayapi.Device {
	d.asked++
	percent := 80
	return relayapi.Device{BatteryPercent: &percent}
}

// with is a sender of the test's own.
func with(s phone.Sender) func(*phone.Config) { return func(c *phone.Config) { c.Sender = s } }

func TestG1AnUnconfirmedTextStaysTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"), job("b"))
		outbox := filepath.Join(t.TempDir(), "outbox.json")
		r := run(t, g, func(c *phone.Config) {
			c.Outbox = outbox
			c.Sender.(*phone.Fake).Script(phone.ErrUnconfirmed)
		})
		r.sent(1)
		synctest.Wait()
		r.stop()
		require.Equal(t, []string{"a taken", "b taken", "b sent"}, g.states())
		content, err := os.ReadFile(outbox)
		require.NoError(t, err)
		require.JSONEq(t, `{"version":1,"reports":[]}`, string(content))
	})
}

func TestStats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"), job("b"), job("c"))
		fake := &phone.Fake{}
		fake.Script(errors.New("no luck"), phone.ErrUnconfirmed)
		agent := newAgent(t, g, fake)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- agent.Run(ctx) }()
		elapse(time.Minute)
		require.Equal(t, phone.Stats{Sent: 1, Unconfirmed: 1, Failed: 1, FailedLastHour: 1}, agent.Stats())
		require.Equal(t, 1, agent.Stats().Errors())

		elapse(time.Hour)
		require.Equal(t, phone.Stats{Sent: 1, Unconfirmed: 1, Failed: 1}, agent.Stats())
		fake.SwitchOff()
		elapse(time.Minute)
		require.Equal(t, phone.Stats{Sent: 1, Unconfirmed: 1, Failed: 1, NotReady: true}, agent.Stats())
		require.Equal(t, 1, agent.Stats().Errors())
		stop()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}

func TestAPhoneSaysWhatItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"))
		sender := &describedFake{Fake: &phone.Fake{}}
		sender.Script(errors.New("no luck"))
		r := run(t, g, with(sender), func(c *phone.Config) { c.App = "cnsms" })
		r.stopAfter(9 * time.Minute)
		require.Equal(t, 2, sender.asked, "at the start and after five minutes")
		var told []int
		for _, pull := range g.pulls {
			if pull.Device == nil {
				continue
			}
			require.Equal(t, 80, *pull.Device.BatteryPercent)
			require.Equal(t, "cnsms", pull.Device.App)
			told = append(told, *pull.Device.FailedLastHour)
		}
		require.Equal(t, []int{0, 1, 1}, told, "and when a text has failed")
		require.Greater(t, len(g.pulls), 10)
	})
}

// refusingPulls is a gateway that answers pulls by a function, unless that returns false.
type refusingPulls struct {
	*gatewayDouble

	answer func(w http.ResponseWriter, p relayapi.Pull) bool
}

func (g refusingPulls) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != relayapi.PathPull {
		g.gatewayDouble.ServeHTTP(w, r)
		return
	}
	var pull relayapi.Pull
	_ = json.NewDecoder(r.Body).Decode(&pull)
	if !g.answer(w, pull) {
		r.Body = http.NoBody
		g.gatewayDouble.ServeHTTP(w, r)
	}
}

func through(h http.Handler) func(*phone.Config) {
	return func(c *phone.Config) { c.HTTPClient = &http.Client{Transport: inMemory{h}} }
}

func refuse(w http.ResponseWriter, status int, reason relayapi.Error) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(relayapi.ErrorReply{Error: reason})
}

func TestAGatewayThatTakesNoDevice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"))
		refusing := refusingPulls{g, func(w http.ResponseWriter, p relayapi.Pull) bool {
			if p.Device != nil {
				refuse(w, http.StatusBadRequest, relayapi.Error{Code: relayapi.CodeUnknownField, Field: "device"})
			}
			return p.Device != nil
		}}
		r := run(t, g, through(refusing))
		r.sent(1)
		r.stopAfter(time.Minute)
		require.Equal(t, []string{"a taken", "a sent"}, g.states())
	})
}

func TestAGatewayOutOfReachIsNamedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		down.Store(true)
		g := offers(job("a"))
		r := run(t, g, through(refusingPulls{g, func(w http.ResponseWriter, _ relayapi.Pull) bool {
			if down.Load() {
				w.WriteHeader(http.StatusBadGateway)
			}
			return down.Load()
		}}))
		elapse(time.Hour)
		require.Empty(t, r.sender.Sent())
		down.Store(false)
		r.sent(1)
		r.stopAfter(time.Minute)
		require.Equal(t, 1, strings.Count(r.log.String(), "pulling jobs failed"), r.log.String())
		require.Equal(t, 1, strings.Count(r.log.String(), "the gateway answers again"))
	})
}

func TestG3ALaneThatTheTokenIsNotForEndsTheAgent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := offers()
		r := run(t, g, through(refusingPulls{g, func(w http.ResponseWriter, _ relayapi.Pull) bool {
			refuse(w, http.StatusForbidden, relayapi.Error{Code: relayapi.CodeLaneForbidden, Message: "this token is not for the lane text"})
			return true
		}}))
		err := <-r.ended
		require.ErrorContains(t, err, "the gateway does not accept the token")
		require.ErrorContains(t, err, "not for the lane text")
		r.cancel()
	})
}

func TestTakingGivesUpWhenTheGatewayCannotRecordIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"), job("b"))
		for range 5 {
			g.then(status(http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable))
		}
		r := run(t, g)
		sent := r.sent(1)
		synctest.Wait()
		r.stop()
		require.Equal(t, "b", sent[0].Job)
		require.Equal(t, []string{"a failed", "b taken", "b sent"}, g.states())
		require.False(t, g.reports[0].Error.MayHaveSent)
	})
}

// slowSender needs some time, unless its context ends before.
type slowSender struct{ needs time.Duration }

func (s slowSender) Send(ctx context.Context, _ phone.Text) error {
	select {
	case <-time.After(s.needs):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestStoppingFinishesTheTextInHand(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		finish time.Duration
		last   string
	}{
		{"there is time", 10 * time.Second, "a sent"},
		{"there is none", 0, "a failed"},
		{"there is too little", 3 * time.Second, "a failed"},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			t.Helper()
			g := offers(job("a"), job("b"))
			r := run(t, g, with(slowSender{5 * time.Second}), func(c *phone.Config) { c.Finish = tt.finish })
			r.stopAfter(time.Second)
			require.Equal(t, []string{"a taken", tt.last}, g.states())
		})
	}
}
