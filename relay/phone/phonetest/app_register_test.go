package phonetest_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone/phonetest"
)

func TestRegistration(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		change func(*phonetest.AppConfig)
		header string
	}{
		{"private token", nil, "Bearer private"},
		{"empty private token", func(c *phonetest.AppConfig) { c.PrivateToken = "" }, "Bearer"},
		{"code", func(c *phonetest.AppConfig) { c.Code = "123456" }, "Code 123456"},
		{"account", func(c *phonetest.AppConfig) { c.Login, c.Password = "l", "p" }, "Basic bDpw"},
	}
	for _, c := range cases {
		play(t, c.name, c.change, func(w *world) {
			require.Equal(w, 1, w.count("POST /mobile/v1/device "+c.header))
			id, token := w.app.Registered()
			require.Equal(w, "d1", id)
			require.Equal(w, "t1", token)
			require.Equal(w, 1, w.count("GET /mobile/v1/events Bearer t1"))
			require.Equal(w, 1, w.count("GET /mobile/v1/settings Bearer t1"))
			require.Equal(w, 1, w.count("GET /mobile/v1/webhooks Bearer t1"))
			require.Zero(w, w.count("PATCH"))
		})
	}
	sims := func(c *phonetest.AppConfig) {
		c.SIMs = []phonetest.AppSIM{{Number: "13800138000", Carrier: "CMCC", ICCID: "8986001"}, {}}
	}
	play(t, "what the app says of the phone", sims, func(w *world) {
		require.JSONEq(w, `{"name":"Xiaomi/cannon","simCards":[
			{"slotIndex":0,"simNumber":1,"phoneNumber":"*******8000","carrierName":"****","iccid":"***6001"},
			{"slotIndex":1,"simNumber":2}]}`, w.body(0))
	})
}

func TestAFirstRegistrationThatFailsCrashesTheApp(t *testing.T) {
	t.Parallel()
	cases := map[string]answer{
		"refused":             {http.StatusUnauthorized, "application/json", "{}"},
		"another type":        {http.StatusCreated, "text/plain", `{"id":"d","token":"t"}`},
		"no JSON":             {http.StatusCreated, "application/json", "d"},
		"without id":          {http.StatusCreated, "application/json", `{"token":"t"}`},
		"without a body":      {http.StatusNoContent, "application/json", ""},
		"a server in trouble": {http.StatusServiceUnavailable, "application/json", "{}"},
	}
	for name, a := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				w.answerAs("POST", "/device", a.status, a.kind, a.body)
				require.ErrorIs(t, w.app.Start(t.Context()), phonetest.ErrCrashed)
				w.elapse(time.Hour)
				require.Equal(t, 1, w.count(""), "a crashed app does nothing more")
				w.answer("POST", "/device", 0, "")
				require.NoError(t, w.app.Start(t.Context()), "the user starts it again")
				require.ErrorIs(t, w.app.Start(t.Context()), phonetest.ErrRunning)
			})
		})
	}
}

func TestTheUpdateAtTheStart(t *testing.T) {
	t.Parallel()
	play(t, "a known device says what it is and opens its stream", nil, func(w *world) {
		w.app.Kill()
		require.NoError(w, w.app.Return(w.Context()))
		synctest.Wait()
		require.Equal(w, 1, w.count("POST"))
		require.Equal(w, 1, w.count("PATCH /mobile/v1/device Bearer t1"))
		require.Equal(w, 2, w.count("GET /mobile/v1/events"))
	})
	play(t, "401 registers it as a new one", nil, func(w *world) {
		w.app.Kill()
		w.answer("PATCH", "/device", http.StatusUnauthorized, "")
		require.NoError(w, w.app.Return(w.Context()))
		synctest.Wait()
		id, _ := w.app.Registered()
		require.Equal(w, "d2", id)
		require.Equal(w, 1, w.count("GET /mobile/v1/events Bearer t2"))
	})
	byCode := func(c *phonetest.AppConfig) { c.Code, c.PrivateToken = "123456", "" }
	play(t, "401 and a device paired by a code alone does not come back", byCode, func(w *world) {
		w.app.Kill()
		w.answer("PATCH", "/device", http.StatusUnauthorized, "")
		w.answer("POST", "/device", http.StatusUnauthorized, "")
		require.NoError(w, w.app.Return(w.Context()))
		w.elapse(time.Hour)
		require.Equal(w, 1, w.count("POST /mobile/v1/device Code 123456"))
		require.Positive(w, w.count("POST /mobile/v1/device Bearer"), "it has the private token alone, which is empty")
		require.Equal(w, 1, w.count("GET /mobile/v1/events"))
	})
	play(t, "another failure keeps the stream shut", nil, func(w *world) {
		w.app.Kill()
		w.answer("PATCH", "/device", http.StatusInternalServerError, "")
		again := time.Now()
		require.NoError(w, w.app.Return(w.Context()))
		w.elapse(75 * time.Second)
		require.Equal(w, []int{0, 10, 30, 70}, w.whenever("PATCH /mobile/v1/device", again))
		require.Equal(w, 1, w.count("GET /mobile/v1/events"))
		w.answer("PATCH", "/device", 0, "")
		w.elapse(80 * time.Second)
		require.Equal(w, 2, w.count("GET /mobile/v1/events"))
	})
}

func TestSignUpAgain(t *testing.T) {
	t.Parallel()
	play(t, "opens a second stream beside the first one", nil, func(w *world) {
		require.NoError(w, w.app.SignUpAgain(w.Context()))
		synctest.Wait()
		require.Equal(w, 1, w.count("GET /mobile/v1/events Bearer t1"))
		require.Equal(w, 1, w.count("GET /mobile/v1/events Bearer t2"))
		w.elapse(10 * time.Minute)
		require.Equal(w, 2, w.count("GET /mobile/v1/events"), "both stay open")
		before := w.count("GET /mobile/v1/message Bearer t2")
		w.wake()
		require.Equal(w, before+1, w.count("GET /mobile/v1/message Bearer t2"), "an event over the old one counts")
	})
	play(t, "a server that closes the first stream makes them flap", nil, func(w *world) {
		require.NoError(w, w.app.SignUpAgain(w.Context()))
		synctest.Wait()
		close(w.opened()[0])
		w.elapse(time.Minute)
		require.Greater(w, w.count("GET /mobile/v1/events"), 10)
	})
	play(t, "refused", nil, func(w *world) {
		w.answer("POST", "/device", http.StatusUnauthorized, "")
		require.Error(w, w.app.SignUpAgain(w.Context()))
		w.app.Kill()
		require.ErrorContains(w, w.app.SignUpAgain(w.Context()), "does not run")
	})
}
