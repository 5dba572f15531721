package otp_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
)

// startCookie starts at an address, and returns the cookie that is set.
func startCookie(t *testing.T, h http.Handler, change func(r *http.Request)) *http.Cookie {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/codes/start", strings.NewReader(`{"purpose":"login","phone":"`+typed+`"}`))
	r.Header.Set("Content-Type", "application/json")
	change(r)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	answer := w.Result()
	defer answer.Body.Close()
	require.Equal(t, http.StatusOK, w.Code, "%s", w.Body)
	require.Len(t, answer.Cookies(), 1)
	return answer.Cookies()[0]
}

func TestHandlersCookieIsForThisHostAndNoScript(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, host, origin string
		tls                bool
		insecure, secure   bool
	}{
		{name: "a site", host: "example.com", secure: true},
		{name: "a site behind a proxy that does not pass Host on", host: "127.0.0.1:8080", origin: "https://example.com", secure: true},
		{name: "loopback by TLS", host: "127.0.0.1:8080", tls: true, secure: true},
		{name: "a proxy with TLS on loopback", host: "127.0.0.1:8080", origin: "https://127.0.0.1", secure: true},
		{name: "an opaque origin", host: "127.0.0.1:8080", origin: "null", secure: true},
		{name: "an address of the network", host: "192.0.2.1:8080", secure: true},
		{name: "a name that begins like loopback", host: "localhost.example.com", secure: true},
		{name: "loopback", host: "127.0.0.1:8080", origin: "http://127.0.0.1:8080"},
		{name: "loopback of version 6", host: "[::1]:8080"},
		{name: "loopback by name", host: "LocalHost"},
		{name: "a name below localhost", host: "app.localhost:3000"},
		{name: "allowed", host: "192.0.2.1:8080", insecure: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, func(cfg *otp.HandlerConfig) {
				cfg.InsecureCookie = c.insecure
				if c.origin != "" && c.origin != "null" {
					cfg.Origins = []string{c.origin}
				}
			})
			cookie := startCookie(t, s.handler, func(r *http.Request) {
				r.Host = c.host
				if c.tls {
					r.TLS = &tls.ConnectionState{}
				}
				if c.origin != "" {
					r.Header.Set("Origin", c.origin)
				}
				if c.origin == "null" {
					r.Header.Set("Sec-Fetch-Site", "same-origin")
				}
			})
			require.True(t, cookie.HttpOnly)
			require.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
			require.Equal(t, "/", cookie.Path)
			require.Empty(t, cookie.Domain)
			require.Equal(t, 15*24*60*60, cookie.MaxAge)
			require.Len(t, cookie.Value, 53)
			require.Equal(t, c.secure, cookie.Secure)
			require.Equal(t, c.secure, cookie.Name == "__Host-cnsms-otp", "%s", cookie.Name)
		})
	}
}

// TestHandlerTakesNoPlantedCookie has somebody set the cookie that only plain HTTP uses.
func TestHandlerTakesNoPlantedCookie(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	planted := strings.Repeat("a", 26) + "." + strings.Repeat("b", 26)
	plant := func(name, value string) *http.Cookie {
		return startCookie(t, s.handler, func(r *http.Request) {
			r.Host = "example.com"
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		})
	}
	require.NotContains(t, plant("cnsms-otp", planted).Value, "aaaa")
	require.Equal(t, planted, plant("__Host-cnsms-otp", planted).Value, "the real one is kept")
	for _, other := range []string{"", "x", planted + "c", strings.ToUpper(planted), strings.Repeat("a", 53), planted[1:] + "1"} {
		require.NotEqual(t, other, plant("__Host-cnsms-otp", other).Value, "a value that is none of ours")
	}
}

// TestHandlersSessionIsNotFixed: who knows the cookie from before a verification can do
// nothing with it afterwards; the guard still knows the browser.
func TestHandlersSessionIsNotFixed(t *testing.T) {
	t.Parallel()
	g := &fakeGuard{answer: guard.Decision{Paid: true}}
	s := newSiteOf(t, func(cfg *otp.Config) { cfg.Guard = g })
	b := s.browser()
	id := b.start()
	known := b.cookie()
	s.clock.Advance(time.Minute)
	require.Equal(t, http.StatusOK, b.post("resend", `{"id":"`+id+`","purpose":"login"}`).status)
	require.Equal(t, http.StatusOK, b.check(id, s.sms.CodeFor(phone)).status)
	after := b.cookie()
	require.NotEqual(t, known[:26], after[:26])
	require.Equal(t, known[26:], after[26:])

	s.clock.Advance(time.Minute)
	second := b.start()
	require.Equal(t, g.asked[0].Session, g.asked[1].Session)
	require.Equal(t, g.asked[0].Session, g.asked[2].Session)
	thief := s.browser()
	got := thief.do(http.MethodGet, "status?purpose=login&id="+second, "", func(r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "cnsms-otp", Value: known})
	})
	require.Equal(t, "wrong_code", got.body["code"])
}

// TestO15HandlerTellsNobodyButTheHolder compares the answers about a verification of somebody
// else's with those about one that does not exist.
func TestO15HandlerTellsNobodyButTheHolder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.browser()
	ids := map[string]string{"pending": owner.start()}
	none := strings.Repeat("a", len(ids["pending"]))
	canceled := s.browser()
	ids["canceled"] = canceled.start()
	canceled.post("cancel", `{"id":"`+ids["canceled"]+`","purpose":"login"}`)
	used := s.browser()
	ids["used"] = used.start()
	used.check(ids["used"], s.sms.CodeFor(phone))

	stranger, withCookie := s.browser(), s.browser()
	withCookie.start()
	for _, b := range []*browser{stranger, withCookie} {
		asks := func(id string) (answers []string) {
			for _, got := range []reply{
				b.status(id), b.check(id, "123456"),
				b.post("resend", `{"id":"`+id+`","purpose":"login"}`), b.post("cancel", `{"id":"`+id+`","purpose":"login"}`),
			} {
				got.header.Del("Date")
				require.Equal(t, http.StatusUnprocessableEntity, got.status)
				answers = append(answers, got.text, headers(got.header))
			}
			return answers
		}
		want := asks(none)
		for state, id := range ids {
			require.Equal(t, want, asks(id), state)
		}
	}
	s.sms.ExpectCount(t, 4)
	require.EqualValues(t, 5, owner.status(ids["pending"]).body["tries_left"], "no stranger burns a try")
}

// counting is a store that counts what it is asked about single verifications.
type counting struct {
	otp.Store
	calls atomic.Int64
}

func (c *counting) Look(ctx context.Context, id string) (otp.Answer, error) {
	c.calls.Add(1)
	return c.Store.Look(ctx, id)
}

func (c *counting) Try(ctx context.Context, t otp.Trial) (otp.Answer, error) {
	c.calls.Add(1)
	return c.Store.Try(ctx, t)
}

func (c *counting) Cancel(ctx context.Context, x otp.Cancellation) (otp.Answer, error) {
	c.calls.Add(1)
	return c.Store.Cancel(ctx, x)
}

// TestO16HandlerAsksTheStoreOnceWhoeverAsks: how long an answer takes tells nothing either.
func TestO16HandlerAsksTheStoreOnceWhoeverAsks(t *testing.T) {
	t.Parallel()
	store := &counting{Store: newStore(t, newClock())}
	s := newSiteOf(t, func(cfg *otp.Config) { cfg.Store = store })
	owner, withCookie := s.browser(), s.browser()
	id := owner.start()
	withCookie.start()
	for _, b := range []*browser{owner, withCookie, s.browser()} {
		for _, asked := range []string{id, strings.Repeat("a", len(id))} {
			for _, ask := range []func(){
				func() { b.status(asked) },
				func() { b.check(asked, "no code") },
				func() { b.post("resend", `{"id":"`+asked+`","purpose":"login"}`) },
				func() { b.post("cancel", `{"id":"`+strings.Repeat("b", len(id))+`","purpose":"login"}`) },
			} {
				before := store.calls.Load()
				ask()
				require.EqualValues(t, 1, store.calls.Load()-before)
			}
		}
	}
}
