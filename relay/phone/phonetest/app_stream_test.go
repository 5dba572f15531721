package phonetest_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone/phonetest"
)

const pulls = "GET /mobile/v1/message"

func TestEvents(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, text string
		pulls      int
	}{
		{"of work", "event: MessageEnqueued\ndata: {}\n\n", 1},
		{"without a name", "data: {}\n\n", 1},
		{"of a cancel", "event: MessageCancelled\ndata: {\"messageId\":\"m\"}\n\n", 1},
		{"without data", "event: MessageEnqueued\n\n", 0},
		{"with an unknown name", "event: Other\ndata: {}\n\n", 0},
		{"a comment", ": keepalive\n\n", 0},
		{"with lines that mean nothing", "id: 7\nretry: 1\r\nevent:MessageEnqueued\r\ndata:\r\n\r\n", 1},
	}
	for _, c := range cases {
		play(t, c.name, nil, func(w *world) {
			before := w.count(pulls)
			w.write(0, c.text)
			require.Equal(w, c.pulls, w.count(pulls)-before)
		})
	}
	play(t, "of settings and webhooks", nil, func(w *world) {
		w.answer("GET", "/webhooks", http.StatusOK, `[{"id":"1","url":"https://a.test","event":"sms:sent"}]`)
		w.write(0, "event: SettingsUpdated\ndata: {}\n\nevent: WebhooksUpdated\ndata: {}\n\n")
		require.Equal(w, 2, w.count("GET /mobile/v1/settings"))
		require.Equal(w, []phonetest.AppWebhook{{ID: "1", URL: "https://a.test", Event: "sms:sent"}}, w.app.Webhooks())
		require.Equal(w, map[string]int{"SettingsUpdated": 1, "WebhooksUpdated": 1}, w.app.Events())
	})
}

func TestTheAppPullsWithTheStreamsHeaders(t *testing.T) {
	t.Parallel()
	play(t, "no event has come yet", nil, func(w *world) {
		w.hand(message("a"))
		close(w.opened()[0])
		w.elapse(5 * time.Second)
		require.Equal(w, []string{"a " + number}, w.texts())
	})
}

func TestReconnecting(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]answer{
		"401":          {http.StatusUnauthorized, "text/event-stream", ""},
		"another type": {http.StatusOK, "application/json", ""},
		"no content":   {http.StatusNoContent, "text/event-stream", ""},
	} {
		play(t, name, nil, func(w *world) {
			w.answerAs("GET", "/events", a.status, a.kind, a.body)
			since := time.Now()
			close(w.opened()[0])
			w.elapse(300 * time.Second)
			require.Equal(w, []int{0, 5, 10, 15, 20, 25, 55, 85, 115, 145, 175, 235, 295}, w.whenever("GET /mobile/v1/events", since))
			require.Equal(w, 1, w.count("POST"), "the app does not register again")
		})
	}
	play(t, "a stream that was open begins anew", nil, func(w *world) {
		for n := range 8 {
			close(w.opened()[n])
			w.elapse(5 * time.Second)
			require.Len(w, w.opened(), n+2)
		}
	})
}

func TestASilentStreamIsNoticedAfterAnHour(t *testing.T) {
	t.Parallel()
	play(t, "no event comes through it", nil, func(w *world) {
		w.line.Silence()
		w.offer(message("a"))
		w.elapse(14 * time.Minute)
		require.Empty(w, w.texts())
		w.elapse(time.Minute)
		require.Len(w, w.texts(), 1, "the periodic pull")
		require.Len(w, w.opened(), 1)
		w.elapse(46 * time.Minute)
		require.Len(w, w.opened(), 2)
	})
	ping := func(c *phonetest.AppConfig) { c.Settings.PingSeconds = 30 }
	play(t, "a ping pulls all the same", ping, func(w *world) {
		w.line.Silence()
		w.offer(message("a"))
		w.elapse(30 * time.Second)
		require.Len(w, w.texts(), 1)
	})
}

func TestSleep(t *testing.T) {
	t.Parallel()
	ping := func(c *phonetest.AppConfig) { c.Settings.PingSeconds = 30 }
	play(t, "nothing comes through until the phone wakes", ping, func(w *world) {
		w.app.Sleep()
		synctest.Wait()
		w.hand(message("a"))
		before := w.count("")
		w.elapse(8 * time.Hour)
		require.Equal(w, before, w.count(""))
		w.app.Wake()
		synctest.Wait()
		require.Len(w, w.opened(), 2)
		require.Len(w, w.texts(), 1)
		require.Equal(w, "a Sent", w.states()[0])
	})
	play(t, "what is under way is not lost", nil, func(w *world) {
		w.line.Change(func(l *phonetest.Lossy) { l.Delay = time.Minute })
		w.offer(message("a"))
		w.elapse(time.Second)
		w.app.Sleep()
		w.elapse(time.Hour)
		w.app.Wake()
		w.elapse(10 * time.Minute)
		require.Len(w, w.texts(), 1)
		require.Zero(w, w.app.Unreported())
	})
}
