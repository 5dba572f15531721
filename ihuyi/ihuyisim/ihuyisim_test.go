package ihuyisim_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

const (
	account = "C00000000"
	apiKey  = "0123456789abcdef0123456789abcdef"
)

func newServer(cfg ihuyisim.Config) (*sim.Server, *wiretest.Clock) {
	if cfg.Account == "" {
		cfg.Account, cfg.APIKey = account, apiKey
	}
	c := wiretest.NewClock(time.Unix(1700000000, 0))
	return sim.New(sim.Config{Now: c.Now}, ihuyisim.New(cfg)), c
}

// signed is the worked example of whole-text mode.
func signed() url.Values {
	return url.Values{
		"account": {account}, "password": {"680adc17eee8876563df6588a1551578"}, "mobile": {"13800000000"},
		"content": {"您的验证码是：1234。请不要把验证码泄露给其他人。"}, "time": {"1700000000"}, "format": {"json"},
	}
}

// plain is a form that uses the APIKEY itself, with other fields.
func plain(fields ...string) url.Values {
	return wiretest.With(url.Values{
		"account": {account}, "password": {apiKey}, "mobile": {"13800000000"}, "content": {"您的验证码是：1234。"}, "format": {"json"},
	}, fields...)
}

// spoiled is that example with other fields.
func spoiled(fields ...string) url.Values { return wiretest.With(signed(), fields...) }

const submit = "/webservice/sms.php?method=Submit"

func TestAccepted(t *testing.T) {
	t.Parallel()
	s, _ := newServer(ihuyisim.Config{})
	body, verdict := wiretest.PostForm(t, s, submit, signed())
	require.JSONEq(t, `{"code":2,"msg":"提交成功","smsid":"17000000000000000001"}`, body)
	require.Empty(t, verdict)
	m := s.Texts()[0]
	require.Equal(t, "+8613800000000", m.To)
	require.Equal(t, "【互亿无线】您的验证码是：1234。请不要把验证码泄露给其他人。", m.Text)
	require.Equal(t, "1234", m.Code)
	require.Equal(t, account, m.Mailbox)
}

func TestQueryAndXML(t *testing.T) {
	t.Parallel()
	s, _ := newServer(ihuyisim.Config{})
	form := plain()
	form.Del("format")
	body, _ := wiretest.PostForm(t, s, submit+"&"+form.Encode(), nil)
	require.Equal(t, `<?xml version="1.0" encoding="utf-8"?>
<SubmitResult xmlns="http://106.ihuyi.cn/">
<code>2</code>
<msg>提交成功</msg>
<smsid>17000000000000000001</smsid>
</SubmitResult>`, body)
	form.Set("password", "wrong")
	body, _ = wiretest.PostForm(t, s, submit, form)
	require.Contains(t, body, "<code>405</code>")
	require.Contains(t, body, "<smsid>0</smsid>")
	body, _ = wiretest.PostForm(t, s, "/webservice/sms.php?method=GetNum", url.Values{"account": {account}, "password": {apiKey}})
	require.Contains(t, body, "<GetNumResult")
	require.Contains(t, body, "<num>1000000</num>", "an account without an end is not empty")
}

// TestRefusals corrupts one field at a time: the simulator answers with the
// service's code and names the field.
func TestRefusals(t *testing.T) {
	t.Parallel()
	strict := ihuyisim.Config{
		Templates: map[string]string{"1": "您的验证码是：【变量】。", "2": "【变量】，【变量】分钟内有效。"},
		Texts:     []string{"您的验证码是：【变量】。", "您好。", "【变量】和【变量】。"},
		Blocked:   []string{"13900000000"},
	}
	none := 0
	tests := []struct {
		name  string
		cfg   ihuyisim.Config
		form  url.Values
		code  string
		names string
	}{
		{name: "account empty", form: plain("account", ""), code: "401", names: "account"},
		{name: "password empty", form: plain("password", ""), code: "402", names: "password"},
		{name: "account unknown", form: plain("account", "C1"), code: "405", names: "account"},
		{name: "key wrong", form: plain("password", "x"), code: "405", names: "password"},
		{name: "signed number changed", form: spoiled("mobile", "13800000001"), code: "40502", names: "password"},
		{name: "signed text changed", form: spoiled("content", "1235"), code: "40502", names: "password"},
		{name: "signed time changed", form: spoiled("time", "1700000001"), code: "40502", names: "password"},
		{name: "signature changed", form: spoiled("password", "680adc17eee8876563df6588a1551579"), code: "40502", names: "password"},
		{name: "time not a number", form: spoiled("time", "now"), code: "40502", names: "time"},
		{name: "number empty", form: plain("mobile", ""), code: "403", names: "mobile"},
		{name: "number too short", form: plain("mobile", "1380000000"), code: "406", names: "mobile"},
		{name: "number with country code", form: plain("mobile", "+8613800000000"), code: "406", names: "mobile"},
		{name: "number blocked", cfg: strict, form: plain("mobile", "13900000000"), code: "4030", names: "mobile"},
		{name: "text empty", form: plain("content", ""), code: "404", names: "content"},
		{name: "text too long", form: plain("content", strings.Repeat("长", 501)), code: "4073", names: "content"},
		{name: "emoji", form: plain("content", "您好😀"), code: "4074", names: "content"},
		{name: "text not approved", cfg: strict, form: plain("content", "您的验证码是:1234。"), code: "4072", names: "content"},
		{name: "text approved, variable empty", cfg: strict, form: plain("content", "您的验证码是：。"), code: "4072", names: "content"},
		{name: "text approved, variable too long", cfg: strict, form: plain("content", "您的验证码是：123456789。"), code: "40722", names: "content"},
		{name: "two variables, one missing", cfg: strict, form: plain("content", "和1。"), code: "4072", names: "content"},
		{name: "template unknown", cfg: strict, form: plain("templateid", "9", "content", "1234"), code: "4071", names: "templateid"},
		{name: "template, too few values", cfg: strict, form: plain("templateid", "2", "content", "1234"), code: "4072", names: "content"},
		{name: "template, value too long", cfg: strict, form: plain("templateid", "1", "content", "123456789"), code: "40722", names: "content"},
		{name: "no messages left", cfg: ihuyisim.Config{Balance: &none}, form: plain(), code: "4051", names: "balance"},
		{name: "form empty", form: url.Values{}, code: "401", names: "account"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(tt.cfg)
			tt.form.Set("format", "json")
			body, verdict := wiretest.PostForm(t, s, submit, tt.form)
			require.Contains(t, body, `"code":`+tt.code+`,`)
			require.Contains(t, body, `"smsid":"0"`)
			require.Contains(t, verdict, tt.names)
			require.Empty(t, s.Texts())
		})
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	s, _ := newServer(ihuyisim.Config{
		Sign:      "示例",
		Texts:     []string{"您好。", "验证码【变量】，【变量】分钟内有效。"},
		Templates: map[string]string{"2": "验证码【变量】，【变量】分钟内有效。"},
	})
	wiretest.PostForm(t, s, submit, plain("content", "您好。"))
	wiretest.PostForm(t, s, submit, plain("content", "验证码1234，5分钟内有效。"))
	wiretest.PostForm(t, s, submit, plain("templateid", "2", "content", "000123|5"))
	messages := s.Texts()
	require.Len(t, messages, 3)
	require.Equal(t, "【示例】您好。", messages[0].Text)
	require.Equal(t, "【示例】验证码1234，5分钟内有效。", messages[1].Text)
	require.Equal(t, "【示例】验证码000123，5分钟内有效。", messages[2].Text)
	require.Equal(t, []string{"000123", "5"}, messages[2].Params)
}

func TestDynamicPasswordExpires(t *testing.T) {
	t.Parallel()
	s, clock := newServer(ihuyisim.Config{})
	clock.Advance(10 * time.Minute)
	body, _ := wiretest.PostForm(t, s, submit, signed())
	require.Contains(t, body, `"code":2,`)
	clock.Advance(time.Second)
	body, verdict := wiretest.PostForm(t, s, submit, signed())
	require.Contains(t, body, `"code":40501,`)
	require.Contains(t, verdict, "time")
}

func TestBalanceRunsDown(t *testing.T) {
	t.Parallel()
	two := 2
	s, _ := newServer(ihuyisim.Config{Balance: &two})
	number := func() string {
		body, _ := wiretest.PostForm(t, s, "/webservice/sms.php?method=GetNum", url.Values{
			"account": {account}, "password": {"6715321f9e52d26f945b0894c0346b76"}, "time": {"1700000000"}, "format": {"json"},
		})
		return body
	}
	require.JSONEq(t, `{"code":2,"msg":"查询成功","num":2}`, number())
	wiretest.PostForm(t, s, submit, plain())
	wiretest.PostForm(t, s, submit, plain())
	require.JSONEq(t, `{"code":2,"msg":"查询成功","num":0}`, number())
	body, _ := wiretest.PostForm(t, s, submit, plain())
	require.Contains(t, body, `"code":4051,`)
	body, _ = wiretest.PostForm(t, s, "/webservice/sms.php?method=GetNum", url.Values{"format": {"json"}})
	require.Contains(t, body, `"code":401,`)
}

func TestLimitsPerNumber(t *testing.T) {
	t.Parallel()
	s, clock := newServer(ihuyisim.Config{Limits: true})
	send := func(number string) string {
		body, _ := wiretest.PostForm(t, s, submit, plain("mobile", number))
		return body
	}
	require.Contains(t, send("13800000000"), `"code":2,`)
	require.Contains(t, send("13800000000"), `"code":4080,`)
	require.Contains(t, send("13900000000"), `"code":2,`, "another number has limits of its own")
	for range 4 {
		clock.Advance(time.Second)
		require.Contains(t, send("13800000000"), `"code":2,`)
	}
	clock.Advance(time.Second)
	require.Contains(t, send("13800000000"), `"code":4082,`)
	clock.Advance(24 * time.Hour)
	require.Contains(t, send("13800000000"), `"code":2,`)
}

func TestInternational(t *testing.T) {
	t.Parallel()
	s, _ := newServer(ihuyisim.Config{Account: "I00000000", APIKey: apiKey, International: true})
	form := url.Values{
		"account": {"I00000000"}, "password": {"59a3a32f53b05dd74f000a0dd8273dda"}, "mobile": {"1 2025550123"},
		"content": {"Your verification code is 1125"}, "time": {"1700000000"}, "format": {"json"},
	}
	const address = "/webservice/isms.php?method=Submit"
	body, _ := wiretest.PostForm(t, s, address, form)
	require.JSONEq(t, `{"code":2,"msg":"提交成功","smsid":"17000000000000000001","ismsid":"17000000000000000001"}`, body)
	require.Equal(t, "+12025550123", s.Texts()[0].To)
	form.Set("templateid", "1")
	form.Set("password", apiKey)
	wiretest.PostForm(t, s, address, form)
	require.Equal(t, "【互亿无线】Your verification code is 1125", s.Texts()[1].Text)
	require.Empty(t, s.Texts()[1].Template, "there is no template mode")
	form.Del("templateid")
	for _, number := range []string{"12025550123", "+1 2025550123", "1 20", "1234 20255501"} {
		form.Set("mobile", number)
		form.Set("password", apiKey)
		body, verdict := wiretest.PostForm(t, s, address, form)
		require.Contains(t, body, `"code":406,`, number)
		require.Contains(t, verdict, "mobile")
	}
}

// TestNewer covers the addresses of the newer interface, which say themselves
// what is wanted and answer in JSON.
func TestNewer(t *testing.T) {
	t.Parallel()
	seven := 7
	s, _ := newServer(ihuyisim.Config{Balance: &seven})
	form := signed()
	form.Del("format")
	body, verdict := wiretest.PostForm(t, s, "/sms/Submit.json", form)
	require.JSONEq(t, `{"code":2,"msg":"提交成功","smsid":"17000000000000000001"}`, body)
	require.Empty(t, verdict)
	form.Set("content", "1235")
	body, verdict = wiretest.PostForm(t, s, "/sms/Submit.json", form)
	require.JSONEq(t, `{"code":40502,"msg":"动态密码校验失败","smsid":"0"}`, body)
	require.Contains(t, verdict, "password")
	body, _ = wiretest.PostForm(t, s, "/sms/GetNum.json", url.Values{
		"account": {account}, "password": {"6715321f9e52d26f945b0894c0346b76"}, "time": {"1700000000"},
	})
	require.JSONEq(t, `{"code":2,"msg":"查询成功","num":6}`, body)
	_, verdict = wiretest.PostForm(t, s, "/isms/Submit.json", form)
	require.Contains(t, verdict, "no service owns", "the account is one for mainland texts")
}

func TestNewerInternational(t *testing.T) {
	t.Parallel()
	s, _ := newServer(ihuyisim.Config{Account: "I00000000", APIKey: apiKey, International: true})
	form := url.Values{
		"account": {"I00000000"}, "password": {"59a3a32f53b05dd74f000a0dd8273dda"}, "mobile": {"1 2025550123"},
		"content": {"Your verification code is 1125"}, "time": {"1700000000"},
	}
	body, _ := wiretest.PostForm(t, s, "/isms/Submit.json", form)
	require.JSONEq(t, `{"code":2,"msg":"提交成功","ismsid":"17000000000000000001"}`, body)
	form.Set("mobile", "1 2025550124")
	body, verdict := wiretest.PostForm(t, s, "/isms/Submit.json", form)
	require.JSONEq(t, `{"code":40502,"msg":"动态密码校验失败"}`, body)
	require.Contains(t, verdict, "password")
	_, verdict = wiretest.PostForm(t, s, "/isms/GetNum.json", form)
	require.Contains(t, verdict, "no service owns", "no source tells such an address")
}

func TestScriptedRefusals(t *testing.T) {
	t.Parallel()
	s, _ := newServer(ihuyisim.Config{})
	for range 2 {
		sim.MustInject(t, s, sim.Fault{Kind: provider.KindThrottled})
	}
	body, verdict := wiretest.PostForm(t, s, submit, plain())
	require.Contains(t, body, `"code":4080,`)
	require.Equal(t, "scripted refusal", verdict)
	body, _ = wiretest.PostForm(t, s, "/webservice/sms.php?method=GetNum", plain())
	require.Contains(t, body, `"code":4080,`)
	require.Empty(t, s.Texts())
}

func TestUnknownMethodAndBrokenForm(t *testing.T) {
	t.Parallel()
	s, _ := newServer(ihuyisim.Config{})
	body, verdict := wiretest.PostForm(t, s, "/webservice/sms.php?method=Delete", plain())
	require.Contains(t, body, "404")
	require.Contains(t, verdict, "method")
	e := wiretest.Ask(t, s, http.MethodPost, submit, "a;b=%zz", nil)
	require.Contains(t, e.Verdict, "body")
}
