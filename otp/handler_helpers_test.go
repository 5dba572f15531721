package otp_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// site is a server with a handler under /codes/.
type site struct {
	t        *testing.T
	codes    *otp.Service
	sms      *fake.Provider
	clock    *clock
	url      string
	logins   atomic.Int64
	verified func(w http.ResponseWriter, r *http.Request, done otp.Checked) error
	handler  http.Handler
	served   *otp.Handler
	over     http.RoundTripper
}

// newSite starts a server. change may change the settings of the handler.
func newSite(t *testing.T, change ...func(cfg *otp.HandlerConfig)) *site {
	t.Helper()
	return newSiteOf(t, func(*otp.Config) {}, change...)
}

// newSiteOf also changes the settings of the service.
func newSiteOf(t *testing.T, service func(cfg *otp.Config), change ...func(cfg *otp.HandlerConfig)) *site {
	t.Helper()
	s := offline(t, service, change...)
	server := httptest.NewServer(s.handler)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// offline is a site without a server.
func offline(t *testing.T, service func(cfg *otp.Config), change ...func(cfg *otp.HandlerConfig)) *site {
	t.Helper()
	s := &site{t: t}
	codes, sms, clock := newClocked(t, service)
	s.codes, s.sms, s.clock = codes, sms, clock
	cfg := otp.HandlerConfig{Service: codes, OnVerified: func(w http.ResponseWriter, r *http.Request, done otp.Checked) error {
		s.logins.Add(1)
		if s.verified != nil {
			return s.verified(w, r, done)
		}
		return nil
	}}
	for _, each := range change {
		each(&cfg)
	}
	h, err := otp.NewHandler(cfg)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/codes/", http.StripPrefix("/codes", h))
	s.handler, s.served = mux, h
	return s
}

// browser is a browser, with cookies of its own.
type browser struct {
	site *site
	http *http.Client
}

func (s *site) browser() *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(s.t, err)
	return &browser{s, &http.Client{Jar: jar, Transport: s.over}}
}

// reply is an answer, read.
type reply struct {
	status int
	proto  int // 1 or 2
	header http.Header
	text   string
	body   map[string]any
}

// request is one as a script of the site's page makes it.
func (b *browser) request(method, path, body string) *http.Request {
	b.site.t.Helper()
	r, err := http.NewRequestWithContext(b.site.t.Context(), method, b.site.url+"/codes/"+path, strings.NewReader(body))
	require.NoError(b.site.t, err)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", b.site.url)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return r
}

// do sends a request as a script of the site's page does.
func (b *browser) do(method, path, body string, change ...func(r *http.Request)) reply {
	b.site.t.Helper()
	r := b.request(method, path, body)
	for _, each := range change {
		each(r)
	}
	answer, err := b.http.Do(r)
	require.NoError(b.site.t, err)
	return b.site.read(answer)
}

func (s *site) read(answer *http.Response) reply {
	s.t.Helper()
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	require.NoError(s.t, err)
	s.keepsSecrets(string(data) + headers(answer.Header))
	s.asDescribed(answer, data)
	got := reply{status: answer.StatusCode, proto: answer.ProtoMajor, header: answer.Header, text: string(data), body: map[string]any{}}
	require.NoError(s.t, json.Unmarshal(data, &got.body), "%s", data)
	return got
}

// keepsSecrets wants neither a code nor a number in an answer.
func (s *site) keepsSecrets(text string) {
	s.t.Helper()
	for _, attempt := range s.sms.Attempts() {
		require.NotContains(s.t, text, attempt.Message.Params[provider.ParamCode])
		require.NotContains(s.t, text, attempt.Message.To.E164()[3:])
	}
}

func headers(h http.Header) string {
	var b strings.Builder
	_ = h.Write(&b)
	return b.String()
}

func (b *browser) post(path, body string) reply {
	b.site.t.Helper()
	return b.do(http.MethodPost, path, body)
}

// start starts a verification of phone that is to succeed, and returns its id.
func (b *browser) start() string {
	b.site.t.Helper()
	got := b.post("start", `{"purpose":"login","phone":"`+typed+`"}`)
	require.Equal(b.site.t, http.StatusOK, got.status, "%s", got.text)
	return got.body["id"].(string)
}

func (b *browser) check(id, code string) reply {
	b.site.t.Helper()
	return b.post("check", `{"id":"`+id+`","purpose":"login","code":"`+code+`"}`)
}

func (b *browser) status(id string) reply {
	b.site.t.Helper()
	return b.do(http.MethodGet, "status?purpose=login&id="+id, "")
}

// cookie is the value of the handler's cookie.
func (b *browser) cookie() string {
	b.site.t.Helper()
	r, err := http.NewRequestWithContext(b.site.t.Context(), http.MethodGet, b.site.url, http.NoBody)
	require.NoError(b.site.t, err)
	for _, cookie := range b.http.Jar.Cookies(r.URL) {
		if cookie.Name == "cnsms-otp" {
			return cookie.Value
		}
	}
	return ""
}
