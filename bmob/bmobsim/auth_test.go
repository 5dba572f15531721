package bmobsim_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/sim"
)

const (
	secretKey = "FakeSecretKey016"
	safeCode  = "FakeSafeCode01"
)

// signedHeader is a worked example: path /1/requestSmsCode, the body toPhone, the
// time 1700000000, in the given unit and with its signature.
func signedHeader(timestamp, sign string) http.Header {
	h := http.Header{}
	h.Set("X-Bmob-SDK-Type", "wechatApp")
	h.Set("X-Bmob-SDK-Version", "10")
	h.Set("X-Bmob-Secret-Key", secretKey)
	h.Set("X-Bmob-Safe-Timestamp", timestamp)
	h.Set("X-Bmob-Noncestr-Key", "abcdefghijklmnop")
	h.Set("X-Bmob-Safe-Sign", sign)
	h.Set("Content-Type", "application/json; charset=utf-8")
	return h
}

const (
	inSeconds      = "1700000000"
	inSecondsSign  = "f3f64e087d954932d8cf2e943eb95623"
	inMillis       = "1700000000000"
	inMillisSign   = "945959d1d58126ccfceb9ae07c5f7f3e"
	templateBody   = `{"mobilePhoneNumber":"13800138000","template":"注册模板"}`
	templateSign   = "53533d63db3772a34ea3f557890aa9bb"
	verifySign     = "a56b7942717812d1c2ba1e9009211a25"
	querySign      = "432e083fb3f1762063a345605c1b44e8"
	signWithoutVer = "f9bdebdf25e90a6bdd6639fb23f3c11c"
	signWithoutAll = "d55458439de6f6f900c2f78b413acd8e"
)

func TestSignedRequests(t *testing.T) {
	t.Parallel()
	s, _ := newServer(bmobsim.Config{})
	for name, a := range map[string]answer{
		"seconds":        call(t, s, http.MethodPost, requestCode, toPhone, signedHeader(inSeconds, inSecondsSign)),
		"milliseconds":   call(t, s, http.MethodPost, requestCode, toPhone, signedHeader(inMillis, inMillisSign)),
		"template":       call(t, s, http.MethodPost, requestCode, templateBody, signedHeader(inSeconds, templateSign)),
		"behind a proxy": call(t, s, http.MethodPost, "/bmob"+requestCode, toPhone, signedHeader(inSeconds, inSecondsSign)),
	} {
		require.Equal(t, http.StatusOK, a.status, "%s: %s", name, a.verdict)
	}
	requireRefused(t, call(t, s, http.MethodPost, verifyCode+"/876845", toPhone, signedHeader(inSeconds, verifySign)), 207, "smsCode")
	a := call(t, s, http.MethodGet, "/1/querySms/1232222", "", signedHeader(inSeconds, querySign))
	require.Equal(t, http.StatusOK, a.status, "the smsId of the first text: %s", a.verdict)
}

// TestUnauthorized corrupts one header at a time, or one of the parts that are
// signed.
func TestUnauthorized(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(h http.Header)
		path   string
		body   string
		plain  bool
		names  string
	}{
		{name: "no credentials", plain: true, change: func(h http.Header) { clear(h) }, names: "X-Bmob-Application-Id"},
		{name: "application", plain: true, change: set("X-Bmob-Application-Id", "x"), names: "X-Bmob-Application-Id"},
		{name: "key missing", plain: true, change: set("X-Bmob-REST-API-Key", ""), names: "X-Bmob-REST-API-Key"},
		{name: "key", plain: true, change: set("X-Bmob-REST-API-Key", appID), names: "X-Bmob-REST-API-Key"},
		{name: "type missing", change: set("X-Bmob-SDK-Type", ""), names: "X-Bmob-SDK-Type"},
		{name: "version missing", change: set("X-Bmob-SDK-Version", ""), names: "X-Bmob-SDK-Version"},
		{name: "version", change: set("X-Bmob-SDK-Version", "11"), names: "X-Bmob-SDK-Version"},
		{name: "secret key", change: set("X-Bmob-Secret-Key", "FakeSecretKey017"), names: "X-Bmob-Secret-Key"},
		{name: "nonce too short", change: set("X-Bmob-Noncestr-Key", "abc"), names: "X-Bmob-Noncestr-Key"},
		{name: "nonce", change: set("X-Bmob-Noncestr-Key", "abcdefghijklmnoq"), names: "X-Bmob-Noncestr-Key"},
		{name: "time", change: set("X-Bmob-Safe-Timestamp", "1700000001"), names: "X-Bmob-Safe-Timestamp"},
		{name: "signature", change: set("X-Bmob-Safe-Sign", "f3f64e087d954932d8cf2e943eb95624"), names: "X-Bmob-Safe-Sign"},
		{name: "signature in upper case", change: set("X-Bmob-Safe-Sign", "F3F64E087D954932D8CF2E943EB95623"), names: "lower-case"},
		{name: "signature without version", change: set("X-Bmob-Safe-Sign", signWithoutVer), names: "the form of an older version"},
		{name: "signature without body and version", change: set("X-Bmob-Safe-Sign", signWithoutAll), names: "the form of an older version"},
		{name: "body", body: `{"mobilePhoneNumber":"13800138001"}`, names: "body"},
		{name: "path", path: requestText, names: "path"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(bmobsim.Config{})
			h, path, body := signedHeader(inSeconds, inSecondsSign), requestCode, toPhone
			if tt.plain {
				h = plainHeader()
			}
			if tt.change != nil {
				tt.change(h)
			}
			if tt.path != "" {
				path = tt.path
			}
			if tt.body != "" {
				body = tt.body
			}
			a := call(t, s, http.MethodPost, path, body, h)
			require.Equal(t, http.StatusUnauthorized, a.status)
			require.JSONEq(t, `{"error":"unauthorized"}`, a.body)
			require.Contains(t, a.verdict, tt.names)
			require.NotContains(t, a.verdict, safeCode, "the safety code never travels")
			require.Empty(t, s.Texts())
		})
	}
}

func set(name, value string) func(http.Header) {
	return func(h http.Header) { h.Set(name, value) }
}

func TestSignatureExpires(t *testing.T) {
	t.Parallel()
	for _, h := range []http.Header{signedHeader(inSeconds, inSecondsSign), signedHeader(inMillis, inMillisSign)} {
		s, clock := newServer(bmobsim.Config{})
		clock.Advance(10 * time.Second)
		require.Equal(t, http.StatusOK, call(t, s, http.MethodPost, requestCode, toPhone, h).status)
		clock.Advance(time.Second)
		a := call(t, s, http.MethodPost, requestCode, toPhone, h)
		require.Equal(t, http.StatusUnauthorized, a.status)
		require.Contains(t, a.verdict, "X-Bmob-Safe-Timestamp: 11s away")
	}
	s, _ := newServer(bmobsim.Config{})
	a := call(t, s, http.MethodPost, requestCode, toPhone, signedHeader("now", "a8214236526da5fbb92d62ee962d4945"))
	require.Equal(t, http.StatusUnauthorized, a.status)
	require.Contains(t, a.verdict, "X-Bmob-Safe-Timestamp: want Unix time")
}

// TestNoCredentialsConfigured: an application without a pair of credentials
// takes no request that has empty ones.
func TestNoCredentialsConfigured(t *testing.T) {
	t.Parallel()
	s := sim.New(sim.Config{}, bmobsim.New(bmobsim.Config{AppID: appID}))
	require.Equal(t, http.StatusUnauthorized, call(t, s, http.MethodPost, requestCode, toPhone, plainHeader()).status)
	require.Equal(t, http.StatusUnauthorized, call(t, s, http.MethodPost, requestCode, toPhone, signedHeader(inSeconds, inSecondsSign)).status)
}

func TestContentType(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[string]int{
		"application/json":                http.StatusOK,
		"application/json; charset=UTF-8": http.StatusOK,
		"":                                http.StatusBadRequest,
		"text/plain":                      http.StatusBadRequest,
		"application/json; charset=gbk":   http.StatusBadRequest,
	} {
		s, _ := newServer(bmobsim.Config{})
		h := plainHeader()
		h.Set("Content-Type", contentType)
		a := call(t, s, http.MethodPost, requestCode, toPhone, h)
		require.Equal(t, want, a.status, contentType)
		if want != http.StatusOK {
			requireRefused(t, a, 107, "Content-Type")
		}
	}
}
