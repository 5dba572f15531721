package bmobsim_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/sim"
)

// issued is a puzzle that was handed out.
type issued struct {
	Token string `json:"captcha_token"`
	URL   string `json:"captcha_url"`
}

func issue(t *testing.T, s *sim.Server, body string) issued {
	t.Helper()
	a := post(t, s, "/1/requestCaptcha", body)
	require.Equal(t, http.StatusOK, a.status, a.verdict)
	var puzzle issued
	require.NoError(t, json.Unmarshal([]byte(a.body), &puzzle))
	return puzzle
}

func solve(t *testing.T, s *sim.Server, token, answer string) answer {
	t.Helper()
	return post(t, s, "/1/verifyCaptcha", `{"captcha_code":"`+answer+`","captcha_token":"`+token+`"}`)
}

func TestCaptcha(t *testing.T) {
	t.Parallel()
	s, _, service := newService(bmobsim.Config{CaptchaFor: []string{"注册模板"}})
	require.Equal(t, http.StatusOK, post(t, s, requestCode, toPhone).status, "the default template wants none")
	requireRefused(t, post(t, s, requestCode, templateBody), 10007, "validate_token: missing")

	puzzle := issue(t, s, `{"size":6}`)
	require.Len(t, puzzle.Token, 20)
	right, ok := service.CaptchaAnswer(puzzle.Token)
	require.True(t, ok)
	require.Len(t, right, 6)
	requireRefused(t, solve(t, s, puzzle.Token, wrong(right)), 10007, "captcha_code: wrong")
	solved := solve(t, s, puzzle.Token, right)
	require.Equal(t, http.StatusOK, solved.status)
	requireRefused(t, solve(t, s, puzzle.Token, right), 10007, "captcha_token")

	var proof struct {
		Token string `json:"validate_token"`
	}
	require.NoError(t, json.Unmarshal([]byte(solved.body), &proof))
	withProof := `{"mobilePhoneNumber":"13800138000","template":"注册模板","validate_token":"` + proof.Token + `"}`
	_, err := s.Inject(sim.Fault{Code: "10076"})
	require.NoError(t, err)
	requireRefused(t, post(t, s, requestCode, withProof), 10076, "scripted")
	require.Equal(t, http.StatusOK, post(t, s, requestCode, withProof).status, "a refusal uses no token up")
	requireRefused(t, post(t, s, requestCode, withProof), 10007, "validate_token")
}

func TestCaptchaPicture(t *testing.T) {
	t.Parallel()
	s, _, service := newService(bmobsim.Config{})
	puzzle := issue(t, s, `{"width":120,"height":60}`)
	right, _ := service.CaptchaAnswer(puzzle.Token)
	address, err := url.Parse(puzzle.URL)
	require.NoError(t, err)
	require.Equal(t, "http://sim.invalid/1/captchaImage", "http://"+address.Host+address.Path)

	a := call(t, s, http.MethodGet, address.RequestURI(), "", http.Header{})
	require.Equal(t, http.StatusOK, a.status, "a browser has no credentials")
	require.Contains(t, a.body, `width="120" height="60"`)
	require.Contains(t, a.body, ">"+right+"<")

	a = call(t, s, http.MethodGet, "/1/captchaImage?secretKey=x&token="+puzzle.Token, "", http.Header{})
	require.Equal(t, http.StatusNotFound, a.status)
	require.Contains(t, a.verdict, "secretKey")
	query := address.Query()
	query.Set("token", "x")
	a = call(t, s, http.MethodGet, "/1/captchaImage?"+query.Encode(), "", http.Header{})
	require.Equal(t, http.StatusNotFound, a.status)
	require.Contains(t, a.verdict, "token: unknown")
	_, ok := service.CaptchaAnswer("x")
	require.False(t, ok)
}

func TestCaptchaExpires(t *testing.T) {
	t.Parallel()
	for body, life := range map[string]time.Duration{`{}`: time.Minute, `{"ttl":180}`: 3 * time.Minute} {
		s, clock, service := newService(bmobsim.Config{})
		puzzle := issue(t, s, body)
		right, _ := service.CaptchaAnswer(puzzle.Token)
		clock.Advance(life)
		requireRefused(t, solve(t, s, puzzle.Token, right), 10007, "captcha_token: expired")
	}
}

func TestCaptchaRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, path, body string
		code             int
		names            string
	}{
		{name: "width", path: "/1/requestCaptcha", body: `{"width":59}`, code: 301, names: "width"},
		{name: "width of another type", path: "/1/requestCaptcha", body: `{"width":"85"}`, code: 111, names: "width"},
		{name: "width null", path: "/1/requestCaptcha", body: `{"width":null}`, code: 111, names: "width"},
		{name: "height", path: "/1/requestCaptcha", body: `{"height":101}`, code: 301, names: "height"},
		{name: "size", path: "/1/requestCaptcha", body: `{"size":7}`, code: 301, names: "size"},
		{name: "ttl", path: "/1/requestCaptcha", body: `{"ttl":181}`, code: 301, names: "ttl"},
		{name: "token missing", path: "/1/verifyCaptcha", body: `{"captcha_code":"1"}`, code: 118, names: "captcha_token"},
		{name: "answer missing", path: "/1/verifyCaptcha", body: `{"captcha_token":"x"}`, code: 118, names: "captcha_code"},
		{name: "token unknown", path: "/1/verifyCaptcha", body: `{"captcha_code":"1","captcha_token":"x"}`, code: 10007, names: "captcha_token"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(bmobsim.Config{})
			requireRefused(t, post(t, s, tt.path, tt.body), tt.code, tt.names)
		})
	}
	s, _ := newServer(bmobsim.Config{})
	for _, path := range []string{"/1/requestCaptcha", "/1/verifyCaptcha"} {
		require.Equal(t, http.StatusUnauthorized, call(t, s, http.MethodPost, path, `{}`, http.Header{}).status)
	}
}
