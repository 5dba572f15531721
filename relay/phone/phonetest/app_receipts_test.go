package phonetest_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone/phonetest"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// radio sets what becomes of all texts.
func radio(o phonetest.Outcome) func(*phonetest.AppConfig) {
	return func(c *phonetest.AppConfig) { c.Radio = phonetest.Sequence(o) }
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		outcome phonetest.Outcome
		states  []string // one a minute
		error   string
		leaves  bool
	}{
		{"sent later", phonetest.Outcome{After: time.Minute}, []string{"Processed", "Sent"}, "", true},
		{"delivered", phonetest.Outcome{After: time.Minute, Delivered: true, DeliveredAfter: time.Minute}, []string{"Processed", "Sent", "Delivered"}, "", true},
		{"no answer of the radio", phonetest.Outcome{Silent: true}, []string{"Processed", "Processed", "Processed"}, "", true},
		{"limit", phonetest.Outcome{Fails: relayapi.FailureLimit}, []string{"Failed"}, "Send result: RESULT_ERROR_LIMIT_EXCEEDED", false},
		{"no service", phonetest.Outcome{Fails: relayapi.FailureNoService, After: time.Minute}, []string{"Processed", "Failed"}, "Send result: RESULT_ERROR_NO_SERVICE", false},
		{"an error of its own", phonetest.Outcome{Fails: relayapi.FailureConfig, Error: "sendSMS: no permission"}, []string{"Failed"}, "sendSMS: no permission", false},
		{"a dead number", phonetest.Outcome{Fails: relayapi.FailureInvalidNumber, DeliveredAfter: time.Minute}, []string{"Sent", "Failed"}, "Delivery result from SC", true},
		{"handed over after the answer", phonetest.Outcome{HandedOverLate: true, Delivered: true, DeliveredAfter: time.Minute}, []string{"Processed", "Delivered"}, "", true},
		{"two parts", phonetest.Outcome{Parts: 2, After: time.Minute, Delivered: true, DeliveredAfter: time.Minute}, []string{"Processed", "Sent", "Delivered", "Sent", "Delivered"}, "", true},
	}
	for _, c := range cases {
		play(t, c.name, radio(c.outcome), func(w *world) {
			w.offer(message("a"))
			for i, state := range c.states {
				if i > 0 {
					w.elapse(time.Minute)
				}
				require.Equal(w, state, w.app.State("a"))
				last := w.last()
				require.Equal(w, state, last.State)
				require.Contains(w, last.States, state)
			}
			require.Equal(w, c.error, w.last().Recipients[0].Error)
			require.Equal(w, c.leaves, len(w.texts()) == 1)
		})
	}
	play(t, "no delivery report was asked for", radio(phonetest.Outcome{Delivered: true}), func(w *world) {
		w.offer(message("a", `"withDeliveryReport":false`))
		require.Equal(w, "Sent", w.app.State("a"))
	})
	play(t, "the first time of a state stays", radio(phonetest.Outcome{Parts: 2, Delivered: true, DeliveredAfter: time.Hour}), func(w *world) {
		w.offer(message("a"))
		w.elapse(2 * time.Hour)
		require.Equal(w, "2000-01-01T09:00:00.000+08:00", w.last().States["Delivered"])
	})
	two := func(c *phonetest.AppConfig) {
		c.Radio = phonetest.Sequence(phonetest.Outcome{Fails: relayapi.FailureRejected}, phonetest.Outcome{Delivered: true})
	}
	play(t, "the states of two recipients make one", two, func(w *world) {
		w.offer(`{"id":"a","message":"x","phoneNumbers":["1","2"]}`)
		require.Equal(w, "Sent", w.app.State("a"))
		last := w.last()
		require.Equal(w, "Failed", last.Recipients[0].State)
		require.Equal(w, "Delivered", last.Recipients[1].State)
	})
}

func TestReceiptsAreRepeated(t *testing.T) {
	t.Parallel()
	play(t, "ten times, each with the state of the moment", radio(phonetest.Outcome{After: time.Minute}), func(w *world) {
		w.answer("PATCH", "/message", http.StatusInternalServerError, "")
		since := time.Now()
		w.offer(message("a"))
		w.hand()
		w.elapse(time.Minute)
		require.Equal(w, []int{0, 10, 30, 60}, w.whenever("PATCH /mobile/v1/message", since), "two changes, each with retries of its own")
		w.answer("PATCH", "/message", 0, "")
		w.elapse(10 * time.Second)
		require.Equal(w, []string{"a Sent", "a Sent"}, w.states())
	})
	play(t, "then the app is silent until the id is offered again", nil, func(w *world) {
		w.answer("PATCH", "/message", http.StatusUnauthorized, "")
		w.offer(message("a"))
		w.hand()
		w.elapse(3 * time.Hour)
		require.Equal(w, 2*11, w.count("PATCH /mobile/v1/message"))
		require.Zero(w, w.app.Unreported())
		require.Equal(w, 1, w.count("POST"), "401 does not make it register again")
		w.answer("PATCH", "/message", 0, "")
		w.offer(message("a"))
		require.Equal(w, []string{"a Sent"}, w.states())
		require.Len(w, w.texts(), 1)
	})
	play(t, "a later one overtakes an earlier one", radio(phonetest.Outcome{After: time.Second}), func(w *world) {
		w.line.Change(func(l *phonetest.Lossy) { l.Delay, l.Seed = 20*time.Second, 5 })
		w.offer(message("a"))
		w.elapse(time.Hour)
		require.Equal(w, []string{"a Sent", "a Processed"}, w.states()[:2])
	})
}

func TestKillAndReturn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		end   func(*phonetest.App)
		state string
	}{
		{"a killed app loses neither receipts nor answers", (*phonetest.App).Kill, "Sent"},
		{"a stopped one loses both", (*phonetest.App).ForceStop, "Processed"},
	} {
		play(t, c.name, radio(phonetest.Outcome{After: time.Minute}), func(w *world) {
			w.answer("PATCH", "/message", http.StatusInternalServerError, "")
			w.offer(message("a"))
			w.hand()
			c.end(w.app)
			synctest.Wait()
			w.answer("PATCH", "/message", 0, "")
			before := w.count("")
			w.elapse(24 * time.Hour)
			require.Equal(w, before, w.count(""), "an app that does not run is silent")
			require.NoError(w, w.app.Return(w.Context()))
			w.elapse(time.Minute)
			require.Equal(w, c.state, w.app.State("a"))
			require.Equal(w, c.state == "Sent", len(w.states()) > 0)
			w.forget()
			last := len(w.opened()) - 1
			w.hand(message("a"))
			w.write(last, "data: {}\n\n")
			require.Equal(w, []string{"a " + c.state}, w.states(), "the database survives")
			require.Len(w, w.texts(), 1)
		})
	}
	t.Run("killed while it sends", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			var w *world
			w = newWorld(t, func(c *phonetest.AppConfig) {
				c.Radio = func(phonetest.Text) phonetest.Outcome {
					w.app.Kill()
					return phonetest.Outcome{}
				}
			})
			w.hand(message("a"), message("b"))
			require.NoError(t, w.app.Start(t.Context()))
			w.elapse(time.Hour)
			require.Len(t, w.texts(), 1)
			require.NotContains(t, w.states(), "b Sent")
			require.NotContains(t, w.states(), "b Processed")
			require.NoError(t, w.app.Return(t.Context()))
			w.elapse(time.Second)
			require.Len(t, w.texts(), 2, "each text once")
			require.ElementsMatch(t, []string{"a", "b"}, []string{w.app.Sent()[0].Job, w.app.Sent()[1].Job})
		})
	})
}

func TestNothingRunsAfterClose(t *testing.T) {
	t.Parallel()
	play(t, "and answers that come then are lost", radio(phonetest.Outcome{After: time.Minute}), func(w *world) {
		w.offer(message("a"))
		w.app.Close()
		before := w.count("")
		w.elapse(time.Hour)
		require.Equal(w, before, w.count(""))
		require.Equal(w, "Processed", w.app.State("a"))
	})
}
