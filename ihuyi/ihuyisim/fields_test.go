package ihuyisim_test

import (
	"crypto/md5"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/sim/simtest"
)

// hash is the dynamic password of the given parts.
func hash(parts ...string) string {
	plain := ""
	for _, part := range parts {
		plain += part
	}
	return fmt.Sprintf("%x", md5.Sum([]byte(plain)))
}

const (
	international = "I00000000"
	words         = "Your verification code is 1125"
)

// The worked examples of the other calls.
var (
	byID   = spoiled("content", "1234", "templateid", "1", "password", "4f7f9ee4be5ead83d492579aeaf075d6")
	number = url.Values{"account": {account}, "password": {"6715321f9e52d26f945b0894c0346b76"}, "time": {"1700000000"}}
	abroad = url.Values{
		"account": {international}, "password": {"59a3a32f53b05dd74f000a0dd8273dda"}, "mobile": {"1 2025550123"}, "content": {words},
		"time": {"1700000000"},
	}
	numberAbroad = wiretest.With(number, "account", international, "password", "432b240849611574e22550966fb7552f")
)

// call is a request of the suite: a form to a path, with a method in the query of the
// classic interface.
func call(name, path, method string, form url.Values) simtest.Request {
	r := simtest.Request{
		Name: name, Path: path, Form: form,
		Sign: func(r *simtest.Request) {
			f := r.Form
			f.Set("password", hash(f.Get("account"), apiKey, f.Get("mobile"), f.Get("content"), f.Get("time")))
		},
		Signed:   []string{"account", "time"},
		Optional: []string{"format"}, Free: []string{"format"}, // XML is as good
		// Without a time it is no dynamic password, and without an id a whole text, which nobody approved.
		Named: map[string]string{"time": "password", "templateid": "content"},
	}
	if form.Has("mobile") {
		r.Texts, r.Signed = 1, append(r.Signed, "mobile", "content")
	}
	switch {
	case form.Get("account") == international: // another number is one abroad, too
		r.Free = append(r.Free, "mobile", "content")
	case form.Has("templateid"):
		r.Free = append(r.Free, "content")
	}
	if method != "" {
		r.Query = url.Values{"method": {method}}
	}
	return r
}

// TestSuite runs the suite for simulators on every call of both interfaces and products.
func TestSuite(t *testing.T) {
	t.Parallel()
	const classic, classicAbroad = "/webservice/sms.php", "/webservice/isms.php"
	inQuery := call("text in the query", classic, "Submit", nil)
	inQuery.Method, inQuery.Texts, inQuery.Sign = http.MethodGet, 1, nil
	inQuery.Query = wiretest.With(plain("content", signed().Get("content")), "method", "Submit")
	inQuery.Named = nil
	below := -1
	for name, h := range map[string]simtest.Harness{
		"mainland": {
			New: func() sim.Service {
				return ihuyisim.New(ihuyisim.Config{
					Account: account, APIKey: apiKey,
					Texts: []string{"您的验证码是：【变量】。请不要把验证码泄露给其他人。"}, Templates: map[string]string{"1": "【变量】"},
				})
			},
			Requests: []simtest.Request{
				call("text", classic, "Submit", signed()),
				call("template", classic, "Submit", byID),
				call("number", classic, "GetNum", number),
				inQuery,
				call("newer text", "/sms/Submit.json", "", signed()),
				call("newer template", "/sms/Submit.json", "", byID),
				call("newer number", "/sms/GetNum.json", "", number),
			},
			Impossible: map[string]func(){
				"Account": func() { ihuyisim.New(ihuyisim.Config{APIKey: apiKey}) },
				"APIKey":  func() { ihuyisim.New(ihuyisim.Config{Account: account}) },
				"Balance": func() { ihuyisim.New(ihuyisim.Config{Account: account, APIKey: apiKey, Balance: &below}) },
				"Blocked": func() {
					ihuyisim.New(ihuyisim.Config{Account: account, APIKey: apiKey, Blocked: []string{"+8613800000000"}})
				},
				"Templates": func() {
					ihuyisim.New(ihuyisim.Config{Account: account, APIKey: apiKey, International: true, Templates: map[string]string{"1": ""}})
				},
			},
		},
		"international": {
			New: func() sim.Service {
				return ihuyisim.New(ihuyisim.Config{
					Account: international, APIKey: apiKey, International: true, Texts: []string{"Your verification code is 【变量】"},
				})
			},
			Requests: []simtest.Request{
				call("text", classicAbroad, "Submit", abroad),
				call("number", classicAbroad, "GetNum", numberAbroad),
				call("newer text", "/isms/Submit.json", "", abroad),
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h.Secrets = []string{apiKey}
			simtest.Run(t, h)
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
			body, verdict := wiretest.PostForm(t, s, submit, spoiled("password", tt.password))
			require.Contains(t, body, `"code":40502,`)
			require.Contains(t, verdict, tt.why)
			require.NotContains(t, verdict, apiKey)
		})
	}
}
