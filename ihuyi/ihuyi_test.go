package ihuyi_test

import (
	"net/http"
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
			"intl":    {Text: "Your verification code is {code}"},
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

func TestRequest(t *testing.T) {
	t.Parallel()
	international := func(cfg *ihuyi.Config) { cfg.Account, cfg.International = "I00000000", true }
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
		},
		{
			name: "international", adjust: international, golden: "request-international.http",
			message: provider.Message{
				To: provider.MustParsePhone("+1 202 555 0123"), Template: "intl",
				Params: provider.Params{"code": "1125"},
			},
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
	stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-balance.json")}
	balance, err := newProvider(t, newConfig(stub.Client())).ReadBalance(t.Context())
	require.NoError(t, err)
	require.Equal(t, provider.Balance{Provider: "ihuyi", Amount: "7", Unit: provider.UnitMessages}, balance)
	wiretest.Golden(t, "request-balance.http", stub.Only(t))
}

func TestReadBalanceFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply string
		status      int
		want        error
	}{
		{name: "refused", reply: `{"code":405,"msg":"no"}`, want: provider.ErrAuth},
		{name: "without a number", reply: `{"code":2,"msg":"ok"}`, want: provider.ErrUnavailable},
		{name: "not a number", reply: `{"code":2,"num":"many"}`, want: provider.ErrUnavailable},
		{name: "infinite", reply: `{"code":2,"num":"inf"}`, want: provider.ErrUnavailable},
		{name: "HTTP error", reply: `{"code":2,"num":7}`, status: http.StatusBadGateway, want: provider.ErrUnavailable},
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
		{name: "international id", reply: `{"code":2,"ismsid":"77"}`, id: "77"},
		{name: "unknown members", reply: `{"code":2,"smsid":"1","extra":[1,{}]}`, id: "1"},
		{name: "byte order mark and space", reply: "\xef\xbb\xbf \n{\"code\":2,\"smsid\":\"1\"}\n", id: "1"},
		{name: "accepted without an id", reply: `{"code":2,"smsid":""}`, want: provider.ErrUnavailable, mayHaveSent: true},
		{name: "accepted with id 0", reply: `{"code":2,"smsid":"0"}`, want: provider.ErrUnavailable, mayHaveSent: true},
		{name: "no code", reply: `{"msg":"提交成功","smsid":"1"}`, want: provider.ErrUnavailable, mayHaveSent: true},
		{name: "null code", reply: `{"code":null,"smsid":"1"}`, want: provider.ErrUnavailable, mayHaveSent: true},
		{name: "refused, code as a string", reply: `{"code":"4051","msg":"x"}`, want: provider.ErrBalance, code: "4051"},
		{name: "unlisted code", reply: `{"code":4999,"msg":"x","smsid":"5"}`, want: provider.ErrUnknown, code: "4999"},
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
	tests := []struct {
		name    string
		message provider.Message
		want    error
		names   string
	}{
		{name: "no phone", message: provider.Message{Template: "login"}, want: provider.ErrRecipient, names: "To"},
		{name: "template not mapped", message: newMessage("other", "1"), want: provider.ErrTemplate, names: `"other"`},
		{name: "missing parameter", message: newMessage("twoVars", "1"), want: provider.ErrTemplate, names: `"minutes"`},
		{name: "separator in a value", message: separator, want: provider.ErrTemplate, names: `Params["code"]`},
		{name: "foreign number on a mainland account", message: foreign, want: provider.ErrUnsupported, names: "To"},
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

func TestBadConfig(t *testing.T) {
	t.Parallel()
	_, err := ihuyi.New(ihuyi.Config{
		Templates: provider.Templates{"a": {}, "b": {Text: "{code"}, "c": {ID: "1", Sign: "榛子"}},
		BaseURL:   "106.ihuyi.com", Timeout: -1,
	})
	for _, field := range []string{"Account: ", "APIKey: ", `Templates["a"]: `, `Templates["b"]: `, `Templates["c"].Sign: `, "BaseURL: ", "Timeout: "} {
		require.ErrorContains(t, err, field)
	}
	_, err = ihuyi.New(ihuyi.Config{Account: account, APIKey: apiKey})
	require.EqualError(t, err, "ihuyi: config: Templates: must not be empty")
}
