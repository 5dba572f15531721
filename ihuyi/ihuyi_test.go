package ihuyi_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

const (
	account = "C00000000"
	apiKey  = "0123456789abcdef0123456789abcdef"
	text    = "您的验证码是：{code}。请不要把验证码泄露给其他人。"
)

var at = time.Unix(1700000000, 0)

// newConfig is the account of the worked examples in testdata/README.md.
func newConfig(client *http.Client) ihuyi.Config {
	return ihuyi.Config{
		Account: account, APIKey: apiKey,
		Templates: provider.Templates{
			"login":   {Text: text},
			"byID":    {ID: "1", Params: []string{"code"}},
			"twoVars": {ID: "2", Params: []string{"code", "minutes"}},
			"any":     {Text: "{code}"},
		},
		HTTPClient: client,
		Now:        func() time.Time { return at },
	}
}

func newProvider(t *testing.T, cfg ihuyi.Config) *ihuyi.Provider {
	t.Helper()
	p, err := ihuyi.New(cfg)
	require.NoError(t, err)
	return p
}

func newMessage(template, code string) provider.Message {
	return provider.Message{
		To: provider.MustParsePhone("13800000000"), Template: template,
		Params: provider.Params{provider.ParamCode: code},
	}
}

// international turns the configuration into that of an international account.
func international(cfg *ihuyi.Config) {
	cfg.Account, cfg.International = "I00000000", true
	cfg.Templates = provider.Templates{
		"intl": {ID: "7", Params: []string{"code"}, Text: "Your verification code is {code}"},
	}
}

func abroad() provider.Message {
	return provider.Message{
		To: provider.MustParsePhone("+1 202 555 0123"), Template: "intl", Params: provider.Params{"code": "1125"},
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	newer := func(cfg *ihuyi.Config) { cfg.API = ihuyi.APINewer }
	tests := []struct {
		name    string
		adjust  func(*ihuyi.Config)
		message provider.Message
		golden  string
	}{
		{name: "whole text", message: newMessage("login", "1234"), golden: "request-text.http"},
		{name: "template mode", message: newMessage("byID", "1234"), golden: "request-template.http"},
		{
			name: "template mode, two variables, special characters", golden: "request-template-two.http",
			message: provider.Message{
				To: provider.MustParsePhone("13800000000"), Template: "twoVars",
				Params: provider.Params{"code": "000123", "minutes": "五 & 1+1=2%"},
			},
			adjust: func(cfg *ihuyi.Config) { cfg.VariableLimit = 10 },
		},
		{name: "international", adjust: international, message: abroad(), golden: "request-international.http"},
		{name: "newer, whole text", adjust: newer, message: newMessage("login", "1234"), golden: "request-newer-text.http"},
		{name: "newer, template mode", adjust: newer, message: newMessage("byID", "1234"), golden: "request-newer-template.http"},
		{
			name: "newer, international", message: abroad(), golden: "request-newer-international.http",
			adjust: func(cfg *ihuyi.Config) { international(cfg); newer(cfg) },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}
			cfg := newConfig(stub.Client())
			if tt.adjust != nil {
				tt.adjust(&cfg)
			}
			receipt, err := newProvider(t, cfg).Send(t.Context(), tt.message)
			require.NoError(t, err)
			require.Equal(t, provider.Receipt{
				Provider: "ihuyi", ID: "17000000000123456789", To: tt.message.To, At: at,
			}, receipt)
			wiretest.Golden(t, tt.golden, stub.Only(t))
		})
	}
}

func TestReadBalance(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		adjust func(*ihuyi.Config)
		golden string
	}{
		{name: "mainland", adjust: func(*ihuyi.Config) {}, golden: "request-balance.http"},
		{name: "international", adjust: international, golden: "request-international-balance.http"},
		{name: "newer", adjust: func(cfg *ihuyi.Config) { cfg.API = ihuyi.APINewer }, golden: "request-newer-balance.http"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-balance.json")}
			cfg := newConfig(stub.Client())
			tt.adjust(&cfg)
			balance, err := newProvider(t, cfg).ReadBalance(t.Context())
			require.NoError(t, err)
			require.Equal(t, provider.Balance{Provider: "ihuyi", Amount: "7", Unit: provider.UnitMessages}, balance)
			wiretest.Golden(t, tt.golden, stub.Only(t))
		})
	}
}

func TestReadBalanceOfNewerInternational(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{}
	cfg := newConfig(stub.Client())
	international(&cfg)
	cfg.API = ihuyi.APINewer
	_, err := newProvider(t, cfg).ReadBalance(t.Context())
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "API: ")
	require.Empty(t, stub.Requests())
}

func TestReadBalanceFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply string
		status      int
		want        error
	}{
		{name: "refused", reply: `{"code":405,"msg":"no"}`, want: provider.KindAuth},
		{name: "refused with an empty number", reply: `{"code":405,"msg":"no","num":""}`, want: provider.KindAuth},
		{name: "without a number", reply: `{"code":2,"msg":"ok"}`, want: provider.KindUnavailable},
		{name: "not a number", reply: `{"code":2,"num":"many"}`, want: provider.KindUnavailable},
		{name: "infinite", reply: `{"code":2,"num":"inf"}`, want: provider.KindUnavailable},
		{name: "HTTP error", reply: `{"code":2,"num":7}`, status: http.StatusBadGateway, want: provider.KindUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Status: tt.status, Reply: tt.reply}
			_, err := newProvider(t, newConfig(stub.Client())).ReadBalance(t.Context())
			require.ErrorIs(t, err, tt.want)
			require.False(t, provider.MayHaveSent(err), "a balance query sends nothing")
		})
	}
}

// TestReply covers what the service is known to vary in its replies.
func TestReply(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply, id string
		want            error
		code            string
		mayHaveSent     bool
	}{
		{name: "code as a string", reply: `{"code":"2","msg":"提交成功","smsid":"123"}`, id: "123"},
		{name: "id as a number too large for an integer", reply: `{"code":2,"smsid":16842079209571524017999}`, id: "16842079209571524017999"},
		{name: "words as a number", reply: `{"code":2,"msg":0,"smsid":"1"}`, id: "1"},
		{name: "international id", reply: `{"code":2,"ismsid":"77"}`, id: "77"},
		{name: "unknown members", reply: `{"code":2,"smsid":"1","extra":[1,{}]}`, id: "1"},
		{name: "byte order mark and space", reply: "\xef\xbb\xbf \n{\"code\":2,\"smsid\":\"1\"}\n", id: "1"},
		{name: "accepted without an id", reply: `{"code":2,"smsid":""}`},
		{name: "accepted with id 0", reply: `{"code":2,"smsid":"0"}`},
		{name: "no code", reply: `{"msg":"提交成功","smsid":"1"}`, want: provider.KindUnavailable, mayHaveSent: true},
		{name: "null code", reply: `{"code":null,"smsid":"1"}`, want: provider.KindUnavailable, mayHaveSent: true},
		{name: "refused, code as a string", reply: `{"code":"4051","msg":"x"}`, want: provider.KindBalance, code: "4051"},
		{name: "unlisted code", reply: `{"code":4999,"msg":"x","smsid":"5"}`, want: provider.KindUnknown, code: "4999", mayHaveSent: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: tt.reply}
			receipt, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), newMessage("login", "1234"))
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
			require.Zero(t, receipt)
		})
	}
}

func TestBadMessage(t *testing.T) {
	t.Parallel()
	foreign := newMessage("login", "1234")
	foreign.To = provider.MustParsePhone("+1 202 555 0123")
	separator := newMessage("byID", "1|2")
	long := strings.Repeat("长", 501)
	longAbroad := newMessage("any", long)
	longAbroad.To = foreign.To
	tests := []struct {
		name    string
		message provider.Message
		want    error
		names   string
	}{
		{name: "no phone", message: provider.Message{Template: "login"}, want: provider.KindRecipient, names: "To"},
		{name: "template not mapped", message: newMessage("other", "1"), want: provider.KindTemplate, names: `"other"`},
		{name: "missing parameter", message: newMessage("twoVars", "1"), want: provider.KindTemplate, names: `"minutes"`},
		{name: "separator in a value", message: separator, want: provider.KindTemplate, names: `Params["code"]`},
		{name: "value of nine characters", message: newMessage("byID", "一二三四五六七八九"), want: provider.KindTemplate, names: `Params["code"]: 9 characters`},
		{name: "empty code", message: newMessage("any", ""), want: provider.KindTemplate, names: `Params["code"]`},
		{name: "text of 501 characters", message: newMessage("any", long), want: provider.KindContent, names: "Text: 501 characters"},
		{name: "foreign number and a text too long", message: longAbroad, want: provider.KindUnsupported, names: "To"},
		{name: "foreign number on a mainland account", message: foreign, want: provider.KindUnsupported, names: "To"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{}
			_, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), tt.message)
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, tt.names)
			require.ErrorContains(t, err, "ihuyi: send: ")
			require.Empty(t, stub.Requests(), "a bad message fails before any request")
		})
	}
}

// TestLengths covers what is just within the limits, and what is left to the
// service.
func TestLengths(t *testing.T) {
	t.Parallel()
	eight, nine := strings.Repeat("八", 8), strings.Repeat("九", 9)
	abroadAt501 := abroad()
	abroadAt501.Params = provider.Params{"code": strings.Repeat("x", 501-len("Your verification code is "))}
	tests := []struct {
		name    string
		adjust  func(*ihuyi.Config)
		message provider.Message
	}{
		{name: "value of eight characters", message: newMessage("byID", eight)},
		{name: "another limit", adjust: func(cfg *ihuyi.Config) { cfg.VariableLimit = 9 }, message: newMessage("byID", nine)},
		{name: "no limit", adjust: func(cfg *ihuyi.Config) { cfg.VariableLimit = -1 }, message: newMessage("byID", nine+nine)},
		{name: "value in a whole text", message: newMessage("login", nine)},
		{name: "text of 500 characters", message: newMessage("any", strings.Repeat("长", 500))},
		{name: "international text of 501 characters", adjust: international, message: abroadAt501},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}
			cfg := newConfig(stub.Client())
			if tt.adjust != nil {
				tt.adjust(&cfg)
			}
			_, err := newProvider(t, cfg).Send(t.Context(), tt.message)
			require.NoError(t, err)
		})
	}
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	_, err := ihuyi.New(ihuyi.Config{
		International: true, API: 7,
		Templates: provider.Templates{
			"a": {}, "b": {Text: "{code"}, "c": {ID: "x", Sign: "榛子"}, "d": {Text: "x", Sign: "榛子"}, "e": {ID: "1"},
		},
		BaseURL: "106.ihuyi.com", Timeout: -1,
	})
	for _, field := range []string{
		"Account: ", "APIKey: ", "API: ", `Templates["a"]: `, `Templates["b"]: `, `Templates["c"].Sign: `, `Templates["c"].ID: `,
		`Templates["d"].Sign: `, `Templates["e"].Text: `, "BaseURL: ", "Timeout: ",
	} {
		require.ErrorContains(t, err, field)
	}
	_, err = ihuyi.New(ihuyi.Config{Account: account, APIKey: apiKey})
	require.EqualError(t, err, "ihuyi: config: Templates: must not be empty")
}

func TestAPIPrintsItsName(t *testing.T) {
	t.Parallel()
	require.Equal(t, "classic newer API(7)", fmt.Sprint(ihuyi.APIClassic, ihuyi.APINewer, ihuyi.API(7)))
}
