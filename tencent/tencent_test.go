package tencent_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/tencent"
)

const (
	secretID  = "AKIDEXAMPLEEXAMPLEEXAMPLE"
	secretKey = "FAKEsecretKEYFAKEsecretKEY"
	appID     = "1400006666"
)

// newConfig is the account of testdata/README.md.
func newConfig(client *http.Client) tencent.Config {
	return tencent.Config{
		SecretID: secretID, SecretKey: secretKey, AppID: appID, Sign: "示例签名",
		Templates: provider.Templates{
			"login":    {ID: "1110", Params: []string{"code", "minutes"}},
			"code":     {ID: "1111", Params: []string{"code"}},
			"notice":   {ID: "1112"},
			"own-sign": {ID: "1113", Params: []string{"code"}, Sign: "另一签名"},
		},
		HTTPClient: client,
	}
}

func newProvider(t testing.TB, cfg tencent.Config) *tencent.Provider {
	t.Helper()
	p, err := tencent.New(cfg)
	require.NoError(t, err)
	return p
}

func newMessage(template string) provider.Message {
	m := provider.Message{To: provider.MustParsePhone("13800138000"), Template: template}
	switch template {
	case "login":
		m.Params = provider.Params{provider.ParamCode: "123456", "minutes": "5"}
	case "code", "own-sign":
		m.Params = provider.Params{provider.ParamCode: "123456"}
	}
	return m
}

// accepted is the reply that takes a text to a number.
func accepted(number string) string {
	return `{"Response":{"SendStatusSet":[{"SerialNo":"2433:1","PhoneNumber":"` + number + `","Fee":1,"Code":"Ok"}],"RequestId":"R-1"}}`
}

// In a bubble the SDK's clock stands at the first second of the year 2000, so
// that its signatures can be compared.
func TestSendRequest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, golden string
		adjust       func(*tencent.Config, *provider.Message)
	}{
		{
			name: "mainland", golden: "request-send.http",
			adjust: func(_ *tencent.Config, m *provider.Message) { m.Ref = "order-17 第一" },
		},
		{
			name: "template's own signature, another region and address", golden: "request-send-own.http",
			adjust: func(cfg *tencent.Config, m *provider.Message) {
				*m = newMessage("own-sign")
				cfg.Region, cfg.BaseURL, cfg.ExtendCode = "ap-beijing", "http://127.0.0.1:18080/", "07"
				cfg.SenderID = "not sent on the mainland"
			},
		},
		{
			name: "abroad, temporary key, no parameters, no signature", golden: "request-send-abroad.http",
			adjust: func(cfg *tencent.Config, m *provider.Message) {
				*m = newMessage("notice")
				m.To = provider.MustParsePhone("+1 202 555 0123")
				cfg.Token, cfg.SenderID, cfg.Sign = "TEMPORARYTOKEN", "Qsms", ""
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stub := &wiretest.Stub{}
				cfg, m := newConfig(stub.Client()), newMessage("login")
				tt.adjust(&cfg, &m)
				stub.Reply = accepted(m.To.E164())
				_, err := newProvider(t, cfg).Send(t.Context(), m)
				require.NoError(t, err)
				wiretest.Golden(t, tt.golden, stub.Only(t))
			})
		})
	}
}

// TestSignature sends what worked examples sign, in the second of the examples,
// which a bubble reaches at once. They were computed with an implementation that
// shares no code with the SDK.
func TestSignature(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, baseURL, signature string }{
		{name: "the service's host", signature: "74fa9e41a6417039e305328b3d28b40c9875b837954c453b8ce997aa653c14d2"},
		{
			name: "a host with a port", baseURL: "http://127.0.0.1:18080",
			signature: "8f6970764bd97176c9084feece1f4b12488ef58ad7183a4e3177aaa8cfd589de",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				<-time.After(time.Until(time.Unix(1700000000, 0)))
				stub := &wiretest.Stub{Reply: accepted("+8613800138000")}
				cfg := newConfig(stub.Client())
				cfg.BaseURL = tt.baseURL
				_, err := newProvider(t, cfg).Send(t.Context(), newMessage("login"))
				require.NoError(t, err)
				require.Contains(t, stub.Only(t), "Credential="+secretID+"/2023-11-14/sms/tc3_request, SignedHeaders=content-type;host, Signature="+tt.signature)
			})
		})
	}
}

func TestReceipt(t *testing.T) {
	t.Parallel()
	at := time.Unix(1700000000, 5)
	cfg := newConfig((&wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}).Client())
	cfg.Now, cfg.Name = func() time.Time { return at }, "tencent-2"
	m := newMessage("login")
	receipt, err := newProvider(t, cfg).Send(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, provider.Receipt{
		Provider: "tencent-2", ID: "2433:000000000000000000000000001", To: m.To, At: at,
		Extra: map[string]string{"request_id": "25147cb8-9abd-4100-bdbb-bb61cd3c2828", "fee": "1"},
	}, receipt)
}

func TestBadMessage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		adjust func(*tencent.Config, *provider.Message)
		want   error
		names  string
	}{
		{
			name: "no signature on the mainland", want: provider.KindSignature, names: "Sign",
			adjust: func(cfg *tencent.Config, _ *provider.Message) { cfg.Sign = "" },
		},
		{
			name: "code of seven digits", want: provider.KindTemplate, names: `Params["code"]: a template for verification codes takes up to 6 digits`,
			adjust: func(_ *tencent.Config, m *provider.Message) { m.Params["code"] = "1234567" },
		},
		{
			name: "code with a letter", want: provider.KindTemplate, names: `Params["code"]: `,
			adjust: func(_ *tencent.Config, m *provider.Message) { m.Params["code"] = "12a4" },
		},
		{
			name: "code in full-width digits", want: provider.KindTemplate, names: `Params["code"]: `,
			adjust: func(_ *tencent.Config, m *provider.Message) { m.Params["code"] = "１２" },
		},
		{
			name: "code too long, in a template beside a notice", want: provider.KindTemplate, names: `Params["code"]: `,
			adjust: func(cfg *tencent.Config, m *provider.Message) {
				cfg.Notices, m.Params["code"] = []string{"code"}, "1234567"
			},
		},
		{
			name: "a URL", want: provider.KindContent, names: `Params["minutes"]: has a URL`,
			adjust: func(_ *tencent.Config, m *provider.Message) { m.Params["minutes"] = "https://a.example" },
		},
		{
			name: "reference too long", want: provider.KindUnsupported, names: "Ref: has 512 bytes",
			adjust: func(_ *tencent.Config, m *provider.Message) { m.Ref = strings.Repeat("x", 512) },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{}
			cfg, m := newConfig(stub.Client()), newMessage("login")
			tt.adjust(&cfg, &m)
			_, err := newProvider(t, cfg).Send(t.Context(), m)
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, tt.names)
			require.ErrorContains(t, err, "tencent: send: ")
			require.Empty(t, stub.Requests(), "a bad message fails before any request")
			if code := m.Params[provider.ParamCode]; code != "" {
				require.NotContains(t, err.Error(), code)
			}
		})
	}
}

// TestLimits has what a template for verification codes just takes, what a template of
// another type may, and the longest reference.
func TestLimits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, template, code string }{
		{name: "one digit", template: "login", code: "0"},
		{name: "six digits", template: "login", code: "042137"},
		{name: "letters in a notice", template: "own-sign", code: "A-13-2207"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: accepted("+8613800138000")}
			cfg, m := newConfig(stub.Client()), newMessage(tt.template)
			cfg.Notices, m.Params["code"], m.Ref = []string{"own-sign"}, tt.code, strings.Repeat("x", 511)
			p := newProvider(t, cfg)
			clear(cfg.Notices)
			_, err := p.Send(t.Context(), m)
			require.NoError(t, err)
			require.Contains(t, stub.Only(t), `"`+tt.code+`"`)
		})
	}
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		cfg   tencent.Config
		names []string
	}{
		{name: "empty", names: []string{"SecretID: ", "SecretKey: ", "AppID: ", "Templates: "}},
		{
			name: "everything else", names: []string{
				"Sign: must not have brackets", `Templates["a"]: `, `Templates["b"].ID: want a number`, `Templates["c"].ID: want a number`,
				`Templates["c"].Sign: must not have brackets`, "BaseURL: must not have a path", "Timeout: ",
			},
			cfg: tencent.Config{
				Sign: "【腾讯云】", BaseURL: "https://sms.tencentcloudapi.com/v1", Timeout: -1,
				Templates: provider.Templates{
					"a": {}, "b": {Text: "{code}"}, "c": {ID: "SMS_1", Sign: "腾讯云】"}, "good": {ID: "1", Sign: "腾讯云"},
				},
			},
		},
		{
			name: "line ends that came along from a file", names: []string{"SecretID: has", "SecretKey: has", "Token: has", "AppID: has", "Region: has"},
			cfg: tencent.Config{SecretID: "AKID\n", SecretKey: "key\r\n", Token: "token\n", AppID: "1400006666 ", Region: "ap-广州"},
		},
		{name: "notices", names: []string{`Notices[1]: there is no template "b"`}, cfg: tencent.Config{
			Notices: []string{"good", "b"}, Templates: provider.Templates{"good": {ID: "1"}},
		}},
		{name: "plain HTTP", names: []string{"BaseURL: want https://"}, cfg: tencent.Config{BaseURL: "http://sms.example.com"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tencent.New(tt.cfg)
			for _, name := range tt.names {
				require.ErrorContains(t, err, name)
			}
			require.NotContains(t, err.Error(), `Templates["good"]`)
			require.Equal(t, err, tt.cfg.Validate())
		})
	}
}
