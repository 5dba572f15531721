package zhenzisim_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/zhenzi/zhenzisim"
)

const (
	appID     = "100000"
	appSecret = "00000000-0000-0000-0000-000000000000"

	sendText     = "/sms/send.do"
	sendTemplate = "/sms/v2/send.do"
	balance      = "/account/balance.do"
	lookup       = "/smslog/findSmsByMessageId.do"
)

func newServer(cfg zhenzisim.Config) *sim.Server {
	cfg.AppID, cfg.AppSecret = appID, appSecret
	return sim.New(sim.Config{}, zhenzisim.New(cfg))
}

// form has the credentials and the given fields, names and values in turn. An
// empty value takes a field away.
func form(fields ...string) url.Values {
	values := url.Values{"appId": {appID}, "appSecret": {appSecret}}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
		if fields[i+1] == "" {
			values.Del(fields[i])
		}
	}
	return values
}

// textForm and templateForm are good requests, with changes.
func textForm(fields ...string) url.Values {
	return form(append([]string{"message", "您的验证码为：1234", "number", "13800000000", "messageId", "m-0001"}, fields...)...)
}

func templateForm(fields ...string) url.Values {
	return form(append([]string{
		"templateId", "1", "templateParams", `["1234","5分钟"]`, "number", "13800000000", "messageId", "m-0001",
	}, fields...)...)
}

// post sends a form and returns the reply and what the simulator says of it.
func post(t *testing.T, s *sim.Server, address string, form url.Values) (body, verdict string) {
	t.Helper()
	return exchange(t, s, http.MethodPost, address, form.Encode())
}

func exchange(t *testing.T, s *sim.Server, method, address, form string) (body, verdict string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL()+address, strings.NewReader(form))
	require.NoError(t, err)
	response, err := s.Transport().RoundTrip(r)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	exchanges := s.Exchanges()
	return string(content), exchanges[len(exchanges)-1].Verdict
}

func TestWholeText(t *testing.T) {
	t.Parallel()
	s := newServer(zhenzisim.Config{})
	body, verdict := post(t, s, sendText, textForm("templateId", "9", "clientIp", "203.0.113.7"))
	require.JSONEq(t, `{"code":0,"data":"发送成功"}`, body)
	require.Empty(t, verdict)
	m := s.Texts()[0]
	require.Equal(t, "+8613800000000", m.To)
	require.Equal(t, "【榛子云】您的验证码为：1234", m.Text)
	require.Equal(t, "榛子云", m.Sign)
	require.Equal(t, "1234", m.Code)
	require.Equal(t, "m-0001", m.Ref)
	require.Empty(t, m.ID, "the service gives no id")
	require.Empty(t, m.Template, "version 1 knows no templates")
	require.Equal(t, appID, m.Mailbox)
}

// TestTemplate covers how the vendor's clients write the values.
func TestTemplate(t *testing.T) {
	t.Parallel()
	cfg := zhenzisim.Config{Sign: "示例", Templates: map[string]string{"1": "验证码{code}，{}内有效。", "7": "您好。"}}
	tests := []struct {
		name   string
		cfg    zhenzisim.Config
		form   url.Values
		text   string
		params []string
	}{
		{name: "JSON", cfg: cfg, form: templateForm(), text: "【示例】验证码1234，5分钟内有效。", params: []string{"1234", "5分钟"}},
		{name: "escaped, with a space", cfg: cfg, form: templateForm("templateParams", `["1234", "5\u5206\u949f"]`), text: "【示例】验证码1234，5分钟内有效。", params: []string{"1234", "5分钟"}},
		{name: "escaped slash and a place in a value", cfg: cfg, form: templateForm("templateParams", `["{code}","1\/2"]`), text: "【示例】验证码{code}，1/2内有效。", params: []string{"{code}", "1/2"}},
		{name: "no values, no field", cfg: cfg, form: templateForm("templateId", "7", "templateParams", ""), text: "【示例】您好。"},
		{name: "no values, empty list", cfg: cfg, form: templateForm("templateId", "7", "templateParams", "[]"), text: "【示例】您好。", params: []string{}},
		{name: "template not described", form: templateForm("templateId", "2"), text: "【榛子云】1234 5分钟", params: []string{"1234", "5分钟"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(tt.cfg)
			body, verdict := post(t, s, sendTemplate, tt.form)
			require.JSONEq(t, `{"code":0,"data":"发送成功"}`, body, verdict)
			m := s.Texts()[0]
			require.Equal(t, tt.text, m.Text)
			require.Equal(t, tt.params, m.Params)
			require.Equal(t, tt.form.Get("templateId"), m.Template)
		})
	}
	t.Run("empty field", func(t *testing.T) {
		t.Parallel()
		s := newServer(cfg)
		body, _ := exchange(t, s, http.MethodPost, sendTemplate, templateForm("templateId", "7", "templateParams", "").Encode()+"&templateParams=")
		require.Contains(t, body, `"code":0,`)
	})
}

// TestRefusals corrupts one field at a time: the simulator answers with the
// service's code and names the field.
func TestRefusals(t *testing.T) {
	t.Parallel()
	strict := zhenzisim.Config{Templates: map[string]string{"1": "验证码{code}，{}内有效。"}}
	none := 0
	tests := []struct {
		name    string
		cfg     zhenzisim.Config
		address string
		form    url.Values
		code    string
		names   string
	}{
		{name: "appId missing", address: sendText, form: textForm("appId", ""), code: "100", names: "appId"},
		{name: "appId wrong", address: sendText, form: textForm("appId", "100001"), code: "105", names: "appId"},
		{name: "appSecret missing", address: sendText, form: textForm("appSecret", ""), code: "100", names: "appSecret"},
		{name: "appSecret wrong", address: sendText, form: textForm("appSecret", "x"), code: "110", names: "appSecret"},
		{name: "message missing", address: sendText, form: textForm("message", ""), code: "100", names: "message"},
		{name: "message too long", address: sendText, form: textForm("message", strings.Repeat("长", 1001)), code: "101", names: "message"},
		{name: "number missing", address: sendText, form: textForm("number", ""), code: "100", names: "number"},
		{name: "number too short", address: sendText, form: textForm("number", "1380000000"), code: "100", names: "number"},
		{name: "number with country code", address: sendText, form: textForm("number", "+8613800000000"), code: "100", names: "number"},
		{name: "number of a fixed line", address: sendText, form: textForm("number", "02165529988"), code: "100", names: "number"},
		{name: "no messages left", cfg: zhenzisim.Config{Balance: &none}, address: sendText, form: textForm(), code: "108", names: "balance"},

		{name: "template: appId wrong", address: sendTemplate, form: templateForm("appId", "1"), code: "105", names: "appId"},
		{name: "template: appSecret wrong", address: sendTemplate, form: templateForm("appSecret", "x"), code: "110", names: "appSecret"},
		{name: "template: number wrong", address: sendTemplate, form: templateForm("number", "x"), code: "100", names: "number"},
		{name: "templateId missing", address: sendTemplate, form: templateForm("templateId", ""), code: "100", names: "templateId"},
		{name: "templateId unknown", cfg: strict, address: sendTemplate, form: templateForm("templateId", "2"), code: "117", names: "templateId"},
		{name: "templateParams no JSON", address: sendTemplate, form: templateForm("templateParams", "1234"), code: "100", names: "templateParams"},
		{name: "templateParams null", address: sendTemplate, form: templateForm("templateParams", "null"), code: "100", names: "templateParams"},
		{name: "templateParams of numbers", address: sendTemplate, form: templateForm("templateParams", "[1]"), code: "100", names: "templateParams"},
		{name: "templateParams missing", cfg: strict, address: sendTemplate, form: templateForm("templateParams", ""), code: "100", names: "templateParams"},
		{name: "templateParams too many", cfg: strict, address: sendTemplate, form: templateForm("templateParams", `["1","2","3"]`), code: "100", names: "templateParams"},

		{name: "balance: appSecret wrong", address: balance, form: form("appSecret", "x"), code: "110", names: "appSecret"},
		{name: "lookup: appId wrong", address: lookup, form: form("appId", "x", "messageId", "m-0001"), code: "105", names: "appId"},
		{name: "lookup: messageId missing", address: lookup, form: form(), code: "100", names: "messageId"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(tt.cfg)
			body, verdict := post(t, s, tt.address, tt.form)
			require.Contains(t, body, `{"code":`+tt.code+`,"data":"`)
			require.True(t, strings.HasPrefix(verdict, tt.names+": "), verdict)
			require.NotContains(t, verdict, appSecret)
			require.Empty(t, s.Texts())
		})
	}
}

func TestLongestText(t *testing.T) {
	t.Parallel()
	s := newServer(zhenzisim.Config{})
	body, _ := post(t, s, sendText, textForm("message", strings.Repeat("长", 1000)))
	require.Contains(t, body, `"code":0,`)
}

func TestMessageIDs(t *testing.T) {
	t.Parallel()
	s := newServer(zhenzisim.Config{})
	send := func(id string) (string, string) { return post(t, s, sendText, textForm("messageId", id)) }
	for range 2 {
		body, _ := send("")
		require.Contains(t, body, `"code":0,`, "a text without an id may repeat")
	}
	body, _ := send("m-0001")
	require.Contains(t, body, `"code":0,`)
	body, verdict := send("m-0001")
	require.Contains(t, body, `"code":100,`)
	require.Contains(t, verdict, "messageId: ")
	require.Len(t, s.Texts(), 3)
}

func TestLookup(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		cfg   zhenzisim.Config
		found string
	}{
		{name: "object", found: `{"code":0,"data":{"message":"您的验证码为：1234"}}`},
		{name: "object in a string", cfg: zhenzisim.Config{DataAsText: true}, found: `{"code":0,"data":"{\"message\":\"您的验证码为：1234\"}"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(tt.cfg)
			body, verdict := post(t, s, lookup, form("messageId", "m-0001"))
			require.JSONEq(t, `{"code":0,"data":null}`, body)
			require.Empty(t, verdict)
			post(t, s, sendText, textForm())
			body, _ = post(t, s, lookup, form("messageId", "m-0001"))
			require.JSONEq(t, tt.found, body)
		})
	}
}

func TestRefusedTextIsNotFound(t *testing.T) {
	t.Parallel()
	s := newServer(zhenzisim.Config{})
	post(t, s, sendText, textForm("number", "1"))
	body, _ := post(t, s, lookup, form("messageId", "m-0001"))
	require.JSONEq(t, `{"code":0,"data":null}`, body)
}

func TestBalanceRunsDown(t *testing.T) {
	t.Parallel()
	two := 2
	s := newServer(zhenzisim.Config{Balance: &two})
	left := func() string {
		body, _ := post(t, s, balance, form())
		return body
	}
	require.JSONEq(t, `{"code":0,"data":2}`, left())
	post(t, s, sendText, textForm("messageId", "a"))
	post(t, s, sendTemplate, templateForm("messageId", "b"))
	require.JSONEq(t, `{"code":0,"data":0}`, left())
	body, _ := post(t, s, sendText, textForm("messageId", "c"))
	require.JSONEq(t, `{"code":108,"data":"余额不足"}`, body)

	s = newServer(zhenzisim.Config{Balance: &two, DataAsText: true})
	require.JSONEq(t, `{"code":0,"data":"2"}`, left())

	s = newServer(zhenzisim.Config{})
	require.JSONEq(t, `{"code":0,"data":1000000}`, left(), "an account without an end is not empty")
}

func TestDailyLimit(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 15, 59, 0, 0, time.UTC) // 23:59 in Beijing
	s := sim.New(
		sim.Config{Now: func() time.Time { return now }},
		zhenzisim.New(zhenzisim.Config{AppID: appID, AppSecret: appSecret, DailyLimit: 2}),
	)
	send := func(number string) (string, string) {
		return post(t, s, sendText, textForm("number", number, "messageId", ""))
	}
	for range 2 {
		body, _ := send("13800000000")
		require.Contains(t, body, `"code":0,`)
	}
	body, verdict := send("13800000000")
	require.Contains(t, body, `"code":109,`)
	require.Contains(t, verdict, "number: ")
	body, _ = send("13900000000")
	require.Contains(t, body, `"code":0,`, "another number has a limit of its own")
	now = now.Add(time.Minute)
	body, _ = send("13800000000")
	require.Contains(t, body, `"code":0,`, "a new day has begun in Beijing")
}

func TestScriptedRefusals(t *testing.T) {
	t.Parallel()
	for _, address := range []string{sendText, balance, lookup} {
		s := newServer(zhenzisim.Config{})
		sim.MustInject(t, s, sim.Fault{Kind: provider.KindBalance})
		body, verdict := post(t, s, address, textForm())
		require.JSONEq(t, `{"code":108,"data":"余额不足"}`, body)
		require.Equal(t, "scripted refusal", verdict)
		require.Empty(t, s.Texts())
	}
}

func TestNotAForm(t *testing.T) {
	t.Parallel()
	s := newServer(zhenzisim.Config{})
	body, verdict := exchange(t, s, http.MethodGet, sendText+"?"+textForm().Encode(), "")
	require.Contains(t, body, "405")
	require.Contains(t, verdict, "method: ")
	body, verdict = exchange(t, s, http.MethodPost, sendText, "a;b=%zz")
	require.Contains(t, body, `"code":100,`)
	require.Contains(t, verdict, "body: ")
	_, verdict = exchange(t, s, http.MethodPost, "/sms/v2/sendBatch.do", "")
	require.Contains(t, verdict, "no service owns")
	require.Empty(t, s.Texts())
}
