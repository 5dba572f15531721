package otp_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
)

// TestARefusalOfASharedAddressSaysWhy: behind a proxy that nobody named, all users have its address.
func TestARefusalOfASharedAddressSaysWhy(t *testing.T) {
	t.Parallel()
	for client, hint := range map[string]string{
		"":                     "all whose address is not known",
		"10.0.0.7:443":         "HandlerConfig.TrustedProxies",
		"127.0.0.1":            "HandlerConfig.TrustedProxies",
		"fe80::1":              "HandlerConfig.TrustedProxies",
		"::ffff:192.168.0.1":   "HandlerConfig.TrustedProxies",
		"203.0.113.7":          "",
		"[2001:db8::1]:443":    "",
		"::ffff:203.0.113.7":   "",
		"203.0.113.7:65535":    "",
		"2408:8207:1:2:3:4::5": "",
	} {
		for _, verdict := range []guard.Verdict{guard.Refused, guard.Challenged} {
			g := &fakeGuard{answer: guard.Decision{Verdict: verdict, Rule: "R2", Wait: time.Minute}}
			s, _ := newService(t, func(cfg *otp.Config) { cfg.Guard = g })
			req := start()
			req.Client = client
			_, err := s.Start(t.Context(), req)
			require.Contains(t, failure(t, err).Text, hint, client)
			require.Equal(t, hint == "", failure(t, err).Text == "", client)
		}
	}
}

// TestWhatIsMissingIsNamed has requests that name no verification.
func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	for want, req := range map[string]otp.CheckRequest{
		"Purpose: ":              {ID: "x", Binding: "b", Code: "1"},
		"Binding: ":              {ID: "x", Purpose: "login", Code: "1"},
		"ID: ":                   {Purpose: "login", Binding: "b", Code: "1"},
		"ID, Purpose, Binding: ": {Code: "1"},
	} {
		_, err := s.Check(t.Context(), req)
		require.True(t, strings.HasPrefix(failure(t, err).Text, want), err)
		_, err = s.Status(t.Context(), req.ID, req.Purpose, req.Binding)
		require.True(t, strings.HasPrefix(failure(t, err).Text, want), err)
		err = s.Cancel(t.Context(), req.ID, req.Purpose, req.Binding)
		require.True(t, strings.HasPrefix(failure(t, err).Text, want), err)
	}
}

// TestHandlerSaysThatTheCookieIsMissing, and says it of a verification that is there and of
// one that is not alike.
func TestHandlerSaysThatTheCookieIsMissing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.browser()
	id := owner.start()
	for _, path := range []string{"check", "resend", "cancel"} {
		body := `{"purpose":"login","id":"ID"`
		if path == "check" {
			body += `,"code":"123456"`
		}
		var said [2]reply
		for i, which := range []string{id, strings.Repeat("a", 26)} {
			said[i] = s.browser().post(path, strings.Replace(body+"}", "ID", which, 1))
			require.Equal(t, http.StatusUnprocessableEntity, said[i].status, path)
			require.Contains(t, said[i].body["detail"], "InsecureCookie", path)
		}
		require.Equal(t, said[0].body, said[1].body)
	}
	wrong := owner.post("check", `{"purpose":"login","id":"`+strings.Repeat("a", 26)+`","code":"123456"}`)
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.NotContains(t, wrong.body, "detail", "the cookie is there")
}

// TestHandlerNamesTheRemedyOfAWrongMount has the two mistakes that stand in front of every request.
func TestHandlerNamesTheRemedyOfAWrongMount(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser()
	require.Contains(t, b.post("codes/start", "{}").body["detail"], "http.StripPrefix")
	foreign := b.do(http.MethodPost, "start", "{}", func(r *http.Request) {
		r.Header.Set("Origin", "https://example.com")
		r.Header.Del("Sec-Fetch-Site")
	})
	require.Equal(t, http.StatusForbidden, foreign.status)
	require.Contains(t, foreign.body["detail"], "HandlerConfig.Origins")
}

// TestABadSolutionIsCalledSo: otherwise it looks as if nothing had been solved.
func TestABadSolutionIsCalledSo(t *testing.T) {
	t.Parallel()
	g := &fakeGuard{answer: guard.Decision{Verdict: guard.Challenged, Rule: "R2"}}
	b := newSiteOf(t, func(cfg *otp.Config) { cfg.Guard = g }).browser()
	body := `{"purpose":"login","phone":"` + typed + `"`
	require.Contains(t, b.post("start", body+`,"solution":"x"}`).body["detail"], "Solution: is not good")
	require.NotContains(t, b.post("start", body+"}").body, "detail")
}
