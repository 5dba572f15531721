package bmob_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

// issue has a puzzle made, and solve answers one.
func issue(changes ...func(*bmob.Config)) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return newProvider(t, client, changes...).IssueCaptcha(t.Context())
	}
}

func solve(token, answer string) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return newProvider(t, client).SolveCaptcha(t.Context(), token, answer)
	}
}

func TestCaptcha(t *testing.T) {
	t.Parallel()
	look := func(cfg *bmob.Config) {
		cfg.Captcha = bmob.CaptchaConfig{Width: 85, Height: 30, Size: 4, Life: 180 * time.Second}
	}
	puzzle := provider.Captcha{
		Token:    "dtP6cLb3axn0Ho13EvZP",
		ImageURL: "https://api2.bmob.cn/1/captchaImage?secretKey=ad1ef6c1eac9b6e7&token=dtP6cLb3axn0Ho13EvZP",
	}
	wiretest.Requests(t, []wiretest.Request{
		{Name: "issue", Call: issue(), Reply: wiretest.Read(t, "reply-captcha.json"), Want: puzzle, Golden: "request-captcha-default.http"},
		{Name: "issue as configured", Call: issue(look), Reply: wiretest.Read(t, "reply-captcha.json"), Want: puzzle, Golden: "request-captcha.http"},
		{
			Name: "solve", Call: solve("R23423dsfd", "1110"), Reply: wiretest.Read(t, "reply-captcha-verified.json"), Want: "3fdgfs223",
			Golden: "request-captcha-verify.http",
		},
	})
}

func TestCaptchaFails(t *testing.T) {
	t.Parallel()
	wiretest.Table{Call: issue(), Begins: "bmob: captcha: "}.Replies(t, []wiretest.Reply{
		{Name: "throttled", Status: http.StatusBadRequest, Reply: `{"code":10076,"error":"Qps beyond the limit"}`, Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Code: "10076"},
		{Name: "no token", Reply: `{"captcha_url":"https://x"}`, Kind: provider.KindUnavailable},
		{Name: "no address", Reply: `{"captcha_token":"x"}`, Kind: provider.KindUnavailable},
	})
	solving := wiretest.Table{Call: solve("R23423dsfd", "1110"), Begins: "bmob: captcha: ", Secrets: []string{"R23423dsfd", "1110"}}
	solving.Replies(t, []wiretest.Reply{
		{Name: "wrong, unlisted code", Status: http.StatusBadRequest, Reply: `{"code":10099,"error":"R23423dsfd 1110"}`, Kind: provider.KindCodeMismatch, Code: "10099"},
		{Name: "wrong, generic code", Status: http.StatusBadRequest, Reply: `{"code":10007,"error":"x"}`, Kind: provider.KindCodeMismatch, Code: "10007"},
		{Name: "wrong, validation", Status: http.StatusBadRequest, Reply: `{"code":301,"error":"x"}`, Kind: provider.KindCodeMismatch, Code: "301"},
		{Name: "wrong, code error", Status: http.StatusBadRequest, Reply: `{"code":207,"error":"x"}`, Kind: provider.KindCodeMismatch, Code: "207"},
		{Name: "unauthorized", Status: http.StatusUnauthorized, Reply: `{"error":"unauthorized"}`, Kind: provider.KindAuth, Code: "401"},
		{Name: "busy", Status: http.StatusInternalServerError, Reply: `{"error":"x"}`, Kind: provider.KindUnavailable, Code: "500"},
		{Name: "no token back", Reply: `{}`, Kind: provider.KindUnavailable},
	})
	wiretest.Table{Begins: "bmob: captcha: "}.BadInput(t, []wiretest.Input{
		{Name: "no token", Call: solve("", "1110"), Kind: provider.KindConfig, Names: "token: "},
		{Name: "no answer", Call: solve("x", ""), Kind: provider.KindCodeMismatch, Names: "answer: "},
	})
}
