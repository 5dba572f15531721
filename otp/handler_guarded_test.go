package otp_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/netip"
	"testing"
	"time"

	lib "github.com/altcha-org/altcha-lib-go"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/altcha"
	"github.com/cnsms/cnsms/otp/guard"
)

// altchaSite is a site whose guard wants strangers to solve a challenge for the second text to a
// number.
func altchaSite(t *testing.T) *site {
	t.Helper()
	return newSiteOf(t, func(cfg *otp.Config) {
		challenger, err := altcha.New(altcha.Config{Key: []byte(key), MaxNumber: 500, Now: cfg.Now})
		require.NoError(t, err)
		rules := guard.DefaultRules()
		rules.OpenHour = 1
		cfg.Guard, err = guard.New(guard.Config{Key: []byte(key), Rules: &rules, Challenger: challenger, Now: cfg.Now})
		require.NoError(t, err)
	}, func(cfg *otp.HandlerConfig) {
		cfg.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
}

// startFrom starts from an address of the internet.
func (b *browser) startFrom(address, solution string) reply {
	b.site.t.Helper()
	body := `{"purpose":"login","phone":"` + typed + `","solution":"` + solution + `"}`
	return b.do(http.MethodPost, "start", body, func(r *http.Request) { r.Header.Set("X-Forwarded-For", address) })
}

// solve does what the widget does.
func solve(t *testing.T, challenge any) string {
	t.Helper()
	c := challenge.(map[string]any)
	solved, err := lib.SolveChallenge(c["challenge"].(string), c["salt"].(string), lib.SHA256, int(c["maxnumber"].(float64)), 0, nil)
	require.NoError(t, err)
	token, err := json.Marshal(lib.Payload{
		Algorithm: c["algorithm"].(string), Challenge: c["challenge"].(string), Number: int64(solved.Number),
		Salt: c["salt"].(string), Signature: c["signature"].(string),
	})
	require.NoError(t, err)
	return base64.StdEncoding.EncodeToString(token)
}

// TestHandlerStepsUpToAChallenge goes the whole way that a page goes.
func TestHandlerStepsUpToAChallenge(t *testing.T) {
	t.Parallel()
	s := altchaSite(t)
	s.browser().start()
	ask := func(b *browser, solution string) reply {
		s.clock.Advance(time.Minute)
		return b.startFrom("203.0.113.1", solution)
	}
	b := s.browser()
	refused := ask(b, "")
	require.Equal(t, http.StatusForbidden, refused.status)
	require.Equal(t, "challenge", refused.body["code"])
	require.Equal(t, "challenge", ask(b, "forged").body["code"])

	token := solve(t, refused.body["challenge"])
	got := ask(b, token)
	require.Equal(t, http.StatusOK, got.status, "%s", got.text)
	require.Equal(t, "challenge", ask(s.browser(), token).body["code"], "a token is good once")
	require.Equal(t, http.StatusOK, b.check(got.body["id"].(string), s.sms.CodeFor(phone)).status)

	fetched := s.browser().do(http.MethodGet, "challenge", "")
	require.Equal(t, http.StatusOK, ask(s.browser(), solve(t, fetched.body)).status)
}

// TestHandlersGuardKnowsAVerifiedBrowser: its owner gets a text where a stranger is challenged,
// though his session is another one after each verification.
func TestHandlersGuardKnowsAVerifiedBrowser(t *testing.T) {
	t.Parallel()
	s := altchaSite(t)
	verifies := func(b *browser, started reply) {
		require.Equal(t, http.StatusOK, started.status, started.text)
		require.Equal(t, http.StatusOK, b.check(started.body["id"].(string), s.sms.CodeFor(phone)).status)
		s.clock.Advance(time.Minute)
	}
	owner := s.browser()
	verifies(owner, owner.startFrom("203.0.113.1", ""))
	require.Equal(t, http.StatusOK, s.browser().startFrom("198.51.100.1", "").status)
	s.clock.Advance(time.Minute)
	stranger := s.browser().startFrom("198.51.100.2", "")
	require.Equal(t, "challenge", stranger.body["code"], stranger.text)
	verifies(owner, owner.startFrom("192.0.2.1", ""))
	verifies(owner, owner.startFrom("192.0.2.2", ""))
}
