package bmobsim_test

import (
	"crypto/md5"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/internal/wiretest"
)

func TestM2Constructor(t *testing.T) {
	t.Parallel()
	ok := func(change func(cfg *bmobsim.Config)) bmobsim.Config {
		cfg := bmobsim.Config{AppID: appID, RESTKey: restKey, SecretKey: secretKey, SafeCode: safeCode}
		change(&cfg)
		return cfg
	}
	for problem, cfgs := range map[string][]bmobsim.Config{
		"Config: want AppID": {{}, {AppName: "示例"}},
		"Config.RESTKey:":    {{AppID: appID}, ok(func(cfg *bmobsim.Config) { cfg.RESTKey = "" }), ok(func(cfg *bmobsim.Config) { cfg.RESTKey = " key" })},
		"Config.AppID:":      {{RESTKey: restKey}, ok(func(cfg *bmobsim.Config) { cfg.AppID = "" }), ok(func(cfg *bmobsim.Config) { cfg.AppID = "id\n" })},
		"Config.SafeCode:":   {{SecretKey: secretKey}, ok(func(cfg *bmobsim.Config) { cfg.SafeCode = "" })},
		"Config.SecretKey:":  {{SafeCode: safeCode}, ok(func(cfg *bmobsim.Config) { cfg.SecretKey = "" }), ok(func(cfg *bmobsim.Config) { cfg.SecretKey = "a\x00" })},
		"Config.CodeLife:":   {ok(func(cfg *bmobsim.Config) { cfg.CodeLife = -time.Second })},
		"Config.CaptchaFor:": {ok(func(cfg *bmobsim.Config) {
			cfg.CaptchaFor, cfg.Templates = []string{"登录"}, map[string]string{"注册": "%smscode%"}
		})},
	} {
		for _, cfg := range cfgs {
			func() {
				defer func() { require.Contains(t, recover(), "bmobsim: "+problem) }()
				bmobsim.New(cfg)
			}()
		}
	}
	require.NotPanics(t, func() {
		bmobsim.New(bmobsim.Config{AppID: appID, RESTKey: restKey, CaptchaFor: []string{"", "登录"}})
		bmobsim.New(bmobsim.Config{SecretKey: secretKey, SafeCode: safeCode})
		bmobsim.New(ok(func(cfg *bmobsim.Config) {
			cfg.CaptchaFor, cfg.Templates = []string{"", "登录"}, map[string]string{"登录": "%smscode%"}
		}))
	})
}

// TestM4NotSimulated: calls of the service that the simulator has not.
func TestM4NotSimulated(t *testing.T) {
	t.Parallel()
	s, _ := newServer(bmobsim.Config{})
	for _, tt := range []struct{ method, path, name string }{
		{http.MethodGet, "/1/timestamp", "timestamp"},
		{http.MethodGet, "/1/timestamp/", "timestamp"},
		{http.MethodPost, "/1/requestEmailCode", "requestEmailCode"},
		{http.MethodPost, "/1/requestEmailVerify", "requestEmailVerify"},
		{http.MethodPut, "/1/resetPasswordBySmsCode/123456", "resetPasswordBySmsCode"},
		{http.MethodPost, "/1/users", "users"},
		{http.MethodGet, "/1/users/abc", "users"},
		{http.MethodPost, "/1/login", "login"},
		{http.MethodGet, "/bmob/1/login", "login"},
	} {
		for _, header := range []http.Header{plainHeader(), {}} {
			a := call(t, s, tt.method, tt.path, toPhone, header)
			require.Equal(t, http.StatusBadRequest, a.status)
			require.Equal(t, `{"code":10007,"error":"not simulated: `+tt.name+`"}`, a.body)
			require.Equal(t, "path: not simulated: "+tt.name, a.verdict)
		}
	}
	for _, path := range []string{"/1/usersettings", "/1/nothing", "/1/requestSmsCodes"} {
		a := call(t, s, http.MethodPost, path, toPhone, plainHeader())
		require.Equal(t, http.StatusNotFound, a.status, "unknown, as before")
		require.NotContains(t, a.verdict, "not simulated")
	}
	require.Equal(t, http.StatusNotFound, call(t, s, http.MethodPut, requestCode, toPhone, plainHeader()).status)
}

// TestM5WrongSign: the verdict names a known mistake, and otherwise what was tried.
func TestM5WrongSign(t *testing.T) {
	t.Parallel()
	const nonce, spaced = "abcdefghijklmnop", `{ "mobilePhoneNumber": "` + phone + `" }`
	for name, tt := range map[string]struct{ plain, body, says string }{
		"no body":          {requestCode + inSeconds + safeCode + nonce + "10", "", "made without the body"},
		"body before":      {requestCode + inSeconds + safeCode + nonce + toPhone + "10", spaced, "made of the body without spaces"},
		"path without /1":  {"/requestSmsCode" + inSeconds + safeCode + nonce + toPhone + "10", "", "made of the path without its /1"},
		"path without /":   {"1/requestSmsCode" + inSeconds + safeCode + nonce + toPhone + "10", "", "made of the path without its first /"},
		"no safety code":   {requestCode + inSeconds + nonce + toPhone + "10", "", "made without the safety code"},
		"no nonce":         {requestCode + inSeconds + safeCode + toPhone + "10", "", "made without X-Bmob-Noncestr-Key"},
		"no time":          {requestCode + safeCode + nonce + toPhone + "10", "", "made without X-Bmob-Safe-Timestamp"},
		"milliseconds":     {requestCode + inSeconds + "000" + safeCode + nonce + toPhone + "10", "", "made with a time in milliseconds"},
		"another code":     {requestCode + inSeconds + "FakeSafeCode02" + nonce + toPhone + "10", "", "want the lower-case hexadecimal MD5 of path"},
		"another order":    {inSeconds + requestCode + safeCode + nonce + toPhone + "10", "", "want the lower-case hexadecimal MD5 of path"},
		"an older version": {requestCode + inSeconds + safeCode + nonce + toPhone, "", "the form of an older version, without body or X-Bmob-SDK-Version"},
	} {
		for _, write := range []string{"%x", "%X"} {
			s, _ := newServer(bmobsim.Config{})
			body := toPhone
			if tt.body != "" {
				body = tt.body
			}
			a := call(t, s, http.MethodPost, requestCode, body, signedHeader(inSeconds, fmt.Sprintf(write, md5.Sum([]byte(tt.plain)))))
			require.Equal(t, http.StatusUnauthorized, a.status)
			require.True(t, strings.HasPrefix(a.verdict, "X-Bmob-Safe-Sign: "+tt.says), "%s: %s", name, a.verdict)
			require.Equal(t, strings.HasPrefix(tt.says, "want"), strings.Contains(a.verdict, "; tested: the form of an older version"), a.verdict)
			require.NotContains(t, a.verdict, safeCode)
		}
	}
	s, _ := newServer(bmobsim.Config{})
	a := call(t, s, http.MethodPost, requestCode, toPhone, signedHeader(inSeconds, strings.ToUpper(inSecondsSign)))
	require.Contains(t, a.verdict, "right but for the case")
}

// TestM6Query: the colon and the slash of the vendor's documents.
func TestM6Query(t *testing.T) {
	t.Parallel()
	s, _ := newServer(bmobsim.Config{})
	post(t, s, requestCode, toPhone)
	for _, path := range []string{
		"/1/querySms/1232222", "/1/querySms/1232222/", "/1/querySms/:1232222", "/1/querySms/:1232222/", "/1/querySms/%3A1232222", "/bmob/1/querySms/:1232222",
	} {
		a := call(t, s, http.MethodGet, path, "", plainHeader())
		require.Equal(t, answer{http.StatusOK, `{"sms_state":"SENDING","verify_state":false}`, ""}, a, path)
	}
	for _, id := range []string{"", ":", "/", "::1232222", "1232222:", "1232222/1", "1232223"} {
		requireRefused(t, call(t, s, http.MethodGet, querySMS+id, "", plainHeader()), 10018, "smsId: unknown")
	}
	a := call(t, s, http.MethodGet, "/1/querySms/:1232222", "", signedFor(t, "/1/querySms/:1232222"))
	require.Equal(t, http.StatusOK, a.status, a.verdict)
	a = post(t, s, verifyCode+"/"+wiretest.LastCode(s)+"/", toPhone)
	require.Equal(t, http.StatusOK, a.status, a.verdict)

	a = post(t, s, requestCaptcha, `{}`)
	require.Regexp(t, `"captcha_url":"http://[^"\\]+/1/captchaImage\?secretKey=[0-9a-f]{16}&token=`, a.body)
}

// signedFor is the header of a signed GET.
func signedFor(t *testing.T, path string) http.Header {
	t.Helper()
	h := signedHeader(inSeconds, fmt.Sprintf("%x", md5.Sum([]byte(path+inSeconds+safeCode+"abcdefghijklmnop"+"10"))))
	h.Del("Content-Type")
	return h
}
