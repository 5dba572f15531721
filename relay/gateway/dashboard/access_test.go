package dashboard_test

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/dashboard"
)

// routes are all routes, and whether they are an operator's.
var routes = []struct {
	method, path string
	operators    bool
}{
	{"GET", "/", true},
	{"GET", "/live", true},
	{"GET", "/jobs", true},
	{"POST", "/jobs/cancel", true},
	{"POST", "/sims/resume", true},
	{"GET", "/pairing", true},
	{"POST", "/pairing", true},
	{"GET", "/tokens", true},
	{"POST", "/tokens/revoke", true},
	{"POST", "/logout", true},
	{"GET", "/elsewhere", true},
	{"GET", "/login", false},
	{"POST", "/login", false},
	{"GET", "/setup", false},
	{"GET", "/assets/style.css", false},
	{"GET", "/assets/app.js", false},
	{"GET", "/assets/other", false},
}

func TestWithoutASessionThereIsNothingToSee(t *testing.T) {
	t.Parallel()
	for _, route := range routes {
		if !route.operators {
			continue
		}
		t.Run(route.method+route.path, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for name, cookies := range map[string][]*http.Cookie{
				"none":    nil,
				"made up": {{Name: "cnsms_session", Value: "made-up"}},
				"a token": {{Name: "cnsms_session", Value: "eva-tokem"}},
			} {
				b := w.browser()
				b.cookies = cookies
				response := b.do(b.request(t.Context(), route.method, route.path, http.NoBody))
				if route.method == "GET" && route.path != "/live" {
					require.Equal(t, http.StatusSeeOther, response.Code, name)
					require.Equal(t, "/login", response.Header().Get("Location"))
				} else {
					require.Equal(t, http.StatusUnauthorized, response.Code, name)
				}
			}
		})
	}
}

func TestAnotherOriginGetsNothing(t *testing.T) {
	t.Parallel()
	for _, route := range routes {
		t.Run(route.method+route.path, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for name, header := range map[string]http.Header{
				"cross-site": {"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"cors"}},
				"same-site":  {"Sec-Fetch-Site": {"same-site"}, "Sec-Fetch-Mode": {"no-cors"}},
				"a frame":    {"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"iframe"}},
				"old":        {"Origin": {"https://evil.example"}},
				"null":       {"Origin": {"null"}},
			} {
				b := w.loggedIn()
				b.header = header
				response := b.do(b.request(t.Context(), route.method, route.path, http.NoBody))
				require.Equal(t, http.StatusForbidden, response.Code, name)
			}
		})
	}
}

func TestAFormOfAnotherOriginDoesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.phone(nil)
	job := w.submit()
	b := w.loggedIn()
	b.header = http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"document"}}
	require.Equal(t, http.StatusForbidden, b.post("/jobs/cancel", url.Values{"id": {job.ID}}).Code)
	got, err := w.Job(t.Context(), eva, job.ID)
	require.NoError(t, err)
	require.True(t, got.Open())
	require.Equal(t, http.StatusOK, b.get("/setup").Code, "a link from elsewhere leads here")
}

func TestEveryResponseHasThePolicy(t *testing.T) {
	t.Parallel()
	for _, route := range routes {
		if route.path == "/live" {
			continue // a stream; see TestLive
		}
		t.Run(route.method+route.path, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for _, b := range []*browser{w.browser(), w.loggedIn()} {
				header := b.do(b.request(t.Context(), route.method, route.path, http.NoBody)).Header()
				require.Contains(t, header.Get("Content-Security-Policy"), "default-src 'none'")
				require.Contains(t, header.Get("Content-Security-Policy"), "frame-ancestors 'none'")
				require.NotContains(t, header.Get("Content-Security-Policy"), "unsafe")
				require.Equal(t, "nosniff", header.Get("X-Content-Type-Options"))
				require.Equal(t, "no-store", header.Get("Cache-Control"))
				require.Equal(t, "no-referrer", header.Get("Referrer-Policy"))
			}
		})
	}
}

func TestPagesHaveNothingThatThePolicyStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.phone(nil)
	w.submit()
	b := w.loggedIn()
	for _, path := range []string{"/", "/jobs", "/pairing", "/tokens", "/setup"} {
		page := b.page(path)
		require.NotContains(t, page, "style=")
		require.NotContains(t, page, "<style")
		require.NotRegexp(t, `\son[a-z]+=`, page)
		require.Equal(t, strings.Count(page, "<script"), strings.Count(page, `<script src="/assets/`))
	}
}

func TestLoginRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tests := []struct {
		name, token string
		status      int
		says        string
	}{
		{"no token", "", http.StatusUnauthorized, "unknown or was revoked"},
		{"an unknown token", "made-up", http.StatusUnauthorized, "unknown or was revoked"},
		{"a site's token", "shop-token", http.StatusForbidden, "a site or a phone"},
		{"a phone's token", "old-phone-token", http.StatusForbidden, "a site or a phone"},
	}
	for _, test := range tests {
		response := w.browser().post("/login", url.Values{"token": {test.token}})
		require.Equal(t, test.status, response.Code, test.name)
		require.Contains(t, response.Body.String(), test.says, test.name)
		require.Empty(t, response.Result().Cookies(), test.name)
	}
}

func TestARevokedTokenEndsItsSessionAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hash, err := gateway.ParseHash(gateway.HashToken("adam-token"))
	require.NoError(t, err)
	require.NoError(t, w.principals.Put(t.Context(), gateway.Principal{Name: "adam", Role: gateway.RoleOperator, Token: hash}))
	adam := w.browser()
	adam.cookies = adam.post("/login", url.Values{"token": {"adam-token"}}).Result().Cookies()
	require.Contains(t, adam.page("/tokens"), "adam")

	b := w.loggedIn()
	require.Equal(t, "/tokens?said=revoked_ok", b.post("/tokens/revoke", url.Values{"token": {hash.Hex()}}).Header().Get("Location"))
	require.Contains(t, b.page("/tokens?said=revoked_ok"), "revoked")
	require.Equal(t, http.StatusSeeOther, adam.get("/").Code)
	require.Equal(t, "/tokens?said=revoked_unknown", b.post("/tokens/revoke", url.Values{"token": {"x"}}).Header().Get("Location"))
}

func TestLogout(t *testing.T) {
	t.Parallel()
	b := newWorld(t).loggedIn()
	b.page("/")
	require.Equal(t, "/login", b.post("/logout", nil).Header().Get("Location"))
	require.Equal(t, http.StatusSeeOther, b.get("/").Code, "the cookie opens nothing any more")
}

func TestTheCookieIsSecureWhereTheBrowserSpeaksTLS(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *dashboard.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} })
	b := w.loggedIn()
	require.True(t, b.cookies[0].HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, b.cookies[0].SameSite)
	require.False(t, b.cookies[0].Secure)
	b.header.Set("X-Forwarded-Proto", "https") // httptest comes from 192.0.2.1
	require.True(t, b.post("/login", url.Values{"token": {"eva-token"}}).Result().Cookies()[0].Secure)

	plain := newWorld(t).browser()
	plain.header.Set("X-Forwarded-Proto", "https")
	require.False(t, plain.post("/login", url.Values{"token": {"eva-token"}}).Result().Cookies()[0].Secure, "no proxy is trusted unasked")
}

// TestANewLoginEndsTheSessionBefore: the browser has forgotten its cookie.
func TestANewLoginEndsTheSessionBefore(t *testing.T) {
	t.Parallel()
	b := newWorld(t).loggedIn()
	old := b.cookies
	b.cookies = b.post("/login", url.Values{"token": {"eva-token"}}).Result().Cookies()
	b.page("/")
	require.NotEqual(t, old[0].Value, b.cookies[0].Value)
	b.cookies = old
	require.Equal(t, http.StatusSeeOther, b.get("/").Code)
}

// TestManyLoginsAtOnceAreNoMoreThanManyInTurn: none is found wrong before all have begun.
func TestManyLoginsAtOnceAreNoMoreThanManyInTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		w := newWorld(t)
		w.principals.hold(gate)
		counts := map[int]int{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				status := w.browser().post("/login", url.Values{"token": {"guess"}}).Code
				mu.Lock()
				defer mu.Unlock()
				counts[status]++
			})
		}
		synctest.Wait()
		close(gate)
		all.Wait()
		require.Equal(t, map[int]int{http.StatusUnauthorized: 10, http.StatusTooManyRequests: 90}, counts)
	})
}
