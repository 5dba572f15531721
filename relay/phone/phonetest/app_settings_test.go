package phonetest_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone/phonetest"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	all := phonetest.AppSettings{
		SendIntervalMin: 1, SendIntervalMax: 2, LimitPeriod: "PerDay", LimitValue: 9, SIMSelection: "RoundRobin", Order: "FIFO",
	}
	cases := []struct {
		name, update string
		want         phonetest.AppSettings
	}{
		{"nothing", `{}`, phonetest.AppSettings{}},
		{"all", `{"messages":{"send_interval_min":1,"send_interval_max":2,"limit_period":"PerDay","limit_value":9,"sim_selection_mode":"RoundRobin",` +
			`"processing_order":"FIFO","log_lifetime_days":3},"logs":{"lifetime_days":3},"webhooks":{"internet_required":true,"retry_count":1,"signing_key":"k"},` +
			`"encryption":{"passphrase":"p"},"gateway":{"notification_channel":"SSE_ONLY","private_token":"q"}}`, all},
		{"an unknown name refuses the rest", `{"messages":{"processing_order":"FIFO","other":1,"limit_value":9}}`, phonetest.AppSettings{Order: "FIFO"}},
		{"an unknown group too", `{"other":{"a":1},"messages":{"processing_order":"FIFO"}}`, phonetest.AppSettings{}},
		{"an unknown value too", `{"messages":{"limit_period":"PerWeek","limit_value":9}}`, phonetest.AppSettings{}},
		{"no limit has to be left out", `{"messages":{"limit_value":0,"processing_order":"FIFO"}}`, phonetest.AppSettings{}},
		{"an address without https", `{"gateway":{"cloud_url":"http://gateway.test"},"messages":{"processing_order":"FIFO"}}`, phonetest.AppSettings{}},
		{"no number", `{"messages":{"limit_value":"9"}}`, phonetest.AppSettings{}},
		{"no object", `{"messages":[]}`, phonetest.AppSettings{}},
	}
	for _, c := range cases {
		play(t, c.name, nil, func(w *world) {
			w.answer("GET", "/settings", http.StatusOK, c.update)
			w.write(0, "event: SettingsUpdated\ndata: {}\n\n")
			require.Equal(w, c.want, w.app.Settings())
		})
	}
	play(t, "are fetched every day, and for ever after failures", nil, func(w *world) {
		w.elapse(24 * time.Hour)
		require.Equal(w, 2, w.count("GET /mobile/v1/settings"))
		require.Equal(w, 2, w.count("GET /mobile/v1/webhooks"))
		w.answer("GET", "/settings", http.StatusNotFound, "")
		w.answer("GET", "/webhooks", http.StatusNotFound, "")
		since := time.Now()
		w.write(0, "event: SettingsUpdated\ndata: {}\n\nevent: WebhooksUpdated\ndata: {}\n\n")
		w.elapse(35 * time.Second)
		require.Equal(w, []int{0, 10, 30}, w.whenever("GET /mobile/v1/settings", since)[1:])
		require.Equal(w, []int{0, 10, 30}, w.whenever("GET /mobile/v1/webhooks", since)[1:])
	})
	play(t, "a ping counts from the next start on", nil, func(w *world) {
		w.answer("GET", "/settings", http.StatusOK, `{"ping":{"interval_seconds":30}}`)
		w.write(0, "event: SettingsUpdated\ndata: {}\n\n")
		before := w.count(pulls)
		w.elapse(5 * time.Minute)
		require.Equal(w, before, w.count(pulls))
		require.Zero(w, w.app.Settings().PingSeconds)
		w.app.Kill()
		require.NoError(w, w.app.Return(w.Context()))
		synctest.Wait()
		before = w.count(pulls)
		w.elapse(5 * time.Minute)
		require.Equal(w, before+10, w.count(pulls))
		require.Equal(w, 30, w.app.Settings().PingSeconds)
	})
	play(t, "another private token is the one of the next registration", nil, func(w *world) {
		w.answer("GET", "/settings", http.StatusOK, `{"gateway":{"private_token":"other"}}`)
		w.write(0, "event: SettingsUpdated\ndata: {}\n\n")
		require.NoError(w, w.app.SignUpAgain(w.Context()))
		require.Equal(w, 1, w.count("POST /mobile/v1/device Bearer other"))
	})
}

func TestLimitsOfThePhone(t *testing.T) {
	t.Parallel()
	settings := func(s phonetest.AppSettings) func(*phonetest.AppConfig) {
		return func(c *phonetest.AppConfig) {
			c.Settings = s
			c.SIMs = make([]phonetest.AppSIM, 2)
		}
	}
	ids := func(w *world) (list []string) {
		for _, text := range w.app.Sent() {
			list = append(list, text.Job)
		}
		return list
	}
	three := []string{message("a"), message("b"), message("c")}
	play(t, "the newest first", settings(phonetest.AppSettings{}), func(w *world) {
		w.offer(three...)
		require.Equal(w, []string{"c", "b", "a"}, ids(w))
		require.Positive(w, w.count(pulls))
	})
	play(t, "by the time of creation", settings(phonetest.AppSettings{Order: "FIFO"}), func(w *world) {
		w.offer(message("a", `"createdAt":"2026-01-01T00:00:01.000Z"`), message("b", `"createdAt":"2026-01-01T00:00:00.000Z"`))
		require.Equal(w, []string{"b", "a"}, ids(w))
	})
	play(t, "by priority", settings(phonetest.AppSettings{}), func(w *world) {
		w.offer(message("a"), message("b", `"priority":5`), message("c", `"priority":-5`))
		require.Equal(w, []string{"b", "a", "c"}, ids(w))
	})
	play(t, "two a minute", settings(phonetest.AppSettings{LimitPeriod: "PerMinute", LimitValue: 2, Order: "FIFO"}), func(w *world) {
		w.offer(three...)
		w.elapse(59 * time.Second)
		require.Equal(w, []string{"a", "b"}, ids(w))
		w.elapse(time.Second)
		require.Equal(w, []string{"a", "b", "c"}, ids(w))
	})
	play(t, "an urgent one skips the limit", settings(phonetest.AppSettings{LimitPeriod: "PerMinute", LimitValue: 1, Order: "FIFO"}), func(w *world) {
		w.offer(message("a"), message("b"), message("c", `"priority":100`))
		require.Equal(w, []string{"c"}, ids(w))
		w.offer(message("d", `"priority":100`))
		require.Equal(w, []string{"c", "d"}, ids(w))
	})
	play(t, "a pause between two", settings(phonetest.AppSettings{SendIntervalMin: 10, SendIntervalMax: 20}), func(w *world) {
		w.offer(three...)
		require.Len(w, ids(w), 1)
		w.elapse(9 * time.Second)
		require.Len(w, ids(w), 1)
		w.elapse(11 * time.Second)
		require.Len(w, ids(w), 2)
	})
	play(t, "SIMs in turn", settings(phonetest.AppSettings{SIMSelection: "RoundRobin", Order: "FIFO"}), func(w *world) {
		w.offer(append(three, message("d", `"simNumber":2`))...)
		var sims []int
		for _, text := range w.app.Sent() {
			sims = append(sims, text.SIM)
		}
		require.Equal(w, []int{1, 2, 1, 2}, sims)
	})
	play(t, "SIMs at random", settings(phonetest.AppSettings{SIMSelection: "Random"}), func(w *world) {
		w.offer(three...)
		for _, text := range w.app.Sent() {
			require.Contains(w, []int{1, 2}, text.SIM)
		}
	})
}
