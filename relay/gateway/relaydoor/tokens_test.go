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

// A new token replaces an old one without a break: what was begun under the one goes
// on under the other, for a site and for a phone.
func TestTwoTokensOfANameAreOneHolder(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t, func(c *gateway.Config) {
		c.Tokens = append(c.Tokens,
			gateway.Token{Name: shop, Role: gateway.RoleSite, Hash: gateway.HashToken("second-site-token")},
			gateway.Token{Name: oldPhone, Role: gateway.RolePhone, Hash: gateway.HashToken("second-phone-token")})
	})
	const bearer = "Authorization"
	submitted := w.submitted(text(), relayapi.HeaderIdempotencyKey, "k")
	again := as[relayapi.Submission](w, w.submit(text(), relayapi.HeaderIdempotencyKey, "k", bearer, "Bearer second-site-token"), http.StatusOK)
	require.Equal(t, submitted.ID, again.ID)

	job := w.pulledOne(oldPhone)
	taken := w.call(oldPhone, http.MethodPost, relayapi.PathStateReports, stateReport(job, relayapi.StateTaken), bearer, "Bearer second-phone-token")
	require.Equal(t, relayapi.StateTaken, as[relayapi.Recorded](w, taken, http.StatusOK).State)
	w.reported(oldPhone, job, relayapi.StateSent)
	read := w.call(shop, http.MethodGet, relayapi.PathSubmissions+"/"+submitted.ID, nil, bearer, "Bearer second-site-token")
	require.Equal(t, relayapi.StateSent, as[relayapi.Submission](w, read, http.StatusOK).State)
}

// withRights gives the holder of a token of the tests these rights.
func withRights(name string, change func(*gateway.Token)) func(*gateway.Config) {
	return func(c *gateway.Config) {
		for i := range c.Tokens {
			if c.Tokens[i].Name == name {
				change(&c.Tokens[i])
			}
		}
	}
}

func TestWhatATokenIsNotForIsRefusedByName(t *testing.T) {
	t.Parallel()
	w := newWorld(t,
		withRights(oldPhone, func(t *gateway.Token) { t.Lanes = nil }),
		withRights(shop, func(t *gateway.Token) { t.Lanes, t.Countries = nil, []string{gateway.AnyCountry} }))
	w.pulled(oldPhone)
	err := w.refused(w.pull(oldPhone, relayapi.Pull{Lanes: []string{"text", "mob"}}), http.StatusForbidden, relayapi.CodeLaneForbidden, "lanes")
	require.Equal(t, "this token is not for the lane mob", err.Message)
	body := text()
	body.Lane = "mob"
	w.refused(w.submit(body), http.StatusForbidden, relayapi.CodeLaneForbidden, "lane")
	body = text()
	body.To = "+979 123 456 789"
	err = w.refused(w.submit(body), http.StatusForbidden, relayapi.CodeCountryForbidden, "to")
	require.Equal(t, "this token is not for the country +979", err.Message)
	body = text()
	body.Text = "\u200b\u200d"
	w.refused(w.submit(body), bad, relayapi.CodeInvalidField, "text")
	require.Empty(t, w.pulled(oldPhone), "nothing was stored")
}

func TestTooManyRequestsSayWhenToComeAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t,
			withRights(oldPhone, func(t *gateway.Token) { t.Limits = gateway.Limits{OpenPulls: 1} }),
			withRights(shop, func(t *gateway.Token) { t.Limits = gateway.Limits{SubmitsPerMinute: 1} }))
		pending := w.longPoll(t.Context(), oldPhone)
		r := w.pull(oldPhone, relayapi.Pull{})
		err := w.refused(r, http.StatusTooManyRequests, relayapi.CodeTooManyRequests, "Authorization")
		require.Equal(t, "the limit of this token is 1 pulls at once", err.Message)
		require.Equal(t, "1", r.header.Get(relayapi.HeaderRetryAfter))

		w.submitted(text())
		require.Len(t, jobs(w, pending), 1)
		r = w.submit(text())
		w.refused(r, http.StatusTooManyRequests, relayapi.CodeTooManyRequests, "Authorization")
		require.Equal(t, "61", r.header.Get(relayapi.HeaderRetryAfter))
		<-time.After(61 * time.Second)
		w.pulled(oldPhone)
		w.submitted(text())
	})
}

// A second door registers devices; this one serves them, and stops when they are revoked.
func TestATokenThatComesAndGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *gateway.Config) { c.Principals = memqueue.NewPrincipals() })
	eva, err := w.gateway.Authenticate(t.Context(), operator+"-token")
	require.NoError(t, err)
	code, err := w.gateway.NewRegistration(t.Context(), eva, gateway.Invitation{})
	require.NoError(t, err)
	token, device, err := w.gateway.Register(t.Context(), code, "third-phone")
	require.NoError(t, err)
	pull := func() reply {
		return w.call("", http.MethodPost, relayapi.PathPull, relayapi.Pull{}, "Authorization", "Bearer "+string(token))
	}
	require.Equal(t, http.StatusOK, pull().status)
	require.NoError(t, w.gateway.Revoke(t.Context(), eva, device.Token))
	w.refused(pull(), http.StatusUnauthorized, relayapi.CodeUnauthorized, "Authorization")
	require.NotContains(t, fmt.Sprintf("%+v", w.log.String()), string(token))
}

// The door has its own refusals counted, each once.
func TestTheDoorsRefusalsAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call(shop, post, relayapi.PathSubmissions, "{")
	w.call(shop, post, relayapi.PathSubmissions, `{"to":"1"}`)
	w.call(shop, post, relayapi.PathPull, "{}")
	w.call("", post, "/", nil)
	require.Equal(t, map[gateway.Refusal]int64{
		{Code: "bad_json", Role: gateway.RoleSite, Name: shop}:      1,
		{Code: "invalid_field", Role: gateway.RoleSite, Name: shop}: 1,
		{Code: "forbidden", Role: gateway.RoleSite, Name: shop}:     1,
		{Code: "not_found"}: 1,
	}, w.gateway.Refusals())
}
