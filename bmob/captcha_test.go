package bmob_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

func TestIssueCaptcha(t *testing.T) {
	t.Parallel()
	look := func(cfg *bmob.Config) {
		cfg.Captcha = bmob.CaptchaConfig{Width: 85, Height: 30, Size: 4, Life: 180 * time.Second}
	}
	for golden, adjust := range map[string]func(*bmob.Config){"request-captcha-default.http": nil, "request-captcha.http": look} {
		stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-captcha.json")}
		captcha, err := newProvider(t, newConfig(stub.Client()), adjust).IssueCaptcha(t.Context())
		require.NoError(t, err)
		require.Equal(t, provider.Captcha{
			Token:    "dtP6cLb3axn0Ho13EvZP",
			ImageURL: "https://api2.bmob.cn/1/captchaImage?secretKey=ad1ef6c1eac9b6e7&token=dtP6cLb3axn0Ho13EvZP",
		}, captcha)
		wiretest.Golden(t, golden, stub.Only(t))
	}
}

func TestSolveCaptcha(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-captcha-verified.json")}
	token, err := newProvider(t, newConfig(stub.Client())).SolveCaptcha(t.Context(), "R23423dsfd", "1110")
	require.NoError(t, err)
	require.Equal(t, "3fdgfs223", token)
	wiretest.Golden(t, "request-captcha-verify.http", stub.Only(t))
}

func TestCaptchaFails(t *testing.T) {
	t.Parallel()
	issue := func(t *testing.T, p *bmob.Provider) error {
		t.Helper()
		captcha, err := p.IssueCaptcha(t.Context())
		require.Zero(t, captcha)
		return err
	}
	solve := func(t *testing.T, p *bmob.Provider) error {
		t.Helper()
		token, err := p.SolveCaptcha(t.Context(), "R23423dsfd", "1110")
		require.Empty(t, token)
		return err
	}
	tests := []struct {
		name   string
		call   func(*testing.T, *bmob.Provider) error
		status int
		reply  string
		want   error
	}{
		{"throttled", issue, http.StatusBadRequest, `{"code":10076,"error":"Qps beyond the limit"}`, provider.KindThrottled},
		{"no token", issue, http.StatusOK, `{"captcha_url":"https://x"}`, provider.KindUnavailable},
		{"no address", issue, http.StatusOK, `{"captcha_token":"x"}`, provider.KindUnavailable},
		{"wrong, unlisted code", solve, http.StatusBadRequest, `{"code":10099,"error":"R23423dsfd 1110"}`, provider.KindCodeMismatch},
		{"wrong, generic code", solve, http.StatusBadRequest, `{"code":10007,"error":"x"}`, provider.KindCodeMismatch},
		{"wrong, validation", solve, http.StatusBadRequest, `{"code":301,"error":"x"}`, provider.KindCodeMismatch},
		{"wrong, code error", solve, http.StatusBadRequest, `{"code":207,"error":"x"}`, provider.KindCodeMismatch},
		{"unauthorized", solve, http.StatusUnauthorized, `{"error":"unauthorized"}`, provider.KindAuth},
		{"busy", solve, http.StatusInternalServerError, `{"error":"x"}`, provider.KindUnavailable},
		{"no token back", solve, http.StatusOK, `{}`, provider.KindUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Status: tt.status, Reply: tt.reply}
			err := tt.call(t, newProvider(t, newConfig(stub.Client())))
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, "bmob: captcha: ")
			require.NotContains(t, err.Error(), "R23423dsfd")
			require.NotContains(t, err.Error(), "1110")
			require.False(t, provider.MayHaveSent(err))
		})
	}
}

func TestSolveCaptchaBadInput(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{}
	p := newProvider(t, newConfig(stub.Client()))
	_, err := p.SolveCaptcha(t.Context(), "", "1110")
	require.ErrorIs(t, err, provider.KindConfig)
	require.ErrorContains(t, err, "token: ")
	_, err = p.SolveCaptcha(t.Context(), "x", "")
	require.ErrorIs(t, err, provider.KindCodeMismatch)
	require.ErrorContains(t, err, "answer: ")
	require.Empty(t, stub.Requests())
}
