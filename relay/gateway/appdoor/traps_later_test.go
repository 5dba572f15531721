package appdoor_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// TestT8NothingIsOfferedAfterItsDeadline: the phone judges it by its own clock, which may be
// a day behind.
func TestT8NothingIsOfferedAfterItsDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		phone := w.register()
		phone.messages()
		short := func(s *gateway.Submission) { s.TTL = 20 * time.Second }
		handed, waiting := w.submitted(short), ""
		require.Equal(t, handed.Deadline.UTC().Format("2006-01-02T15:04:05.000Z"), phone.one().ValidUntil)
		waiting = w.submitted(short).ID
		elapse(20 * time.Second)
		require.Empty(t, phone.messages())
		w.is(waiting, relayapi.StateExpired)
		phone.says(handed.ID, "Sent", "", "")
		w.is(handed.ID, relayapi.StateSent)
	})
}

// TestT8AWrongClockIsNamedOnce: in the log, for the operator.
func TestT8AWrongClockIsNamedOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		wrong time.Duration
		want  string
	}{
		{"a day ahead", 24 * time.Hour, "direction=ahead by_at_least=24h0m0s"},
		{"a day behind", -24 * time.Hour, "direction=behind by_at_least=24h0m0s"},
		{"a minute ahead", time.Minute, ""},
		{"right", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				phone := w.register()
				phone.messages()
				for range 3 {
					job := w.submitted()
					phone.one()
					zone := time.FixedZone("", 8*3600)
					at := time.Now().Add(tt.wrong).In(zone).Format("2006-01-02T15:04:05.000-07:00")
					phone.says(job.ID, "Sent", "", `"Pending":"1999-01-01T00:00:00.000Z","Sent":"`+at+`"`)
					require.Equal(t, w.Now().Add(tt.wrong), w.is(job.ID, relayapi.StateSent).History[2].ReportedAt.UTC())
				}
				require.Equal(t, min(len(tt.want), 1), strings.Count(w.log.String(), "clock is wrong"))
				require.Contains(t, w.log.String(), tt.want)
			})
		})
	}
}

// TestT8AReceiptThatWasRepeatedForLong is no sign of a wrong clock.
func TestT8AReceiptThatWasRepeatedForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		phone := w.register()
		phone.messages()
		job := w.submitted()
		phone.one()
		sent := time.Now().UTC().Format(time.RFC3339Nano)
		elapse(5 * time.Minute)
		phone.says(job.ID, "Sent", "", `"Sent":"`+sent+`"`)
		require.NotContains(t, w.log.String(), "clock is wrong")
	})
}

// TestT9TheAppAsksForItsOrder: the newest first unless it is set otherwise on the phone.
func TestT9TheAppAsksForItsOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		phone := w.register()
		phone.messages()
		var ids []string
		for range 3 {
			ids = append(ids, w.submitted().ID)
			elapse(time.Second)
		}
		for order, want := range map[string][]string{
			"": {ids[2], ids[1], ids[0]}, "?order=lifo": {ids[2], ids[1], ids[0]}, "?order=fifo": ids, "?order=x": {ids[2], ids[1], ids[0]},
		} {
			body := phone.as(http.MethodGet, "/message"+order, "").Body.String()
			for i := range 2 {
				require.Less(t, strings.Index(body, want[i]), strings.Index(body, want[i+1]), order)
			}
		}
	})
}

// TestT10AnAppThatRegistersAgainIsAnotherPhone: it has nothing to be known by. What the first
// had in hand it does not get, and the operator retires the first.
func TestT10AnAppThatRegistersAgainIsAnotherPhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.register()
	first.messages()
	job := w.submitted()
	first.one()
	again := w.register()
	require.Equal(t, "xiaomi-cannon-2", again.id)
	require.NotEqual(t, first.token, again.token)
	require.Empty(t, again.messages(), "the first may have sent it")
	require.NoError(t, w.Revoke(t.Context(), operator, w.hash(first.token)))
	w.status(http.StatusUnauthorized, first.as(http.MethodGet, "/message", ""))
	w.status(http.StatusUnauthorized, first.as(http.MethodPatch, "/device", `{"id":"xiaomi-cannon"}`))
	require.Equal(t, "xiaomi-cannon-3", w.register().id, "nobody gets the name of a phone that was retired")
	w.is(job.ID, relayapi.StateTaken)
}

func (w *world) hash(token string) gateway.Hash {
	w.Helper()
	who, err := w.Authenticate(w.Context(), token)
	require.NoError(w, err)
	return who.Token
}

// TestT11AnEmptyPrivateToken: the app sends "Bearer " when its user has typed none.
func TestT11AnEmptyPrivateToken(t *testing.T) {
	t.Parallel()
	for _, hash := range []string{"", gateway.HashToken(privateToken)} {
		w := newWorld(t, func(s *setup) { s.PrivateToken = hash })
		for range 20 { // never a guess that failed
			for _, header := range []string{"", "Bearer", "Bearer ", "Bearer    ", "Code", "Code "} {
				r := w.status(http.StatusUnauthorized, w.call(http.MethodPost, "/device", header, xiaomi))
				require.Contains(t, r.Body.String(), "registration is not open", header)
			}
		}
	}
}

// TestT12APullIsNotRefusedWhileTheGatewayIsDegraded: after an error the app would stay away
// for hours.
func TestT12APullIsNotRefusedWhileTheGatewayIsDegraded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.register()
	phone.messages()
	job := w.submitted()
	phone.one()
	w.queue.breakWith(gateway.ErrClosed)
	require.Empty(t, phone.messages())
	sent := `[{"id":"` + job.ID + `","state":"Sent"}]`
	w.status(http.StatusServiceUnavailable, phone.as(http.MethodPatch, "/message", sent))
	w.queue.breakWith(nil)
	require.Equal(t, job.ID, phone.one().ID)
	w.status(http.StatusNoContent, phone.as(http.MethodPatch, "/message", sent))
	w.is(job.ID, relayapi.StateSent)

	for range 200 {
		phone.messages() // over its limit of requests
	}
	require.NoError(t, w.Shutdown(t.Context()))
	require.Empty(t, phone.messages())
	w.status(http.StatusServiceUnavailable, phone.as(http.MethodPatch, "/message", sent))
}

// TestT13AProbeForNetworksWithoutOne: Android runs the app's work only after a request that is
// answered with 204 and nothing else.
func TestT13AProbeForNetworksWithoutOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.status(http.StatusNoContent, w.call(http.MethodGet, "/generate_204", "", ""))
	require.Zero(t, r.Body.Len())
}

// TestT14NothingThatWasHandedOutGoesToAnotherPhone, but what its phone gives back.
func TestT14NothingThatWasHandedOutGoesToAnotherPhone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		first, second := w.register(), w.register()
		first.messages()
		second.messages()
		s := first.listen()
		s.heard()
		job := w.submitted()
		first.one()
		elapse(2 * time.Minute)
		require.Empty(t, second.messages())

		s.heard()
		cancelled, err := w.Cancel(t.Context(), operator, job.ID)
		require.ErrorIs(t, err, gateway.ErrNotCancellable)
		require.Equal(t, relayapi.StateCancelling, cancelled.State)
		heard := s.heard()
		require.Contains(t, heard, "event: MessageCancelled\ndata: {\"messageId\":\""+job.ID+"\"}\n\n")
		require.Contains(t, heard, enqueued)
		require.Empty(t, second.messages())
		asked := first.one()
		require.Equal(t, "Cancelling", asked.State)
		require.Equal(t, asked.CreatedAt, asked.ValidUntil, "a version that knows no such state does not send any more")
		first.says(job.ID, "Cancelled", "", "")
		w.is(job.ID, relayapi.StateCancelled)

		given := w.submitted()
		first.one()
		second.messages()
		first.says(given.ID, "Failed", "Send result: RESULT_ERROR_NO_SERVICE", "")
		require.Equal(t, given.ID, second.one().ID)
		require.Empty(t, first.messages())
	})
}

// TestT14ACancelThatIsNeverAnsweredEnds: a "Cancelled" whose repetitions ran out never comes.
func TestT14ACancelThatIsNeverAnsweredEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		phone := w.register()
		phone.messages()
		job := w.submitted()
		phone.one()
		_, err := w.Cancel(t.Context(), operator, job.ID)
		require.ErrorIs(t, err, gateway.ErrNotCancellable)
		elapse(11 * time.Minute)
		require.Empty(t, phone.messages())
		w.is(job.ID, relayapi.StateUncertain)
	})
}
