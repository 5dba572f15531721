package phonetest_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone/phonetest"
)

func TestPulls(t *testing.T) {
	t.Parallel()
	play(t, "every 15 minutes", nil, func(w *world) {
		require.Positive(w, w.count(pulls), "at the start")
		start := time.Now()
		w.elapse(46 * time.Minute)
		require.Equal(w, []int{899, 1799, 2699}, w.whenever(pulls, start.Add(time.Second)))
	})
	ping := func(c *phonetest.AppConfig) { c.Settings = phonetest.AppSettings{PingSeconds: 30, Order: "FIFO"} }
	play(t, "every ping", ping, func(w *world) {
		before := w.count(pulls)
		w.elapse(5 * time.Minute)
		require.Equal(w, 10, w.count(pulls)-before)
	})
	for name, a := range map[string]answer{
		"401":               {http.StatusUnauthorized, "application/json", "{}"},
		"500":               {http.StatusInternalServerError, "application/json", "{}"},
		"another type":      {http.StatusOK, "text/plain", "[]"},
		"no array":          {http.StatusOK, "application/json", "{}"},
		"no id":             {http.StatusOK, "application/json", `[{"phoneNumbers":["1"],"message":"a"}]`},
		"no numbers":        {http.StatusOK, "application/json", `[{"id":"a","message":"a"}]`},
		"no text":           {http.StatusOK, "application/json", `[{"id":"a","phoneNumbers":["1"]}]`},
		"encrypted":         {http.StatusOK, "application/json", `[` + message("a", `"isEncrypted":true`) + `]`},
		"a broken time":     {http.StatusOK, "application/json", `[` + message("a", `"validUntil":"soon"`) + `]`},
		"a broken fraction": {http.StatusOK, "application/json", `[` + message("a", `"validUntil":"2026-13-01T00:00:00.000Z"`) + `]`},
	} {
		play(t, "back off after "+name, nil, func(w *world) {
			w.answerAs("GET", "/message", a.status, a.kind, a.body)
			w.elapse(time.Second)
			since := time.Now()
			w.wake()
			w.elapse(11 * time.Minute)
			require.Equal(w, []int{0, 10, 30, 70, 150, 310, 630}, w.whenever(pulls, since))
			require.Equal(w, 1, w.count("POST"), "the app does not register again")
			w.wake()
			w.elapse(10 * time.Second)
			require.Equal(w, []int{0, 10}, w.whenever(pulls, since.Add(11*time.Minute)), "an event ends the back-off")
		})
	}
	play(t, "a storm of errors leaves a phone asleep for hours", nil, func(w *world) {
		w.answer("GET", "/message", http.StatusInternalServerError, "")
		w.wake()
		w.elapse(48 * time.Hour)
		before := w.count(pulls)
		w.elapse(4*time.Hour + 50*time.Minute)
		require.LessOrEqual(w, w.count(pulls)-before, 1)
	})
}

func TestAnEventThrowsARunningPullAway(t *testing.T) {
	t.Parallel()
	play(t, "and what it brought", nil, func(w *world) {
		w.hand(message("a"))
		slow := make(chan struct{})
		stop := w.network.Serve(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && r.URL.Path == "/mobile/v1/message" {
				<-slow // the pull is held open
			}
			w.ServeHTTP(rw, r)
		}))
		defer stop()
		w.wake()
		w.wake()
		w.hand()
		close(slow)
		synctest.Wait()
		require.Equal(w, []string(nil), w.texts())
	})
}

func TestMessages(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, item string
		sent       []string
		states     []string
	}{
		{"a text", message("a"), []string{"a " + number}, []string{"a Sent", "a Sent"}},
		{"for an older app", `{"id":"a","message":"x","phoneNumbers":["10086"],"ttl":7,"other":{}}`, []string{"a 10086"}, []string{"a Sent", "a Sent"}},
		{"a number with signs", `{"id":"a","message":"x","phoneNumbers":["+86 (138) 0013-8000"]}`, []string{"a " + number}, []string{"a Sent", "a Sent"}},
		{"a state that the app cannot read", message("a", `"state":"Other"`), []string{"a " + number}, []string{"a Sent", "a Sent"}},
		{"the same number twice", `{"id":"a","message":"x","phoneNumbers":["1","1"]}`, nil, nil},
		{"a SIM that is not there", message("a", `"simNumber":2`), nil, []string{"a Failed"}},
		{"two numbers", `{"id":"a","message":"x","phoneNumbers":["1","2"]}`, []string{"a 1", "a 2"}, []string{"a Sent", "a Sent", "a Sent", "a Sent"}},
	}
	for _, c := range cases {
		play(t, c.name, nil, func(w *world) {
			w.offer(c.item)
			require.Equal(w, c.sent, w.texts())
			require.Equal(w, c.states, w.states())
			require.Zero(w, w.app.Unreported())
		})
	}
	play(t, "numbers are reported word for word", nil, func(w *world) {
		w.offer(`{"id":"a","message":"x","phoneNumbers":["+86 138-0013"],"simNumber":3}`)
		require.Equal(w, "+86 138-0013", w.told()[0].Recipients[0].PhoneNumber)
		require.Equal(w, "Can't send message: SIM 3 not found", w.told()[0].Recipients[0].Error)
		require.Equal(w, "Failed", w.told()[0].Recipients[0].State)
	})
}

func TestAKnownIdIsReportedAndNotSentAgain(t *testing.T) {
	t.Parallel()
	play(t, "once it has been sent", nil, func(w *world) {
		w.offer(message("a"))
		w.forget()
		w.wake()
		w.elapse(24 * time.Hour)
		require.Len(w, w.texts(), 1)
		require.Contains(w, w.states(), "a Sent")
	})
	waits := func(c *phonetest.AppConfig) {
		c.Settings = phonetest.AppSettings{LimitPeriod: "PerHour", LimitValue: 1, Order: "FIFO"}
	}
	play(t, "while the phone holds it", waits, func(w *world) {
		w.offer(message("a"))
		w.forget()
		w.offer(message("b"))
		require.Empty(w, w.states())
		w.wake()
		w.wake()
		require.Equal(w, []string{"b Pending", "b Pending"}, w.states())
		require.Contains(w, w.told()[0].States, "Pending")
		w.elapse(time.Hour)
		require.Equal(w, "Sent", w.app.State("b"))
	})
}

func TestTimes(t *testing.T) {
	t.Parallel()
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // the bubble's
	at := func(d time.Duration, layout string) string { return now.Add(d).UTC().Format(layout) }
	const seconds = "2006-01-02T15:04:05"
	cases := []struct {
		name  string
		until string
		skew  time.Duration
		sent  bool
	}{
		{"in a minute", at(time.Minute, seconds+".000Z"), 0, true},
		{"a minute ago", at(-time.Minute, seconds+".000Z"), 0, false},
		{"in a minute, and the phone's clock is ahead", at(time.Minute, seconds+".000Z"), time.Hour, false},
		{"a minute ago, and the phone's clock is behind", at(-time.Minute, seconds+".000Z"), -time.Hour, true},
		{"a minute ago in nanoseconds is in 34 hours", at(-time.Minute, seconds) + ".123456789Z", 0, true},
		{"a minute ago in microseconds is past the minute", at(-time.Minute, seconds) + ".123456Z", 0, true},
		{"the trailing zeros are missing", at(-time.Second, seconds) + ".9Z", 0, false},
		{"without a fraction", at(-time.Second, seconds) + "Z", 0, false},
		{"with an offset", now.Add(time.Minute).In(time.FixedZone("", 8*3600)).Format(seconds + ".000-07:00"), 0, true},
	}
	for _, c := range cases {
		play(t, c.name, func(a *phonetest.AppConfig) { a.Skew = c.skew }, func(w *world) {
			w.offer(message("a", `"validUntil":"`+c.until+`"`))
			require.Equal(w, c.sent, len(w.texts()) == 1)
			if !c.sent {
				require.Equal(w, "TTL expired", w.told()[0].Recipients[0].Error)
			}
		})
	}
	play(t, "the phone's own clock and zone are in its receipts", func(a *phonetest.AppConfig) { a.Skew = time.Hour }, func(w *world) {
		w.offer(message("a"))
		require.Equal(w, "2000-01-01T09:00:00.000+08:00", w.told()[0].States["Sent"])
		require.True(w, w.app.Sent()[0].At.Equal(now.Add(time.Hour)))
	})
	play(t, "another time than was meant", nil, func(w *world) {
		w.offer(message("a", `"validUntil":"`+at(time.Minute, seconds)+`.12Z"`), message("b"))
		require.True(w, w.app.ValidUntil("a").Equal(now.Add(time.Minute+12*time.Millisecond)))
		require.True(w, w.app.ValidUntil("b").IsZero())
		require.True(w, w.app.ValidUntil("c").IsZero())
	})
	play(t, "scheduled", nil, func(w *world) {
		w.offer(message("a", `"scheduleAt":"`+at(time.Hour, seconds+".000Z")+`"`))
		w.elapse(59 * time.Minute)
		require.Empty(w, w.texts())
		w.elapse(time.Minute)
		require.Len(w, w.texts(), 1)
	})
}

func TestCancelling(t *testing.T) {
	t.Parallel()
	waits := func(c *phonetest.AppConfig) {
		c.Settings = phonetest.AppSettings{LimitPeriod: "PerHour", LimitValue: 1, Order: "FIFO"}
	}
	cancelling := func(id string) string { return message(id, `"state":"Cancelling"`) }
	play(t, "what waits is cancelled and never sent", waits, func(w *world) {
		w.offer(message("a"), message("b"))
		w.forget()
		w.offer(cancelling("b"))
		require.Equal(w, []string{"b Cancelled"}, w.states())
		w.offer(cancelling("b"))
		require.Len(w, w.states(), 1, "the second time the app is silent")
		w.elapse(24 * time.Hour)
		require.Equal(w, []string{"a " + number}, w.texts())
	})
	play(t, "of what was sent the app is silent", nil, func(w *world) {
		w.offer(message("a"))
		w.forget()
		w.offer(cancelling("a"))
		w.elapse(time.Hour)
		require.Empty(w, w.states())
	})
	play(t, "what it never saw is reported once and not remembered", nil, func(w *world) {
		w.offer(cancelling("a"))
		require.Equal(w, []string{"a Cancelled"}, w.states())
		require.Equal(w, number, w.told()[0].Recipients[0].PhoneNumber)
		require.Empty(w, w.app.State("a"))
		w.offer(message("a"))
		require.Len(w, w.texts(), 1, "offered again it is sent")
	})
	play(t, "without retries", nil, func(w *world) {
		w.answer("PATCH", "/message", http.StatusInternalServerError, "")
		w.offer(cancelling("a"))
		w.hand()
		w.elapse(time.Hour)
		require.Equal(w, 1, w.count("PATCH /mobile/v1/message"))
	})
	play(t, "a cancelled whose retries ran out never comes again", waits, func(w *world) {
		w.offer(message("a"), message("b"))
		w.answer("PATCH", "/message", http.StatusInternalServerError, "")
		w.offer(cancelling("b"))
		w.hand()
		w.elapse(12 * time.Hour)
		require.Zero(w, w.app.Unreported())
		w.answer("PATCH", "/message", 0, "")
		w.forget()
		w.offer(cancelling("b"))
		require.Empty(w, w.states())
	})
}
