package relaydoor_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// newRegistry is a world whose gateway registers devices.
func newRegistry(t *testing.T) *world {
	t.Helper()
	return newWorld(t, func(c *gateway.Config) { c.Principals = memqueue.NewPrincipals() })
}

func (w *world) code(i gateway.Invitation) relayapi.Credential {
	w.Helper()
	eva, err := w.gateway.Authenticate(w.Context(), operator+"-token")
	require.NoError(w, err)
	code, err := w.gateway.NewRegistration(w.Context(), eva, i)
	require.NoError(w, err)
	return relayapi.Credential(code)
}

func (w *world) register(code relayapi.Credential, name string) reply {
	w.Helper()
	return w.call("", http.MethodPost, relayapi.PathRegister, relayapi.Register{Code: code, Name: name})
}

func TestRegister(t *testing.T) {
	t.Parallel()
	w := newRegistry(t)
	code := w.code(gateway.Invitation{Lanes: []string{"text", "mob"}})
	got := as[relayapi.Registered](w, w.register(code, "kitchen"), http.StatusCreated)
	require.Equal(t, relayapi.Registered{Token: got.Token, Name: "kitchen", Role: "phone", Lanes: []string{"text", "mob"}}, got)
	pull := w.call("", http.MethodPost, relayapi.PathPull, relayapi.Pull{Lanes: []string{"mob"}}, "Authorization", "Bearer "+string(got.Token))
	require.Equal(t, http.StatusOK, pull.status)
	w.refused(w.register(code, "cellar"), http.StatusGone, relayapi.CodeRegistrationUsed, "code")
	require.NotContains(t, w.log.String(), string(got.Token))
	require.NotContains(t, w.log.String(), string(code))
}

func TestRegisterRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newRegistry(t)
		code := w.code(gateway.Invitation{})
		w.refused(w.register("no-such-code", "kitchen"), http.StatusNotFound, relayapi.CodeRegistrationUnknown, "code")
		w.refused(w.register(code, oldPhone), http.StatusConflict, relayapi.CodeNameTaken, "name")
		w.refused(w.register(code, ""), http.StatusBadRequest, relayapi.CodeInvalidField, "name")
		w.refused(w.register(w.code(gateway.Invitation{Name: "cellar"}), "kitchen"), http.StatusBadRequest, relayapi.CodeInvalidField, "name")
		elapse(15 * time.Minute)
		w.refused(w.register(code, "kitchen"), http.StatusGone, relayapi.CodeRegistrationExpired, "code")
	})
}

func TestRegisterWithoutPrincipals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.refused(w.register("code", "kitchen"), http.StatusNotFound, relayapi.CodeNotFound, "")
}

func TestRegisterStopsThoseWhoGuess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newRegistry(t)
		code := w.code(gateway.Invitation{})
		for i := range 60 {
			w.refused(w.register(relayapi.Credential(fmt.Sprint(i)), "x"), http.StatusNotFound, relayapi.CodeRegistrationUnknown, "code")
		}
		r := w.register("guess", "x")
		w.refused(r, http.StatusTooManyRequests, relayapi.CodeTooManyRequests, "")
		require.Equal(t, "61", r.header.Get(relayapi.HeaderRetryAfter))
		require.Equal(t, http.StatusCreated, w.register(code, "kitchen").status, "who has a code is not kept out")
		elapse(61 * time.Second)
		w.refused(w.register("guess", "x"), http.StatusNotFound, relayapi.CodeRegistrationUnknown, "code")
	})
}

func TestRegisterTakesOneObjectOfKnownMembers(t *testing.T) {
	t.Parallel()
	w := newRegistry(t)
	w.refused(w.call("", http.MethodPost, relayapi.PathRegister, `{"code":"a","role":"operator"}`), bad, relayapi.CodeUnknownField, "role")
	w.refused(w.call("", http.MethodPost, relayapi.PathRegister, `[]`), bad, relayapi.CodeBadJSON, "")
	w.refused(w.call("", http.MethodGet, relayapi.PathRegister, nil), http.StatusMethodNotAllowed, relayapi.CodeMethodNotAllowed, "")
}
