package mob_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/provider"
)

const (
	appKey  = "0123456789abcdef"
	sendmsg = "POST https://webapi.sms.mob.com/sms/sendmsg"
	custom  = "POST https://webapi.sms.mob.com/custom/msg"
	// id is what zeros are in base 32.
	id = "AAAAAAAAAAAAAAAAAAAAAAAA"
)

var at = time.Unix(1700000000, 0)

// zeros is a source of randomness that tests can foresee.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// newConfig is the application of testdata/README.md.
func newConfig(client *http.Client) mob.Config {
	return mob.Config{
		AppKey: appKey,
		Templates: provider.Templates{
			"login":   {},
			"lenient": {Ignore: []string{"code"}},
			"order":   {ID: "1001", Params: []string{"code", "minutes"}, Ignore: []string{"city"}},
			"notice":  {ID: "1002"},
		},
		Rand:       zeros{},
		HTTPClient: client,
		Now:        func() time.Time { return at },
	}
}

func newProvider(t *testing.T, cfg mob.Config) *mob.Provider {
	t.Helper()
	p, err := mob.New(cfg)
	require.NoError(t, err)
	return p
}

func newMessage(template string, params provider.Params) provider.Message {
	return provider.Message{To: provider.MustParsePhone("13800138000"), Template: template, Params: params}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	abroad := newMessage("login", nil)
	abroad.To = provider.MustParsePhone("+1 202 555 0123")
	tests := []struct {
		name    string
		message provider.Message
		code    provider.CodeOrigin
		golden  string
	}{
		{name: "Mob's own text", message: newMessage("login", nil), code: provider.CodeByProvider, golden: "request-sendmsg.http"},
		{name: "abroad", message: abroad, code: provider.CodeByProvider, golden: "request-sendmsg-abroad.http"},
		{
			name: "Mob's own text in the place of the caller's code", code: provider.CodeByProvider, golden: "request-sendmsg.http",
			message: newMessage("lenient", provider.Params{"code": "042137"}),
		},
		{
			name: "custom text, special characters, a parameter to ignore", code: provider.CodeByCaller, golden: "request-custom.http",
			message: newMessage("order", provider.Params{"code": "000123", "minutes": "五 & 1+1=2%", "city": "x"}),
		},
		{name: "custom text without variables", message: newMessage("notice", nil), code: provider.CodeByCaller, golden: "request-custom-plain.http"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-done.json")}
			receipt, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), tt.message)
			require.NoError(t, err)
			require.Equal(t, provider.Receipt{Provider: "mob", ID: id, To: tt.message.To, Code: tt.code, At: at}, receipt)
			wiretest.Golden(t, tt.golden, stub.Only(t))
		})
	}
}

// TestReply covers what the service is known, or likely, to vary in its replies.
func TestReply(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply string
		want        error
		code, text  string
		mayHaveSent bool
	}{
		{name: "status as a string", reply: `{"status":"200"}`},
		{name: "unknown members", reply: `{"status":200,"extra":[1,{}]}`},
		{name: "byte order mark and space", reply: "\xef\xbb\xbf \n{\"status\":200}\n"},
		{name: "failure as a string", reply: `{"status":"470"}`, want: provider.KindBalance, code: "470"},
		{name: "refused as recorded", reply: wiretest.Read(t, "reply-address.json"), want: provider.KindConfig, code: "471", text: "Request ip is error."},
		{name: "words as a number", reply: `{"status":470,"error":5}`, want: provider.KindBalance, code: "470", text: "5"},
		{
			name: "words that repeat number, key and a code inside the key", want: provider.KindConfig, code: "471", text: "no *** +86*** *** ***",
			reply: `{"status":471,"error":"no 13800138000 +8613800138000 456789 ` + appKey + `"}`,
		},
		{name: "the number for a status", reply: `{"status":13800138000}`, want: provider.KindUnknown, code: "***", mayHaveSent: true},
		{name: "status without quotes around its name", reply: `{status:200}`, want: provider.KindUnavailable, mayHaveSent: true},
		{name: "a status of custom/msg", reply: `{"status":213}`, want: provider.KindUnknown, code: "213", mayHaveSent: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{At: sendmsg, Reply: tt.reply}
			receipt, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), newMessage("lenient", provider.Params{"code": "456789"}))
			if tt.want == nil {
				require.NoError(t, err)
				require.Equal(t, id, receipt.ID)
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
	order := func(code, minutes string) provider.Message {
		return newMessage("order", provider.Params{"code": code, "minutes": minutes})
	}
	tests := []struct {
		name    string
		message provider.Message
		want    error
		names   string
	}{
		{
			name: "a code that Mob cannot send", message: newMessage("login", provider.Params{"code": "042137"}),
			want: provider.KindTemplate, names: `Params["code"]: Mob makes its own code`,
		},
		{
			name: "a parameter that Mob's own text does not take", message: newMessage("lenient", provider.Params{"code": "1", "city": "x"}),
			want: provider.KindTemplate, names: `surplus parameter "city"`,
		},
		{name: "empty value", message: order("042137", ""), want: provider.KindTemplate, names: `Params["minutes"]: must not be empty`},
		{name: "value of 11 characters", message: order("042137", strings.Repeat("五", 11)), want: provider.KindTemplate, names: `Params["minutes"]: longer`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{}
			_, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), tt.message)
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, tt.names)
			require.ErrorContains(t, err, "mob: send: ")
			require.NotContains(t, err.Error(), "042137")
			require.False(t, provider.MayHaveSent(err))
			require.Empty(t, stub.Requests(), "a bad message fails before any request")
		})
	}
}

func TestValueOfTenCharacters(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{At: custom, Reply: `{"status":200}`}
	minutes := strings.Repeat("五", 10)
	_, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), newMessage("order", provider.Params{"code": "1", "minutes": minutes}))
	require.NoError(t, err)
}

func TestNoRandomness(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{}
	cfg := newConfig(stub.Client())
	cfg.Rand = strings.NewReader("short")
	_, err := newProvider(t, cfg).Send(t.Context(), newMessage("login", nil))
	require.ErrorIs(t, err, provider.KindConfig)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorContains(t, err, "Rand: ")
	require.Empty(t, stub.Requests())
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	_, err := mob.New(mob.Config{
		Templates: provider.Templates{
			"":  {},
			"a": {Text: "{code}", Params: []string{"code"}},
			"b": {ID: "1", Sign: "榛子", Params: []string{"zone", "x y"}},
		},
		BaseURL: "webapi.sms.mob.com", Timeout: -1,
	})
	for _, field := range []string{
		"AppKey: ", `Templates[""]: `, `Templates["a"].Text: `, `Templates["a"].Params: `,
		`Templates["b"].Sign: `, `Templates["b"].Params: "zone"`, `Templates["b"]: Params: bad name`, "BaseURL: ", "Timeout: ",
	} {
		require.ErrorContains(t, err, field)
	}
	_, err = mob.New(mob.Config{AppKey: appKey})
	require.EqualError(t, err, "mob: config: Templates: must not be empty")
	_, err = mob.NewSDKVerifier(mob.Config{BaseURL: "x"})
	require.ErrorContains(t, err, "AppKey: ")
	require.ErrorContains(t, err, "BaseURL: ")
	require.NotContains(t, err.Error(), "Templates")
}

// TestVerifierPrintsNoKey: the suite looks at providers only.
func TestVerifierPrintsNoKey(t *testing.T) {
	t.Parallel()
	v, err := mob.NewSDKVerifier(newConfig(nil))
	require.NoError(t, err)
	require.Equal(t, "mob.SDKVerifier(mob)", fmt.Sprintf("%+v", v))
	hidden := struct{ v *mob.SDKVerifier }{v}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		require.NotContains(t, fmt.Sprintf(verb, v), appKey)
		require.NotContains(t, fmt.Sprintf(verb, hidden), appKey)
		require.NotContains(t, fmt.Sprintf(verb, &hidden), appKey)
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
