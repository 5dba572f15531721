package bmob_test

import (
	"bytes"
	"io"
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

func newProvider(t *testing.T, cfg bmob.Config, adjust ...func(*bmob.Config)) *bmob.Provider {
	t.Helper()
	for _, change := range adjust {
		if change != nil {
			change(&cfg)
		}
	}
	p, err := bmob.New(cfg)
	require.NoError(t, err)
	return p
}

func newMessage(template string, params provider.Params) provider.Message {
	return provider.Message{To: provider.MustParsePhone("13800138000"), Template: template, Params: params}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	solved := newMessage("register", nil)
	solved.Captcha = "3fdgfs223"
	withCaptcha := newMessage("order", provider.Params{"code": "000123", "minutes": "五 & 1+1", "city": "x"})
	withCaptcha.Captcha = "3fdgfs223"
	tests := []struct {
		name    string
		adjust  func(*bmob.Config)
		message provider.Message
		code    provider.CodeOrigin
		golden  string
	}{
		{name: "default text", message: newMessage("login", nil), code: provider.CodeByProvider, golden: "request-code.http"},
		{name: "template", message: newMessage("register", nil), code: provider.CodeByProvider, golden: "request-code-template.http"},
		{
			name: "in the place of the caller's code", code: provider.CodeByProvider, golden: "request-code-template.http",
			message: newMessage("lenient", provider.Params{"code": "042137"}),
		},
		{name: "captcha", message: solved, code: provider.CodeByProvider, golden: "request-code-captcha.http"},
		{name: "signed", adjust: signed, message: newMessage("login", nil), code: provider.CodeByProvider, golden: "request-code-signed.http"},
		{
			name: "signed, template", adjust: signed, message: newMessage("register", nil),
			code: provider.CodeByProvider, golden: "request-code-template-signed.http",
		},
		{name: "the caller's parameters", message: withCaptcha, code: provider.CodeByCaller, golden: "request-text.http"},
		{
			name: "base URL with a slash", adjust: func(cfg *bmob.Config) { cfg.BaseURL = "https://api2.bmob.cn/" },
			message: newMessage("login", nil), code: provider.CodeByProvider, golden: "request-code.http",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}
			receipt, err := newProvider(t, newConfig(stub.Client()), tt.adjust).Send(t.Context(), tt.message)
			require.NoError(t, err)
			require.Equal(t, provider.Receipt{Provider: "bmob", ID: "1232222", To: tt.message.To, Code: tt.code, At: at}, receipt)
			wiretest.Golden(t, tt.golden, stub.Only(t))
		})
	}
}

// TestSignedPathBeginsAtOne: what a proxy's address has before /1 is not signed,
// because the service does not see it.
func TestSignedPathBeginsAtOne(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"smsId":1}`}
	behindProxy := func(cfg *bmob.Config) { cfg.BaseURL = "https://proxy.example/bmob" }
	_, err := newProvider(t, newConfig(stub.Client()), signed, behindProxy).Send(t.Context(), newMessage("login", nil))
	require.NoError(t, err)
	require.Contains(t, stub.Only(t), "POST /bmob/1/requestSmsCode HTTP/1.1")
	require.Contains(t, stub.Only(t), "X-Bmob-Safe-Sign: f3f64e087d954932d8cf2e943eb95623")
}

// TestReply covers what the service is known, or likely, to vary in its replies.
func TestReply(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply, id string
		status          int
		want            error
		code, text      string
		mayHaveSent     bool
	}{
		{name: "id as a string", reply: `{"smsId":"77"}`, id: "77"},
		{name: "created", status: http.StatusCreated, reply: `{"smsId":77}`, id: "77"},
		{name: "unknown members, error null, code 0", reply: `{"smsId":1,"extra":[1,{}],"error":null,"code":0}`, id: "1"},
		{name: "byte order mark and space", reply: "\xef\xbb\xbf \n{\"smsId\":1}\n", id: "1"},
		{name: "accepted without an id", reply: `{"msg":"ok"}`},
		{name: "accepted with id 0", reply: `{"smsId":0}`},
		{
			name: "refused", status: http.StatusBadRequest, reply: wiretest.Read(t, "reply-number.json"),
			want: provider.KindRecipient, code: "301", text: "手机号码必须是11位的数字",
		},
		{name: "refused with 404", status: http.StatusNotFound, reply: `{"code":10010,"error":"x"}`, want: provider.KindThrottled, code: "10010"},
		{name: "refused with 200", reply: `{"code":10016,"error":"restful短信已用完"}`, want: provider.KindBalance, code: "10016"},
		{name: "code as a string", status: http.StatusBadRequest, reply: `{"code":"10022","error":"x"}`, want: provider.KindTemplate, code: "10022"},
		{name: "code without a text", status: http.StatusBadRequest, reply: `{"code":10022}`, want: provider.KindTemplate, code: "10022"},
		{name: "code beside an id", reply: `{"code":10010,"smsId":5}`, want: provider.KindThrottled, code: "10010"},
		{name: "error beside an id", reply: `{"error":"","smsId":5}`, want: provider.KindUnknown, mayHaveSent: true},
		{name: "error without a code, under 200", reply: `{"error":"no"}`, want: provider.KindUnknown, text: "no", mayHaveSent: true},
		{name: "error without a code, under 403", status: http.StatusForbidden, reply: `{"error":"no"}`, want: provider.KindUnknown, code: "403", mayHaveSent: true},
		{
			name: "10016, the other meaning", status: http.StatusBadRequest, reply: `{"code":10016,"error":"deviceId is empty"}`,
			want: provider.KindConfig, code: "10016",
		},
		{
			name: "unauthorized", status: http.StatusUnauthorized, reply: wiretest.Read(t, "reply-unauthorized.json"),
			want: provider.KindAuth, code: "401", text: "unauthorized",
		},
		{name: "unauthorized, with a code", status: http.StatusUnauthorized, reply: `{"code":10099,"error":"x"}`, want: provider.KindAuth, code: "10099"},
		{
			name: "busy", status: http.StatusInternalServerError, reply: wiretest.Read(t, "reply-busy.json"),
			want: provider.KindUnavailable, code: "500", mayHaveSent: true,
		},
		{name: "502 with an error", status: http.StatusBadGateway, reply: `{"error":"x"}`, want: provider.KindUnavailable, code: "502", mayHaveSent: true},
		{name: "500 with a code", status: http.StatusInternalServerError, reply: `{"code":10010,"error":"x"}`, want: provider.KindUnavailable, code: "10010", mayHaveSent: true},
		{name: "401 of somebody else", status: http.StatusUnauthorized, reply: `<html>`, want: provider.KindUnavailable, mayHaveSent: true},
		{name: "the number for a code", status: http.StatusBadRequest, reply: `{"code":13800138000,"error":"x"}`, want: provider.KindUnknown, code: "***", mayHaveSent: true},
		{
			name:   "words that repeat number, captcha, credentials and a code inside a key",
			status: http.StatusBadRequest, want: provider.KindThrottled, code: "10010",
			reply: `{"code":10010,"error":"mobile '13800138000' 543210 3fdgfs223 ` + appID + ` ` + restKey + ` send message limited."}`,
			text:  "mobile '***' *** *** *** *** send message limited.",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{At: requestSmsCode, Status: tt.status, Reply: tt.reply}
			m := newMessage("lenient", provider.Params{"code": "543210"})
			m.Captcha = "3fdgfs223"
			receipt, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), m)
			if tt.want == nil {
				require.NoError(t, err)
				require.Equal(t, tt.id, receipt.ID)
				return
			}
			require.ErrorIs(t, err, tt.want)
			var failure *provider.Error
			require.ErrorAs(t, err, &failure)
			require.Equal(t, tt.code, failure.Code)
			require.Equal(t, tt.mayHaveSent, failure.MayHaveSent)
			if tt.text != "" {
				require.Equal(t, tt.text, failure.Text)
			}
			require.Zero(t, receipt)
		})
	}
}

func TestBadMessage(t *testing.T) {
	t.Parallel()
	foreign := newMessage("login", nil)
	foreign.To = provider.MustParsePhone("+1 202 555 0123")
	tests := []struct {
		name    string
		message provider.Message
		want    error
		names   string
	}{
		{name: "a number abroad", message: foreign, want: provider.KindUnsupported, names: "To"},
		{
			name: "a code that Bmob cannot send", message: newMessage("register", provider.Params{"code": "042137"}),
			want: provider.KindTemplate, names: `Params["code"]: Bmob makes its own code`,
		},
		{
			name: "a parameter that the call does not take", message: newMessage("lenient", provider.Params{"code": "1", "city": "x"}),
			want: provider.KindTemplate, names: `surplus parameter "city"`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{}
			_, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), tt.message)
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, tt.names)
			require.ErrorContains(t, err, "bmob: send: ")
			require.NotContains(t, err.Error(), "042137")
			require.Empty(t, stub.Requests(), "a bad message fails before any request")
		})
	}
}

func TestNoRandomness(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{}
	exhausted := func(cfg *bmob.Config) { cfg.Rand = strings.NewReader("short") }
	_, err := newProvider(t, newConfig(stub.Client()), signed, exhausted).Send(t.Context(), newMessage("login", nil))
	require.ErrorIs(t, err, provider.KindConfig)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorContains(t, err, "bmob: send: config: Rand: ")
	require.False(t, provider.MayHaveSent(err))
	require.Empty(t, stub.Requests())
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
			for _, name := range tt.names {
				require.ErrorContains(t, err, name)
			}
			for _, secret := range []string{restKey, secretKey, safeCode} {
				require.NotContains(t, err.Error(), secret)
			}
		})
	}
}

func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	cfg := newConfig(nil)
	cfg.BaseURL = "http://sms.example.com"
	require.ErrorContains(t, cfg.Validate(), "BaseURL: ")
	cfg.PlainHTTP = true
	require.NoError(t, cfg.Validate())
}
