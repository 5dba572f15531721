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

func TestIssueCaptchaFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply string
		status      int
		want        error
	}{
		{name: "refused", status: http.StatusBadRequest, reply: `{"code":10076,"error":"Qps beyond the limit"}`, want: provider.KindThrottled},
		{name: "no token", reply: `{"captcha_url":"https://x"}`, want: provider.KindUnavailable},
		{name: "no address", reply: `{"captcha_token":"x"}`, want: provider.KindUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Status: tt.status, Reply: tt.reply}
			captcha, err := newProvider(t, newConfig(stub.Client())).IssueCaptcha(t.Context())
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, "bmob: captcha: ")
			require.Zero(t, captcha)
		})
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

func TestSolveCaptchaFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, token, answer, reply string
		status                     int
		want                       error
	}{
		{name: "wrong, unlisted code", status: http.StatusBadRequest, reply: `{"code":10099,"error":"R23423dsfd 1110"}`, want: provider.KindCodeMismatch},
		{name: "wrong, generic code", status: http.StatusBadRequest, reply: `{"code":10007,"error":"x"}`, want: provider.KindCodeMismatch},
		{name: "wrong, validation", status: http.StatusBadRequest, reply: `{"code":301,"error":"x"}`, want: provider.KindCodeMismatch},
		{name: "wrong, code error", status: http.StatusBadRequest, reply: `{"code":207,"error":"x"}`, want: provider.KindCodeMismatch},
		{name: "unauthorized", status: http.StatusUnauthorized, reply: `{"error":"unauthorized"}`, want: provider.KindAuth},
		{name: "busy", status: http.StatusInternalServerError, reply: `{"error":"x"}`, want: provider.KindUnavailable},
		{name: "no token back", reply: `{}`, want: provider.KindUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Status: tt.status, Reply: tt.reply}
			_, err := newProvider(t, newConfig(stub.Client())).SolveCaptcha(t.Context(), "R23423dsfd", "1110")
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, "bmob: captcha: ")
			require.NotContains(t, err.Error(), "R23423dsfd")
			require.NotContains(t, err.Error(), "1110")
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
