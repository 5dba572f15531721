package zhenzisim_test

import (
	"cmp"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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

	sent = `{"code":0,"data":"发送成功"}`
)

var templates = map[string]string{"1": "验证码{code}，{}内有效。", "7": "您好。"}

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

// TestTexts covers both versions of the call, and how the vendor's clients write the
// values of a template.
func TestTexts(t *testing.T) {
	t.Parallel()
	described := zhenzisim.Config{Sign: "示例", Templates: templates}
	longest := strings.Repeat("长", 1000)
	tests := []struct {
		name, address string
		cfg           zhenzisim.Config
		form          url.Values
		text, code    string
		params        []string
	}{
		{"whole text", sendText, zhenzisim.Config{}, textForm("templateId", "9", "clientIp", "203.0.113.7"), "【榛子云】您的验证码为：1234", "1234", nil},
		{"longest text", sendText, described, textForm("message", longest), "【示例】" + longest, "", nil},
		{"JSON", sendTemplate, described, templateForm(), "【示例】验证码1234，5分钟内有效。", "1234", []string{"1234", "5分钟"}},
		{"escaped, with a space", sendTemplate, described, templateForm("templateParams", `["1234", "5\u5206\u949f"]`), "【示例】验证码1234，5分钟内有效。", "1234", []string{"1234", "5分钟"}},
		{"escaped slash and a place in a value", sendTemplate, described, templateForm("templateParams", `["{code}","1\/2"]`), "【示例】验证码{code}，1/2内有效。", "", []string{"{code}", "1/2"}},
		{"no values, no field", sendTemplate, described, templateForm("templateId", "7", "templateParams", ""), "【示例】您好。", "", nil},
		{"no values, empty list", sendTemplate, described, templateForm("templateId", "7", "templateParams", "[]"), "【示例】您好。", "", []string{}},
		{"template not described", sendTemplate, zhenzisim.Config{}, templateForm("templateId", "2"), "【榛子云】1234 5分钟", "1234", []string{"1234", "5分钟"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(tt.cfg)
			body, verdict := post(t, s, tt.address, tt.form)
			require.JSONEq(t, sent, body)
			require.Empty(t, verdict)
			want := sim.Text{ // and no ID, because the service gives none
				Mailbox: appID, Ref: "m-0001", To: "+8613800000000", Sign: cmp.Or(tt.cfg.Sign, "榛子云"),
				Params: tt.params, Text: tt.text, Code: tt.code,
			}
			if tt.address == sendTemplate {
				want.Template = tt.form.Get("templateId")
			}
			got := s.Texts()[0]
			want.Seq, want.At, want.Service = got.Seq, got.At, "zhenzi"
			require.Equal(t, want, got)
		})
	}
}

func TestEmptyListOfValues(t *testing.T) {
	t.Parallel()
	s := newServer(zhenzisim.Config{Templates: templates})
	body, _ := exchange(t, s, http.MethodPost, sendTemplate, templateForm("templateId", "7", "templateParams", "").Encode()+"&templateParams=")
	require.JSONEq(t, sent, body)
}

// TestCodes has the code for each fault.
func TestCodes(t *testing.T) {
	t.Parallel()
	none := 0
	tests := []struct {
		address, code, names string
		form                 url.Values
	}{
		{sendText, "100", "appId", textForm("appId", "")},
		{sendText, "105", "appId", textForm("appId", "100001")},
		{sendText, "100", "appSecret", textForm("appSecret", "")},
		{sendText, "110", "appSecret", textForm("appSecret", "x")},
		{sendText, "100", "message", textForm("message", "")},
		{sendText, "101", "message", textForm("message", strings.Repeat("长", 1001))},
		{sendText, "100", "number", textForm("number", "")},
		{sendText, "100", "number", textForm("number", "1380000000")},
		{sendText, "100", "number", textForm("number", "+8613800000000")},
		{sendText, "100", "number", textForm("number", "02165529988")},
		{sendText, "108", "balance", textForm()},

		{sendTemplate, "105", "appId", templateForm("appId", "1")},
		{sendTemplate, "110", "appSecret", templateForm("appSecret", "x")},
		{sendTemplate, "100", "number", templateForm("number", "x")},
		{sendTemplate, "100", "templateId", templateForm("templateId", "")},
		{sendTemplate, "117", "templateId", templateForm("templateId", "2")},
		{sendTemplate, "100", "templateParams", templateForm("templateId", "7", "templateParams", "1234")},
		{sendTemplate, "100", "templateParams", templateForm("templateId", "7", "templateParams", "null")},
		{sendTemplate, "100", "templateParams", templateForm("templateParams", "[1,2]")},
		{sendTemplate, "100", "templateParams", templateForm("templateParams", `["1",null]`)},
		{sendTemplate, "100", "templateParams", templateForm("templateParams", "")},
		{sendTemplate, "100", "templateParams", templateForm("templateParams", `["1","2","3"]`)},

		{balance, "110", "appSecret", form("appSecret", "x")},
		{lookup, "105", "appId", form("appId", "x", "messageId", "m-0001")},
		{lookup, "100", "messageId", form()},
	}
	for _, tt := range tests {
		s := newServer(zhenzisim.Config{Balance: &none, Templates: templates})
		body, verdict := post(t, s, tt.address, tt.form)
		require.Contains(t, body, `{"code":`+tt.code+`,"data":"`, verdict)
		require.True(t, strings.HasPrefix(verdict, tt.names+": "), verdict)
		require.Empty(t, s.Texts())
	}
}

func TestMessageIDs(t *testing.T) {
	t.Parallel()
	s := newServer(zhenzisim.Config{})
	for _, id := range []string{"", "", "m-0001"} { // a text without an id may repeat
		body, _ := post(t, s, sendText, textForm("messageId", id))
		require.JSONEq(t, sent, body)
	}
	body, verdict := post(t, s, sendText, textForm())
	require.Contains(t, body, `"code":100,`)
	require.Contains(t, verdict, "messageId: ")
	require.Len(t, s.Texts(), 3)
}

func TestLookup(t *testing.T) {
	t.Parallel()
	for found, asText := range map[string]bool{
		`{"code":0,"data":{"message":"您的验证码为：1234"}}`:       false,
		`{"code":0,"data":"{\"message\":\"您的验证码为：1234\"}"}`: true,
	} {
		s := newServer(zhenzisim.Config{DataAsText: asText})
		for _, step := range []struct{ number, want string }{
			{want: `{"code":0,"data":null}`},
			{number: "1", want: `{"code":0,"data":null}`}, // a refused text is not there
			{number: "13800000000", want: found},
		} {
			if step.number != "" {
				post(t, s, sendText, textForm("number", step.number))
			}
			body, verdict := post(t, s, lookup, form("messageId", "m-0001"))
			require.JSONEq(t, step.want, body)
			require.Empty(t, verdict)
		}
	}
}

func TestBalanceRunsDown(t *testing.T) {
	t.Parallel()
	two := 2
	left := func(s *sim.Server) string {
		body, _ := post(t, s, balance, form())
		return body
	}
	s := newServer(zhenzisim.Config{Balance: &two})
	require.JSONEq(t, `{"code":0,"data":2}`, left(s))
	post(t, s, sendText, textForm("messageId", "a"))
	post(t, s, sendTemplate, templateForm("messageId", "b"))
	require.JSONEq(t, `{"code":0,"data":0}`, left(s))
	body, _ := post(t, s, sendText, textForm("messageId", "c"))
	require.JSONEq(t, `{"code":108,"data":"余额不足"}`, body)
	require.JSONEq(t, `{"code":0,"data":"2"}`, left(newServer(zhenzisim.Config{Balance: &two, DataAsText: true})))
	require.JSONEq(t, `{"code":0,"data":1000000}`, left(newServer(zhenzisim.Config{})), "an account without an end is not empty")
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
	for _, number := range []string{"13800000000", "13800000000", "13900000000"} { // another number has a limit of its own
		body, _ := send(number)
		require.JSONEq(t, sent, body)
	}
	body, verdict := send("13800000000")
	require.Contains(t, body, `"code":109,`)
	require.Contains(t, verdict, "number: ")
	now = now.Add(time.Minute)
	body, _ = send("13800000000")
	require.JSONEq(t, sent, body, "a new day has begun in Beijing")
}

func TestScriptedCodeThatIsNoNumber(t *testing.T) {
	t.Parallel()
	s := newServer(zhenzisim.Config{})
	sim.MustInject(t, s, sim.Fault{Code: "SYSTEM", Unlisted: true, Text: "?"})
	body, _ := post(t, s, sendText, textForm())
	require.JSONEq(t, `{"code":"SYSTEM","data":"?"}`, body)
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
}
