package otp_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
)

// TestHandlerRefusesOtherSites sends what pages of other sites can make a browser send.
func TestHandlerRefusesOtherSites(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(cfg *otp.HandlerConfig) { cfg.Origins = []string{"https://www.example.com"} })
	body := `{"purpose":"login","phone":"` + typed + `"}`
	from := func(origin, site string) func(r *http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Origin", origin)
			r.Header.Del("Sec-Fetch-Site")
			if site != "" {
				r.Header.Set("Sec-Fetch-Site", site)
			}
		}
	}
	kind := func(contentType string) func(r *http.Request) {
		return func(r *http.Request) { r.Header.Set("Content-Type", contentType) }
	}
	for _, c := range []struct {
		name   string
		status int
		change func(r *http.Request)
	}{
		{"another site", http.StatusForbidden, from("https://evil.example", "cross-site")},
		{"another host of this site", http.StatusForbidden, from("https://evil.example.com", "same-site")},
		{"an old browser", http.StatusForbidden, from("https://evil.example", "")},
		{"an opaque origin", http.StatusForbidden, from("null", "")},
		{"a form", http.StatusUnsupportedMediaType, kind("application/x-www-form-urlencoded")},
		{"a form of text", http.StatusUnsupportedMediaType, kind("text/plain")},
		{"a form of files", http.StatusUnsupportedMediaType, kind("multipart/form-data; boundary=x")},
		{"no content type", http.StatusUnsupportedMediaType, kind("")},
		{"a content type that looks like JSON", http.StatusUnsupportedMediaType, kind("text/plain; application/json")},
		{"another charset", http.StatusUnsupportedMediaType, kind("application/json; charset=utf-16")},
		{"compressed", http.StatusUnsupportedMediaType, func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }},
		{"an origin that the site trusts", http.StatusOK, from("https://www.example.com", "cross-site")},
	} {
		got := s.browser().do(http.MethodPost, "start", body, c.change)
		require.Equal(t, c.status, got.status, "%s: %s", c.name, got.text)
		if got.status != http.StatusOK {
			require.Equal(t, "bad_request", got.body["code"], c.name)
			require.Empty(t, got.header.Values("Set-Cookie"), c.name)
			require.Empty(t, got.header.Get("Access-Control-Allow-Origin"), c.name)
		}
	}
	s.sms.ExpectCount(t, 1)
}

// TestHandlerChangesNothingOnGet also tries every other method.
func TestHandlerChangesNothingOnGet(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	id := b.start()
	for _, path := range []string{"start", "resend", "check", "cancel"} {
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch} {
			query := "?purpose=login&phone=13800138000&id=" + id + "&code=" + s.sms.CodeFor(phone)
			got := b.do(method, path+query, "")
			require.Equal(t, http.StatusMethodNotAllowed, got.status, "%s %s", method, path)
			require.Equal(t, "POST", got.header.Get("Allow"))
		}
	}
	got := b.post("status?purpose=login&id="+id, "{}")
	require.Equal(t, http.StatusMethodNotAllowed, got.status)
	require.Equal(t, "GET, HEAD", got.header.Get("Allow"))
	for _, path := range []string{"", "start/", "x/start", "Start", "start%00"} {
		require.Equal(t, http.StatusNotFound, b.post(path, "{}").status, path)
	}
	require.EqualValues(t, 5, b.status(id).body["tries_left"])
	s.sms.ExpectCount(t, 1)
}

// TestHandlerReadsJSONStrictly has no body that two readers could read in two ways.
func TestHandlerReadsJSONStrictly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	for body, detail := range map[string]string{
		"":                             "body: is empty; want a JSON object, and nothing before the handler that reads it",
		"null":                         "body: want a JSON object",
		`["login"]`:                    "body: want a JSON object",
		`{`:                            "body: is not complete JSON",
		`{"purpose"`:                   "body: is not complete JSON",
		`{"purpose":"login",}`:         "body: is not complete JSON",
		`{"purpose":"login"`:           "body: is not complete JSON",
		`{}`:                           "purpose: is missing",
		`{"purpose":"login"}`:          "phone: is missing",
		`{"phone":13800138000}`:        "phone: want a string",
		`{"phone":null}`:               "phone: want a string",
		`{"phone":{"a":1}}`:            "phone: want a string",
		`{"phone":["1"]}`:              "phone: want a string",
		`{"phone":"1","phone":"2"}`:    "phone: is there twice",
		`{"Phone":"1"}`:                "a member is not known; want purpose, phone, solution, captcha, key, lang",
		`{"phone":"1","binding":"x"}`:  "a member is not known; want purpose, phone, solution, captcha, key, lang",
		`{"\u0070hone":"1","phone":1}`: "phone: is there twice",
		`{"phone":"\ud800"}`:           "phone: is not Unicode",
		"{\"phone\":\"\xff\"}":         "body: is not UTF-8",
		`{"phone":"` + typed + `","purpose":"login"}{}`: "body: want one JSON object and nothing after it",
		`{"phone":"` + typed + `","purpose":"login"} x`: "body: want one JSON object and nothing after it",
		"{\"phone\":\"1\x01\"}":                         "body: is not complete JSON",
	} {
		got := b.post("start", body)
		require.Equal(t, http.StatusBadRequest, got.status, body)
		require.Equal(t, detail, got.body["detail"], body)
	}
	for query, detail := range map[string]string{
		"":                                  "id: is missing",
		"id=a&id=b&purpose=login":           "id: is there twice",
		"id=a;purpose=login":                "query: is not as a form writes it",
		"id=%zz":                            "query: is not as a form writes it",
		"id=%ff&purpose=login":              "id: is not Unicode",
		"id=a&purpose=login&x=1":            "a member is not known; want id, purpose, lang",
		"id=" + strings.Repeat("a", 16<<10): "query: want 16384 bytes at most",
	} {
		got := b.do(http.MethodGet, "status?"+query, "")
		require.Equal(t, http.StatusBadRequest, got.status, query)
		require.Equal(t, detail, got.body["detail"], query)
	}
	got := b.post("start", `{"phone":"`+strings.Repeat("1", 16<<10)+`"}`)
	require.Equal(t, http.StatusRequestEntityTooLarge, got.status)
	require.Equal(t, "body: want 16384 bytes at most", got.body["detail"])
	s.sms.ExpectNothing(t)
}
