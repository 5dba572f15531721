package ihuyisim_test

import (
	"crypto/md5"
	"fmt"
	"maps"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
)

// hash is the dynamic password of the given parts.
func hash(parts ...string) string {
	plain := ""
	for _, part := range parts {
		plain += part
	}
	return fmt.Sprintf("%x", md5.Sum([]byte(plain)))
}

// TestEveryField takes every call of both interfaces and products, and every
// field that it must have: without the field, and with another value in it, the
// request is refused, and the simulator names the field.
func TestEveryField(t *testing.T) {
	t.Parallel()
	const abroad, words = "1 2025550123", "Your verification code is 1125"
	text := signed()
	template := maps.Clone(text)
	template["password"], template["content"], template["templateid"] = []string{"4f7f9ee4be5ead83d492579aeaf075d6"}, []string{"1234"}, []string{"1"}
	number := url.Values{"account": {account}, "password": {"6715321f9e52d26f945b0894c0346b76"}, "time": {"1700000000"}}
	international := url.Values{
		"account": {"I00000000"}, "password": {"59a3a32f53b05dd74f000a0dd8273dda"}, "mobile": {abroad}, "content": {words}, "time": {"1700000000"},
	}
	internationalNumber := url.Values{"account": {"I00000000"}, "password": {"432b240849611574e22550966fb7552f"}, "time": {"1700000000"}}
	mainland := ihuyisim.Config{Templates: map[string]string{"1": "【变量】"}, Texts: []string{"您的验证码是：【变量】。请不要把验证码泄露给其他人。"}}
	foreign := ihuyisim.Config{Account: "I00000000", APIKey: apiKey, International: true}
	calls := []struct {
		name, address string
		cfg           ihuyisim.Config
		form          url.Values
	}{
		{name: "text", address: submit, cfg: mainland, form: text},
		{name: "template", address: submit, cfg: mainland, form: template},
		{name: "number of messages", address: "/webservice/sms.php?method=GetNum", cfg: mainland, form: number},
		{name: "newer text", address: "/sms/Submit.json", cfg: mainland, form: text},
		{name: "newer template", address: "/sms/Submit.json", cfg: mainland, form: template},
		{name: "newer number of messages", address: "/sms/GetNum.json", cfg: mainland, form: number},
		{name: "international", address: "/webservice/isms.php?method=Submit", cfg: foreign, form: international},
		{name: "international number of messages", address: "/webservice/isms.php?method=GetNum", cfg: foreign, form: internationalNumber},
		{name: "newer international", address: "/isms/Submit.json", cfg: foreign, form: international},
	}
	for _, call := range calls {
		t.Run(call.name, func(t *testing.T) {
			t.Parallel()
			answer := func(form url.Values) (string, string) {
				s, _ := newServer(call.cfg)
				form.Set("format", "json")
				body, verdict := post(t, s, call.address, form)
				return body, verdict
			}
			body, verdict := answer(maps.Clone(call.form))
			require.Contains(t, body, `"code":2,`, verdict)
			for name := range call.form {
				if name == "format" {
					continue // XML is as good
				}
				named := name
				if name == "templateid" {
					named = "content" // without an id it is a whole text, which nobody approved
				}
				missing := maps.Clone(call.form)
				missing.Del(name)
				body, verdict := answer(missing)
				require.NotContains(t, body, `"code":2,`, "without %s", name)
				require.Contains(t, verdict, named)
				spoilt := maps.Clone(call.form)
				spoilt.Set(name, spoilt.Get(name)+"0")
				body, verdict = answer(spoilt)
				require.NotContains(t, body, `"code":2,`, "another %s", name)
				require.Contains(t, verdict, name)
			}
		})
	}
}

// TestWrongPassword makes the mistakes that programs make with it.
func TestWrongPassword(t *testing.T) {
	t.Parallel()
	good := signed()
	mobile, content, at := good.Get("mobile"), good.Get("content"), good.Get("time")
	tests := []struct{ name, password, why string }{
		{name: "upper case", password: "680ADC17EEE8876563DF6588A1551578", why: "password: right but for the case; "},
		{name: "no number", password: hash(account, apiKey, content, at), why: "password: made without mobile; "},
		{name: "no text", password: hash(account, apiKey, mobile, at), why: "password: made without content; "},
		{name: "as for the number of messages", password: "6715321f9e52d26f945b0894c0346b76", why: "password: made without mobile and content; "},
		{name: "no time", password: hash(account, apiKey, mobile, content), why: "password: made without time; "},
		{name: "encoded text", password: hash(account, apiKey, mobile, url.QueryEscape(content), at), why: "password: made of the content as it is encoded; "},
		{name: "the clock read twice", password: hash(account, apiKey, mobile, content, "1700000001"), why: "password: made with time 1700000001; "},
		{name: "another order", password: hash(apiKey, account, mobile, content, at), why: "password: wrong; "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(ihuyisim.Config{})
			form := signed()
			form.Set("password", tt.password)
			body, verdict := post(t, s, submit, form)
			require.Contains(t, body, `"code":40502,`)
			require.Contains(t, verdict, tt.why)
			require.NotContains(t, verdict, apiKey)
		})
	}
}
