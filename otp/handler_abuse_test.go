package otp_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
)

// TestHandlerReadsWhatPeopleType has phones and codes as keyboards and clipboards write them.
func TestHandlerReadsWhatPeopleType(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	fullWidth := strings.NewReplacer("0", "０", "1", "１", "2", "２", "3", "３", "4", "４", "5", "５", "6", "６", "7", "７", "8", "８", "9", "９")
	for i, number := range []string{"13800138000", "１３８００１３８０００", "+86 138-0013-8000", "(86)13800138000", "\u200e138 0013 8000\u202c"} {
		b := s.browser()
		got := b.post("start", fmt.Sprintf(`{"purpose":"login","phone":%q}`, number))
		require.Equal(t, http.StatusOK, got.status, "%q: %s", number, got.text)
		code := s.sms.CodeFor(phone)
		written := []string{code, fullWidth.Replace(code), " " + code + "\n", code[:3] + " " + code[3:], code[:3] + "\u200b" + code[3:]}[i]
		got = b.check(got.body["id"].(string), strings.ReplaceAll(written, "\n", `\n`))
		require.Equal(t, http.StatusOK, got.status, "%q: %s", written, got.text)
	}
	b := s.browser()
	for _, number := range []string{"", "1380013800", "138001380000", "abc", "13800138000\\u0000", "13800138000;13900139000", "١٣٨", strings.Repeat("1", 5000)} {
		got := b.post("start", `{"purpose":"login","phone":"`+number+`"}`)
		require.Equal(t, http.StatusBadRequest, got.status, number)
		require.Equal(t, "bad_phone", got.body["code"], number)
	}
	id := b.start()
	for _, code := range []string{"", "   ", strings.Repeat("1", 100)} {
		got := b.check(id, code)
		require.Equal(t, http.StatusBadRequest, got.status, code)
		require.Equal(t, "请输入验证码", got.body["message"])
	}
	require.EqualValues(t, 5, b.status(id).body["tries_left"])
}

// TestHandlerRepeatsNothingOfARequest tries to write headers, lines and words of its own.
func TestHandlerRepeatsNothingOfARequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const evil = `evil\r\nSet-Cookie: evil=1\r\n\r\n<script>`
	for _, name := range []string{"purpose", "phone", "lang", "key", "solution", "captcha"} {
		got := s.browser().post("start", `{"`+name+`":"`+evil+`"}`)
		require.NotContains(t, headers(got.header)+got.text, "evil", name)
	}
	for _, name := range []string{"id", "purpose", "code", "phone", "lang", evil} {
		got := s.browser().post("check", `{"id":"a","purpose":"login","code":"1","`+name+`":"`+evil+`"}`)
		require.NotContains(t, headers(got.header)+got.text, "evil", name)
	}
}

// TestHandlerBelievesNoForgedAddress looks at what the guard is told.
func TestHandlerBelievesNoForgedAddress(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct {
		name    string
		trusted []netip.Prefix
		forward []string
		want    string
	}{
		{"no proxy", nil, []string{"203.0.113.7"}, "127.0.0.1"},
		{"a proxy", proxies, []string{"203.0.113.7"}, "203.0.113.7"},
		{"a forged hop", proxies, []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7"},
		{"a forged line", proxies, []string{"198.51.100.1", "203.0.113.7, 10.1.2.3"}, "203.0.113.7"},
		{"nonsense", proxies, []string{"203.0.113.7, evil"}, "invalid IP"},
		{"nothing", proxies, nil, "invalid IP"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g := &fakeGuard{}
			s := newSiteOf(t, func(cfg *otp.Config) { cfg.Guard = g }, func(cfg *otp.HandlerConfig) { cfg.TrustedProxies = c.trusted })
			got := s.browser().do(http.MethodPost, "start", `{"purpose":"login","phone":"`+typed+`"}`, func(r *http.Request) {
				r.Header["X-Forwarded-For"] = c.forward
				for _, name := range []string{"X-Real-Ip", "Forwarded", "True-Client-Ip"} {
					r.Header.Set(name, "198.51.100.9")
				}
			})
			require.Equal(t, http.StatusOK, got.status)
			require.Equal(t, c.want, g.asked[0].Client.String())
		})
	}
}

// TestHandlerSendsOneTextForADoubleClick also has the first click of all, when there is no
// cookie yet: the refused one does not take the other's cookie away.
func TestHandlerSendsOneTextForADoubleClick(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	first := b.start()
	var (
		mu  sync.Mutex
		ids = map[string]int{}
	)
	race(16, func(int) {
		got := b.post("start", `{"purpose":"login","phone":"`+typed+`"}`)
		mu.Lock()
		defer mu.Unlock()
		ids[fmt.Sprint(got.status, got.body["id"], got.body["sent"])]++
	})
	require.Equal(t, map[string]int{"200" + first + "false": 16}, ids)
	s.sms.ExpectCount(t, 1)

	s = newSiteOf(t, func(cfg *otp.Config) { cfg.Guard = &strict{} })
	b = s.browser()
	id := b.start()
	second := s.browser().post("start", `{"purpose":"login","phone":"`+typed+`"}`)
	require.Equal(t, "wait", second.body["code"])
	require.Empty(t, second.header.Values("Set-Cookie"))
	require.Equal(t, http.StatusOK, b.check(id, s.sms.CodeFor(phone)).status)
	s.sms.ExpectCount(t, 1)
}

// TestO3HandlerLogsInOnce races right codes.
func TestO3HandlerLogsInOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	id := b.start()
	code := s.sms.CodeFor(phone)
	var (
		mu       sync.Mutex
		statuses = map[int]int{}
	)
	race(32, func(int) {
		got := b.check(id, code)
		mu.Lock()
		defer mu.Unlock()
		statuses[got.status]++
	})
	require.Equal(t, 1, statuses[http.StatusOK], "%v", statuses)
	require.EqualValues(t, 1, s.logins.Load())
}

// TestHandlerServesManyAtOnce has users who know nothing of one another.
func TestHandlerServesManyAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	race(16, func(i int) {
		b := s.browser()
		number := fmt.Sprintf("138001380%02d", i)
		got := b.post("start", `{"purpose":"login","phone":"`+number+`"}`)
		id := fmt.Sprint(got.body["id"])
		b.check(id, "not it")
		b.status(id)
		if i%2 == 0 {
			b.post("cancel", `{"id":"`+id+`","purpose":"login"}`)
		}
		b.check(id, s.sms.CodeFor(provider.MustParsePhone(number)))
	})
	require.EqualValues(t, 8, s.logins.Load())
	s.sms.ExpectCount(t, 16)
}

// TestHandlerReadsAFloodOfCookies sends as many as the server takes.
func TestHandlerReadsAFloodOfCookies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	id := b.start()
	mine := b.cookie()
	flood := func(value string) reply {
		return s.browser().do(http.MethodGet, "status?purpose=login&id="+id, "", func(r *http.Request) { r.Header.Set("Cookie", value) })
	}
	require.Equal(t, http.StatusOK, flood(strings.Repeat("cnsms-otp=x; ", 1000)+"cnsms-otp="+mine).status, "what is none of ours is passed over")
	require.Equal(t, http.StatusUnprocessableEntity, flood(strings.Repeat("cnsms-otp=x; ", 20_000)).status)
}

// TestHandlerPassesAPanicOn: the answer is none, the login's headers are none, the code is
// used, and the server lives.
func TestHandlerPassesAPanicOn(t *testing.T) {
	t.Parallel()
	s := offline(t, func(*otp.Config) {})
	server := httptest.NewUnstartedServer(s.handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	s.url = server.URL
	s.verified = func(w http.ResponseWriter, _ *http.Request, _ otp.Checked) error {
		http.SetCookie(w, &http.Cookie{Name: "login", Value: "yes"})
		panic("no database")
	}
	b := s.browser()
	id := b.start()
	body := `{"id":"` + id + `","purpose":"login","code":"` + s.sms.CodeFor(phone) + `"}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/codes/check", strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	answer, err := b.http.Do(r)
	if err == nil {
		answer.Body.Close()
	}
	require.Error(t, err)
	require.Equal(t, "used", b.check(id, s.sms.CodeFor(phone)).body["code"])
}

// TestHandlerTakesHeadersBackBeforeAPanicIsCaught has a framework catch it and answer.
func TestHandlerTakesHeadersBackBeforeAPanicIsCaught(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.verified = func(w http.ResponseWriter, _ *http.Request, _ otp.Checked) error {
		http.SetCookie(w, &http.Cookie{Name: "login", Value: "yes"})
		panic("no database")
	}
	b := s.browser()
	id := b.start()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/codes/check",
		strings.NewReader(`{"id":"`+id+`","purpose":"login","code":"`+s.sms.CodeFor(phone)+`"}`))
	r.Host = "localhost"
	r.Header.Set("Content-Type", "application/json")
	r.AddCookie(&http.Cookie{Name: "cnsms-otp", Value: b.cookie()})
	w := httptest.NewRecorder()
	require.PanicsWithValue(t, "no database", func() { s.handler.ServeHTTP(w, r) })
	require.NotContains(t, headers(w.Header()), "login=yes")
}
