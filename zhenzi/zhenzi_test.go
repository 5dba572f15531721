package zhenzi_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/zhenzi"
)

const (
	appID     = "100000"
	appSecret = "00000000-0000-0000-0000-000000000000"
	text      = "您的验证码为：{code}"
	messageID = "AAAQEAYEAUDAOCAJBIFQYDIO"
)

var at = time.Unix(1700000000, 0)

// newConfig is the application of the requests in testdata.
func newConfig(client *http.Client) zhenzi.Config {
	return zhenzi.Config{
		AppID: appID, AppSecret: appSecret,
		Templates: provider.Templates{
			"login":   {Text: text},
			"byID":    {ID: "1", Params: []string{"code", "minutes"}, Text: "not used beside an ID"},
			"noVars":  {ID: "7"},
			"anyText": {Text: "{text}"},
		},
		Rand:       bytes.NewReader([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}),
		HTTPClient: client,
		Now:        func() time.Time { return at },
	}
}

func newProvider(t *testing.T, cfg zhenzi.Config) *zhenzi.Provider {
	t.Helper()
	p, err := zhenzi.New(cfg)
	require.NoError(t, err)
	return p
}

// newMessage has the given parameters, names and values in turn.
func newMessage(template string, params ...string) provider.Message {
	m := provider.Message{To: provider.MustParsePhone("13800000000"), Template: template, Params: provider.Params{}}
	for i := 0; i < len(params); i += 2 {
		m.Params[params[i]] = params[i+1]
	}
	return m
}

// answering is the service at the end of one path.
func answering(path, reply string) *httpmock.MockTransport {
	transport := httpmock.NewMockTransport()
	transport.RegisterResponder(http.MethodPost, zhenzi.DefaultBaseURL+path, httpmock.NewStringResponder(http.StatusOK, reply))
	return transport
}

func TestRequest(t *testing.T) {
	t.Parallel()
	withRef := newMessage("byID", "code", "1234", "minutes", "5分钟")
	withRef.Ref = "m-0001"
	tests := []struct {
		name    string
		company bool
		message provider.Message
		id      string
		golden  string
	}{
		{name: "whole text", message: newMessage("login", "code", "1234"), id: messageID, golden: "request-text.http"},
		{name: "company", company: true, message: newMessage("login", "code", "1234"), id: messageID, golden: "request-company.http"},
		{name: "template and reference", message: withRef, id: "m-0001-" + messageID, golden: "request-template.http"},
		{name: "template without values", message: newMessage("noVars"), id: messageID, golden: "request-template-none.http"},
		{
			name: "template, special characters", id: messageID, golden: "request-template-special.http",
			message: newMessage("byID", "code", "000123", "minutes", `五 "&" 1+1=2%/<b>\`),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}
			cfg := newConfig(stub.Client())
			cfg.Company = tt.company
			receipt, err := newProvider(t, cfg).Send(t.Context(), tt.message)
			require.NoError(t, err)
			require.Equal(t, provider.Receipt{Provider: "zhenzi", ID: tt.id, To: tt.message.To, At: at}, receipt)
			wiretest.Golden(t, tt.golden, stub.Only(t))
		})
	}
}

// TestMessageIDsDiffer sends the same message with the same reference many
// times, with the default source of random bytes.
func TestMessageIDsDiffer(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}
	cfg := newConfig(stub.Client())
	cfg.Rand = nil
	p := newProvider(t, cfg)
	m := newMessage("login", "code", "1234")
	m.Ref = "order 5/7"
	seen := map[string]bool{}
	for range 100 {
		receipt, err := p.Send(t.Context(), m)
		require.NoError(t, err)
		require.Regexp(t, `^order 5/7-[A-Z2-7]{24}$`, receipt.ID)
		require.False(t, seen[receipt.ID], "the id repeats")
		seen[receipt.ID] = true
	}
}

func TestNoRandomBytes(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{}
	cfg := newConfig(stub.Client())
	cfg.Rand = strings.NewReader("short")
	_, err := newProvider(t, cfg).Send(t.Context(), newMessage("login", "code", "1234"))
	require.EqualError(t, err, "zhenzi: send: config: Rand: no random bytes: unexpected EOF")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Empty(t, stub.Requests())
}

func TestReadBalance(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-balance.json")}
	balance, err := newProvider(t, newConfig(stub.Client())).ReadBalance(t.Context())
	require.NoError(t, err)
	require.Equal(t, provider.Balance{Provider: "zhenzi", Amount: "7", Unit: provider.UnitMessages}, balance)
	wiretest.Golden(t, "request-balance.http", stub.Only(t))
}

func TestReadBalanceReply(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply, amount string
		want                error
	}{
		{name: "none left", reply: `{"code":0,"data":0}`, amount: "0"},
		{name: "string", reply: `{"code":0,"data":"1024"}`, amount: "1024"},
		{name: "overdrawn", reply: `{"code":0,"data":-3}`, amount: "-3"},
		{name: "refused", reply: `{"code":110,"data":"no"}`, want: provider.KindAuth},
		{name: "without a number", reply: `{"code":0}`, want: provider.KindUnavailable},
		{name: "null", reply: `{"code":0,"data":null}`, want: provider.KindUnavailable},
		{name: "not a number", reply: `{"code":0,"data":"many"}`, want: provider.KindUnavailable},
		{name: "not a whole number", reply: `{"code":0,"data":1.5}`, want: provider.KindUnavailable},
		{name: "an object", reply: `{"code":0,"data":{}}`, want: provider.KindUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			service := answering("/account/balance.do", tt.reply)
			balance, err := newProvider(t, newConfig(&http.Client{Transport: service})).ReadBalance(t.Context())
			require.ErrorIs(t, err, tt.want)
			require.Equal(t, tt.amount, balance.Amount)
			require.False(t, provider.MayHaveSent(err), "a balance query sends nothing")
		})
	}
}

// TestReply has what the service is known to vary in its replies, and what they may
// repeat in other ways than the suite's own echo.
func TestReply(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply string
		want        error
		code, words string
		unsure      bool
	}{
		{name: "code as a string", reply: `{"code":"0","data":"发送成功"}`},
		{name: "no data", reply: `{"code":0}`},
		{name: "data of another kind", reply: `{"code":0,"data":{"a":[1]}}`},
		{name: "refused", reply: wiretest.Read(t, "reply-refused.json"), want: provider.KindBalance, code: "108", words: "余额不足"},
		{name: "refused, code as a string", reply: `{"code":"108","data":"余额不足"}`, want: provider.KindBalance, code: "108", words: "余额不足"},
		{name: "refused without words", reply: `{"code":108,"data":{"a":1}}`, want: provider.KindBalance, code: "108"},
		{name: "zero in another spelling", reply: `{"code":0.0,"data":"x"}`},
		{name: "a listed code that holds the one-time code", reply: `{"code":1000,"data":"x"}`, want: provider.KindUnavailable, code: "1000", words: "x", unsure: true},
		{
			name: "the one-time code occurs in the secret", want: provider.KindAuth, code: "110", words: "***: ***, ***",
			reply: `{"code":110,"data":"13800000000: ` + appSecret + `, 000"}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			service := answering("/sms/send.do", tt.reply)
			receipt, err := newProvider(t, newConfig(&http.Client{Transport: service})).Send(t.Context(), newMessage("login", "code", "000"))
			require.Equal(t, 1, service.GetTotalCallCount(), "an answer that is understood needs no lookup")
			if tt.want == nil {
				require.NoError(t, err)
				require.Equal(t, messageID, receipt.ID)
				return
			}
			var failure *provider.Error
			require.ErrorAs(t, err, &failure)
			require.ErrorIs(t, failure, tt.want)
			require.Equal(t, tt.code, failure.Code)
			require.Equal(t, tt.words, failure.Text)
			require.Equal(t, tt.unsure, failure.MayHaveSent)
			require.Zero(t, receipt)
		})
	}
}

func TestLengthOfText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, problem string
	}{
		{name: "just short enough", text: strings.Repeat("长", 1000)},
		{name: "too long", text: strings.Repeat("长", 1001), problem: "zhenzi: send: content: Text: 1001 characters"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			service := answering("/sms/send.do", wiretest.Read(t, "reply-accepted.json"))
			_, err := newProvider(t, newConfig(&http.Client{Transport: service})).Send(t.Context(), newMessage("anyText", "text", tt.text))
			if tt.problem == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.problem)
			require.False(t, provider.MayHaveSent(err))
			require.Zero(t, service.GetTotalCallCount(), "a bad message fails before any request")
		})
	}
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	_, err := zhenzi.New(zhenzi.Config{
		Templates: provider.Templates{"a": {}, "c": {ID: "1", Sign: "榛子"}, "d": {ID: "2", Sign: "榛子"}},
		BaseURL:   "http://sms.zhenzikj.com", Timeout: -1,
	})
	for _, field := range []string{
		"AppID: ", "AppSecret: ", `Templates["a"]: `, `Templates["c"].Sign: `, `Templates["d"].Sign: `, "BaseURL: want https://", "Timeout: ",
	} {
		require.ErrorContains(t, err, field)
	}
	_, err = zhenzi.New(zhenzi.Config{AppID: appID, AppSecret: appSecret, BaseURL: "http://sms.zhenzikj.com", PlainHTTP: true})
	require.EqualError(t, err, "zhenzi: config: Templates: must not be empty")
}

// TestUnderscoreInHost checks the name of the personal host, which some URL
// parsers refuse.
func TestUnderscoreInHost(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", zhenzi.DefaultBaseURL, zhenzi.DefaultBaseURLCompany, "https://sms_developer.zhenzikj.com:8443/proxy/"} {
		cfg := newConfig(nil)
		cfg.BaseURL = base
		require.NoError(t, cfg.Validate(), base)
	}
}

// TestR1UnlistedCode has codes in no table: nobody knows whether the text was sent.
func TestR1UnlistedCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"13800000000": "***", "777": "777", "0.5": "0.5", "-1": "-1"} {
		service := answering("/sms/send.do", `{"code":`+code+`,"data":"x"}`)
		_, err := newProvider(t, newConfig(&http.Client{Transport: service})).Send(t.Context(), newMessage("login", "code", "000"))
		var failure *provider.Error
		require.ErrorAs(t, err, &failure)
		require.ErrorIs(t, failure, provider.KindUnknown)
		require.Equal(t, want, failure.Code)
		require.True(t, failure.MayHaveSent)
	}
}
