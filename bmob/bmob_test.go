package bmob_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

const (
	appID     = "0123456789abcdef0123456789abcdef"
	restKey   = "fedcba9876543210fedcba9876543210"
	secretKey = "FakeSecretKey016"
	safeCode  = "FakeSafeCode01"

	requestSmsCode = "POST https://api2.bmob.cn/1/requestSmsCode"
	querySMS       = "GET https://api2.bmob.cn/1/querySms/1232222"
)

var at = time.Unix(1700000000, 0)

// newConfig is the application of testdata/README.md.
func newConfig(client *http.Client) bmob.Config {
	return bmob.Config{
		AppID: appID, RESTKey: restKey,
		Templates: provider.Templates{
			"login":    {},
			"register": {ID: "注册模板"},
			"lenient":  {ID: "注册模板", Ignore: []string{"code"}},
			"order":    {ID: `订单 "A"`, Params: []string{"minutes", "code"}, Ignore: []string{"city"}},
		},
		HTTPClient: client,
		Now:        func() time.Time { return at },
	}
}

// signed switches to signed requests with the nonce of testdata/README.md, which the
// first ten bytes make.
func signed(cfg *bmob.Config) {
	cfg.AppID, cfg.RESTKey, cfg.SecretKey, cfg.SafeCode = "", "", secretKey, safeCode
	cfg.Rand = bytes.NewReader([]byte{0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf, 0, 0, 0, 0, 0})
}

func newMessage(template string, params provider.Params) provider.Message {
	return provider.Message{To: provider.MustParsePhone("13800138000"), Template: template, Params: params}
}

// newProvider is the application of newConfig, changed.
func newProvider(t testing.TB, client *http.Client, changes ...func(*bmob.Config)) *bmob.Provider {
	t.Helper()
	return wiretest.Build(t, bmob.New, newConfig(client), changes...)
}

// send sends m with that application.
func send(m provider.Message, changes ...func(*bmob.Config)) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return newProvider(t, client, changes...).Send(t.Context(), m)
	}
}

// receipt is that of a text to the number of newMessage.
func receipt(id string, code provider.CodeOrigin) provider.Receipt {
	return provider.Receipt{Provider: "bmob", ID: id, To: provider.MustParsePhone("13800138000"), Code: code, At: at}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	sent := func(name, golden string, code provider.CodeOrigin, m provider.Message, changes ...func(*bmob.Config)) wiretest.Request {
		return wiretest.Request{
			Name: name, Call: send(m, changes...), Reply: wiretest.Read(t, "reply-accepted.json"), Want: receipt("1232222", code), Golden: golden,
		}
	}
	solved := newMessage("register", nil)
	solved.Captcha = "3fdgfs223"
	withCaptcha := newMessage("order", provider.Params{"code": "000123", "minutes": "五 & 1+1", "city": "x"})
	withCaptcha.Captcha = "3fdgfs223"
	inPlaceOfACode := newMessage("lenient", provider.Params{"code": "042137"})
	slash := func(cfg *bmob.Config) { cfg.BaseURL = "https://api2.bmob.cn/" }
	wiretest.Requests(t, []wiretest.Request{
		sent("default text", "request-code.http", provider.CodeByProvider, newMessage("login", nil)),
		sent("template", "request-code-template.http", provider.CodeByProvider, newMessage("register", nil)),
		sent("in the place of the caller's code", "request-code-template.http", provider.CodeByProvider, inPlaceOfACode),
		sent("captcha", "request-code-captcha.http", provider.CodeByProvider, solved),
		sent("signed", "request-code-signed.http", provider.CodeByProvider, newMessage("login", nil), signed),
		sent("signed, template", "request-code-template-signed.http", provider.CodeByProvider, newMessage("register", nil), signed),
		sent("the caller's parameters", "request-text.http", provider.CodeByCaller, withCaptcha),
		sent("base URL with a slash", "request-code.http", provider.CodeByProvider, newMessage("login", nil), slash),
	})
}

// TestSignedPathBeginsAtOne: what a proxy's address has before /1 is not signed,
// because the service does not see it.
func TestSignedPathBeginsAtOne(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"smsId":1}`}
	behindProxy := func(cfg *bmob.Config) { cfg.BaseURL = "https://proxy.example/bmob" }
	_, err := newProvider(t, stub.Client(), signed, behindProxy).Send(t.Context(), newMessage("login", nil))
	require.NoError(t, err)
	require.Contains(t, stub.Only(t), "POST /bmob/1/requestSmsCode HTTP/1.1")
	require.Contains(t, stub.Only(t), "X-Bmob-Safe-Sign: f3f64e087d954932d8cf2e943eb95623")
}

// TestReply covers what the service is known, or likely, to vary in its replies.
func TestReply(t *testing.T) {
	t.Parallel()
	m := newMessage("lenient", provider.Params{"code": "543210"})
	m.Captcha = "3fdgfs223"
	wiretest.Table{Call: send(m), At: requestSmsCode, Begins: "bmob: send: "}.Replies(t, []wiretest.Reply{
		{Name: "id as a string", Reply: `{"smsId":"77"}`, Want: receipt("77", provider.CodeByProvider)},
		{Name: "created", Status: http.StatusCreated, Reply: `{"smsId":77}`, Want: receipt("77", provider.CodeByProvider)},
		{Name: "unknown members, error null, code 0", Reply: `{"smsId":1,"extra":[1,{}],"error":null,"code":0}`, Want: receipt("1", provider.CodeByProvider)},
		{Name: "accepted without an id", Reply: `{"msg":"ok"}`, Want: receipt("", provider.CodeByProvider)},
		{Name: "accepted with id 0", Reply: `{"smsId":0}`, Want: receipt("", provider.CodeByProvider)},
		{
			Name: "refused", Status: http.StatusBadRequest, Reply: wiretest.Read(t, "reply-number.json"),
			Kind: provider.KindRecipient, Code: "301", Text: "手机号码必须是11位的数字",
		},
		{Name: "refused with 404", Status: http.StatusNotFound, Reply: `{"code":10010,"error":"x"}`, Kind: provider.KindThrottled, Scope: provider.ScopePhone, Code: "10010"},
		{Name: "refused with 200", Reply: `{"code":10016,"error":"restful短信已用完"}`, Kind: provider.KindBalance, Code: "10016"},
		{Name: "code as a string", Status: http.StatusBadRequest, Reply: `{"code":"10022","error":"x"}`, Kind: provider.KindTemplate, Code: "10022"},
		{Name: "code without a text", Status: http.StatusBadRequest, Reply: `{"code":10022}`, Kind: provider.KindTemplate, Code: "10022"},
		{Name: "code beside an id", Reply: `{"code":10010,"smsId":5}`, Kind: provider.KindThrottled, Scope: provider.ScopePhone, Code: "10010"},
		{Name: "error beside an id", Reply: `{"error":"","smsId":5}`, Kind: provider.KindUnknown, MayHaveSent: true},
		{Name: "error without a code, under 200", Reply: `{"error":"no"}`, Kind: provider.KindUnknown, Text: "no", MayHaveSent: true},
		{Name: "error without a code, under 403", Status: http.StatusForbidden, Reply: `{"error":"no"}`, Kind: provider.KindUnknown, Code: "403", MayHaveSent: true},
		{
			Name: "10016, the other meaning", Status: http.StatusBadRequest, Reply: `{"code":10016,"error":"deviceId is empty"}`,
			Kind: provider.KindConfig, Code: "10016",
		},
		{
			Name: "unauthorized", Status: http.StatusUnauthorized, Reply: wiretest.Read(t, "reply-unauthorized.json"),
			Kind: provider.KindAuth, Code: "401", Text: "unauthorized",
		},
		{Name: "unauthorized, with a code", Status: http.StatusUnauthorized, Reply: `{"code":10099,"error":"x"}`, Kind: provider.KindAuth, Code: "10099"},
		{
			Name: "busy", Status: http.StatusInternalServerError, Reply: wiretest.Read(t, "reply-busy.json"),
			Kind: provider.KindUnavailable, Code: "500", MayHaveSent: true,
		},
		{Name: "502 with an error", Status: http.StatusBadGateway, Reply: `{"error":"x"}`, Kind: provider.KindUnavailable, Code: "502", MayHaveSent: true},
		{Name: "500 with a code", Status: http.StatusInternalServerError, Reply: `{"code":10010,"error":"x"}`, Kind: provider.KindUnavailable, Code: "10010", MayHaveSent: true},
		{Name: "401 of somebody else", Status: http.StatusUnauthorized, Reply: `<html>`, Kind: provider.KindUnavailable, MayHaveSent: true},
		{Name: "the number for a code", Status: http.StatusBadRequest, Reply: `{"code":13800138000,"error":"x"}`, Kind: provider.KindUnknown, Code: "***", MayHaveSent: true},
		{
			Name:   "words that repeat number, captcha, credentials and a code inside a key",
			Status: http.StatusBadRequest, Kind: provider.KindThrottled, Scope: provider.ScopePhone, Code: "10010",
			Reply: `{"code":10010,"error":"mobile '13800138000' 543210 3fdgfs223 ` + appID + ` ` + restKey + ` send message limited."}`,
			Text:  "mobile '***' *** *** *** *** send message limited.",
		},
	})
}

func TestBadMessage(t *testing.T) {
	t.Parallel()
	foreign := newMessage("login", nil)
	foreign.To = provider.MustParsePhone("+1 202 555 0123")
	exhausted := func(cfg *bmob.Config) { cfg.Rand = strings.NewReader("short") }
	wiretest.Table{Begins: "bmob: send: ", Secrets: []string{"042137"}}.BadInput(t, []wiretest.Input{
		{Name: "a number abroad", Call: send(foreign), Kind: provider.KindUnsupported, Names: "To"},
		{
			Name: "a code that Bmob cannot send", Call: send(newMessage("register", provider.Params{"code": "042137"})),
			Kind: provider.KindTemplate, Names: `Params["code"]: Bmob makes its own code`,
		},
		{Name: "no randomness", Call: send(newMessage("login", nil), signed, exhausted), Kind: provider.KindConfig, Names: "config: Rand: "},
	})
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	templates := provider.Templates{"login": {}}
	tests := []struct {
		name  string
		cfg   bmob.Config
		names []string
	}{
		{
			name: "everything",
			cfg: bmob.Config{
				Templates: provider.Templates{
					"":  {},
					"a": {Text: "{code}", Params: []string{"code"}},
					"b": {ID: "1", Sign: "榛子", Params: []string{"x y"}},
				},
				Captcha: bmob.CaptchaConfig{Width: 59, Height: 101, Size: 2, Life: 181 * time.Second},
				BaseURL: "api2.bmob.cn", Timeout: -1,
			},
			names: []string{
				"AppID, RESTKey: ", `Templates[""]: `, `Templates["a"].Text: `, `Templates["a"].Params: `, `Templates["b"].Sign: `,
				`Templates["b"]: Params: `, "Captcha.Width: ", "Captcha.Height: ", "Captcha.Size: ", "Captcha.Life: ", "BaseURL: ", "Timeout: ",
			},
		},
		{name: "no templates", cfg: bmob.Config{AppID: appID, RESTKey: restKey}, names: []string{"bmob: config: Templates: must not be empty"}},
		{name: "half of plain authentication", cfg: bmob.Config{AppID: appID, Templates: templates}, names: []string{"RESTKey: must not be empty"}},
		{name: "other half of plain authentication", cfg: bmob.Config{RESTKey: restKey, Templates: templates}, names: []string{"AppID: must not be empty"}},
		{name: "half of signed authentication", cfg: bmob.Config{SafeCode: safeCode, Templates: templates}, names: []string{"SecretKey: must not be empty"}},
		{name: "other half of signed authentication", cfg: bmob.Config{SecretKey: secretKey, Templates: templates}, names: []string{"SafeCode: must not be empty"}},
		{
			name: "both", cfg: bmob.Config{AppID: appID, SecretKey: secretKey, SafeCode: safeCode, Templates: templates},
			names: []string{"AppID, RESTKey: not together with"},
		},
		{
			name: "copied with a line end", cfg: bmob.Config{AppID: appID + "\n", RESTKey: restKey + " ", Templates: templates},
			names: []string{"AppID: has a space", "RESTKey: has a space"},
		},
		{
			name:  "life of half a second more",
			cfg:   bmob.Config{AppID: appID, RESTKey: restKey, Templates: templates, Captcha: bmob.CaptchaConfig{Life: 60*time.Second + time.Millisecond}},
			names: []string{"Captcha.Life: "},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := bmob.New(tt.cfg)
			require.Error(t, err)
			wiretest.Named(t, err, tt.names...)
			wiretest.Hidden(t, err.Error(), restKey, secretKey, safeCode)
		})
	}
	wiretest.PlainHTTP(t, newConfig(nil), func(cfg *bmob.Config, baseURL string, plainHTTP bool) {
		cfg.BaseURL, cfg.PlainHTTP = baseURL, plainHTTP
	})
}
