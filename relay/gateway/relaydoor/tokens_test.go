package relaydoor_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
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
