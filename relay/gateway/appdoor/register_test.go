package appdoor_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// code makes a code.
func (w *world) code(i gateway.Invitation) string {
	w.Helper()
	code, err := w.door.NewCode(w.Context(), operator, i)
	require.NoError(w, err)
	require.Regexp(w, `^[0-9]{8}$`, string(code))
	require.NotContains(w, fmt.Sprintf("%+v %v", w.door, code), string(code))
	return string(code)
}

func TestAPhoneRegistersByACodeOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.code(gateway.Invitation{Name: "kitchen", Lanes: []string{"market"}})
	phone := w.registerWith("Code " + code[:4] + " " + code[4:])
	require.Equal(t, "kitchen", phone.id)
	require.Empty(t, phone.messages())
	job := w.submittedTo("market")
	require.Equal(t, job.ID, phone.one().ID, "it has the lanes of its code")
	r := w.status(http.StatusUnauthorized, w.call(http.MethodPost, "/device", "Code "+code, xiaomi))
	require.Contains(t, r.Body.String(), "was used")
	require.NotContains(t, w.log.String(), code)
}

func (w *world) submittedTo(lane string) gateway.Job {
	w.Helper()
	seller := gateway.Principal{Name: "seller", Role: gateway.RoleSite, Lanes: []string{gateway.AnyLane}}
	submitted, err := w.Submit(w.Context(), seller, gateway.Submission{To: number, Text: words, Lane: lane})
	require.NoError(w, err)
	return submitted.Job
}

func TestACodeEndsWithItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		code, later := w.code(gateway.Invitation{}), w.code(gateway.Invitation{For: time.Hour})
		elapse(15 * time.Minute)
		w.status(http.StatusUnauthorized, w.call(http.MethodPost, "/device", "Code "+code, xiaomi))
		require.Equal(t, "xiaomi-cannon", w.registerWith("Code "+later).id)
	})
}

// TestOfManyPhonesWithOneCodeOneRegisters: two people may have seen it.
func TestOfManyPhonesWithOneCodeOneRegisters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s *setup) { s.ClientAddress = func(r *http.Request) string { return r.Header.Get("Accept") } })
	code := w.code(gateway.Invitation{})
	var all sync.WaitGroup
	var mu sync.Mutex
	counts := map[int]int{}
	for range 8 {
		all.Go(func() {
			r := w.call(http.MethodPost, "/device", "Code "+code, xiaomi)
			mu.Lock()
			defer mu.Unlock()
			counts[r.Code]++
		})
	}
	all.Wait()
	assert.Equal(t, 1, counts[http.StatusCreated], "%v", counts)
}

// TestARegistrationThatFailsLeavesItsCode: the app must not need a second one.
func TestARegistrationThatFailsLeavesItsCode(t *testing.T) {
	t.Parallel()
	var principals failingPrincipals
	w := newWorld(t, func(s *setup) {
		principals.Principals = s.Principals
		s.Principals = &principals
	})
	code := w.code(gateway.Invitation{})
	w.status(http.StatusBadRequest, w.call(http.MethodPost, "/device", "Code "+code, `{"name":`))
	principals.fail(true)
	w.status(http.StatusServiceUnavailable, w.call(http.MethodPost, "/device", "Code "+code, xiaomi))
	principals.fail(false)
	w.registerWith("Code " + code)
}

func TestOnlyOperatorsMakeCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wrong *gateway.FieldError
	for field, i := range map[string]gateway.Invitation{
		"role": {Role: gateway.RoleSite}, "for": {For: 2 * time.Hour}, "name": {Name: "a b"}, "lanes": {Lanes: []string{"A"}},
	} {
		_, err := w.door.NewCode(t.Context(), operator, i)
		require.ErrorAs(t, err, &wrong, field)
		require.Equal(t, field, wrong.Field)
	}
	var forbidden *gateway.ForbiddenError
	_, err := w.door.NewCode(t.Context(), shop, gateway.Invitation{})
	require.ErrorAs(t, err, &forbidden)
	for range 100 {
		w.code(gateway.Invitation{})
	}
	_, err = w.door.NewCode(t.Context(), operator, gateway.Invitation{})
	require.ErrorIs(t, err, gateway.ErrTooManyRequests)
}

func TestRegistrationIsNeverOpen(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"":                                     "registration is not open",
		"Digest " + privateToken:               "registration is not open",
		"Bearer wrong":                         "not the private token",
		"Bearer " + privateToken + "x":         "not the private token",
		"Bearer typed-token":                   "not the private token",
		"Basic ZXZhOnNlY3JldA==":               "no accounts",
		"Code 12345678":                        "this code is wrong",
		"Code " + privateToken:                 "this code is wrong",
		"Bearer " + strings.Repeat("x", 10000): "not the private token",
	} {
		w := newWorld(t)
		r := w.status(http.StatusUnauthorized, w.call(http.MethodPost, "/device", header, xiaomi))
		require.Contains(t, r.Body.String(), want)
		require.NotContains(t, r.Body.String(), "Basic Z")
	}
	w := newWorld(t, func(s *setup) { s.PrivateToken = "" })
	w.status(http.StatusUnauthorized, w.call(http.MethodPost, "/device", "Bearer "+privateToken, xiaomi))
}

// TestGuessingIsLimited by address, and of codes in all.
func TestGuessingIsLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		address := "192.0.2.1"
		w := newWorld(t, func(s *setup) { s.ClientAddress = func(*http.Request) string { return address } })
		register := func(header string) reply { return w.call(http.MethodPost, "/device", header, xiaomi) }
		for range 5 {
			w.status(http.StatusUnauthorized, register("Code 00000000"))
		}
		for _, header := range []string{"Bearer " + privateToken, "Code " + w.code(gateway.Invitation{}), "Basic x", ""} {
			r := w.status(http.StatusTooManyRequests, register(header))
			require.Equal(t, "600", r.Header().Get("Retry-After"))
		}
		address = "192.0.2.2"
		w.status(http.StatusCreated, register("Bearer "+privateToken))
		for n := range 100 {
			address = fmt.Sprintf("198.51.100.%d", n)
			register("Code 00000000")
		}
		address = "203.0.113.1"
		w.status(http.StatusTooManyRequests, register("Code "+w.code(gateway.Invitation{})))
		w.status(http.StatusCreated, register("Bearer "+privateToken))
		elapse(10 * time.Minute)
		address = "192.0.2.1"
		w.status(http.StatusCreated, register("Code "+w.code(gateway.Invitation{})))
	})
}

// TestAnAppGoneWildIsLimited: one that registers again and again, with the private token.
func TestAnAppGoneWildIsLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for range 100 {
			w.register()
		}
		w.status(http.StatusTooManyRequests, w.call(http.MethodPost, "/device", "Bearer "+privateToken, xiaomi))
		w.registerWith("Code " + w.code(gateway.Invitation{}))
		elapse(10 * time.Minute)
		w.register()
	})
}

// TestAddressesOfOnePersonCountTogether: whoever has one address of IPv6 has many.
func TestAddressesOfOnePersonCountTogether(t *testing.T) {
	t.Parallel()
	address := ""
	w := newWorld(t, func(s *setup) { s.ClientAddress = func(*http.Request) string { return address } })
	for n := range 5 {
		address = fmt.Sprintf("2001:db8::%d", n+1)
		w.status(http.StatusUnauthorized, w.call(http.MethodPost, "/device", "Bearer x", xiaomi))
	}
	address = "2001:db8::ffff%eth0"
	w.status(http.StatusTooManyRequests, w.call(http.MethodPost, "/device", "Bearer x", xiaomi))
	for n := range 20_000 {
		address = fmt.Sprintf("10.0.%d.%d", n/256, n%256)
		w.call(http.MethodPost, "/device", "Bearer x", "{}")
	}
	address = "no address"
	w.status(http.StatusUnauthorized, w.call(http.MethodPost, "/device", "Bearer x", xiaomi))
}

func TestNamesOfPhones(t *testing.T) {
	t.Parallel()
	for model, want := range map[string]string{
		"Xiaomi/cannon": "xiaomi-cannon", "": "android", "小米": "android", "../../x": "x", "A b": "a-b", strings.Repeat("é", 300) + "x": "android",
		strings.Repeat("x", 300): strings.Repeat("x", 48), "a\x00\n": "a",
	} {
		w := newWorld(t)
		r := w.status(http.StatusCreated, w.call(http.MethodPost, "/device", "Bearer "+privateToken, fmt.Sprintf(`{"name":%s}`, quoted(model))))
		require.Contains(t, r.Body.String(), `"id":"`+want+`"`)
	}
	w := newWorld(t)
	names := map[string]bool{}
	for range 15 {
		names[w.register().id] = true
	}
	require.Len(t, names, 15)
	require.Equal(t, "typed-2", w.registerWith("Code "+w.code(gateway.Invitation{Name: "typed"})).id, "nor the name of a fixed token")
}

func TestAGatewayWithoutPrincipalsSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s *setup) { s.Principals = nil })
	r := w.status(http.StatusForbidden, w.call(http.MethodPost, "/device", "Bearer "+privateToken, xiaomi))
	require.Contains(t, r.Body.String(), "registers no phones")
	_, err := w.door.NewCode(t.Context(), operator, gateway.Invitation{})
	require.ErrorIs(t, err, gateway.ErrNoPrincipals)
}

// TestUpdate: a 401 makes the app register again, any other error keeps it from the stream.
func TestUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.register()
	for body, want := range map[string]int{
		`{"id":"xiaomi-cannon","simCards":[]}`: http.StatusNoContent,
		`{}`:                                   http.StatusNoContent,
		`{"id":"xiaomi-cannon","simCards":[{"slotIndex":-7},{"simNumber":99},{},{}]}`:               http.StatusNoContent,
		`{"id":"xiaomi-cannon","simCards":null,"pushToken":"x","later":[1]}`:                        http.StatusNoContent,
		`{"id":"xiaomi-cannon","simCards":[{"simNumber":1,"carrierName":"a\u0000` + "\x01" + `"}]}`: http.StatusBadRequest,
		`{"id":"another"}`: http.StatusForbidden,
		`{"id":7}`:         http.StatusBadRequest,
	} {
		require.Equal(t, want, phone.as(http.MethodPatch, "/device", body).Code, body)
	}
	for _, header := range []string{"", "Bearer", "Bearer x", "Bearer " + privateToken} {
		w.status(http.StatusUnauthorized, w.call(http.MethodPatch, "/device", header, `{"id":"xiaomi-cannon"}`))
	}
}

// TestTheOperatorSeesWhatThePhoneSays, also after the phone was away for so long that the
// gateway has forgotten it.
func TestTheOperatorSeesWhatThePhoneSays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		phone := w.register()
		seen := func() *relayapi.Device {
			phone.messages()
			phones, err := w.Phones(t.Context(), operator)
			require.NoError(t, err)
			require.Len(t, phones, 1)
			return phones[0].Device
		}
		want := relayapi.Device{
			Model: "Xiaomi/cannon", App: "me.capcom.smsgateway/1.68.0",
			SIMs: []relayapi.SIM{{Slot: 1, Carrier: "****"}},
		}
		require.Equal(t, want, *seen())
		elapse(time.Hour)
		_, err := w.Submit(t.Context(), shop, gateway.Submission{To: number, Text: words})
		require.ErrorIs(t, err, gateway.ErrNoPhoneOnline)
		require.Equal(t, want, *seen())
		phone.as(http.MethodPatch, "/device", `{"simCards":[{"slotIndex":1,"carrierName":"China Mobile\n"},{"slotIndex":1}]}`)
		want.SIMs = []relayapi.SIM{{Slot: 2, Carrier: "China Mobile"}}
		require.Equal(t, want, *seen())
	})
}
