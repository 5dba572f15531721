package zhenzisim_test

import (
	"net/url"
	"testing"

	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/sim/simtest"
	"github.com/cnsms/cnsms/zhenzi/zhenzisim"
)

// TestSuite runs the suite for simulators on every call.
func TestSuite(t *testing.T) {
	t.Parallel()
	send := func(name, path string, form url.Values) simtest.Request {
		return simtest.Request{
			Name: name, Path: path, Form: form, Texts: 1, Free: []string{"message", "messageId"}, Optional: []string{"messageId"},
		}
	}
	below := -1
	simtest.Run(t, simtest.Harness{
		New: func() sim.Service {
			return zhenzisim.New(zhenzisim.Config{
				AppID: appID, AppSecret: appSecret, Templates: map[string]string{"1": "验证码{code}，{}内有效。"},
			})
		},
		Requests: []simtest.Request{
			send("text", sendText, textForm()),
			send("template", sendTemplate, templateForm()),
			{Name: "balance", Path: balance, Form: form()},
			{Name: "lookup", Path: lookup, Form: form("messageId", "m-0001"), Free: []string{"messageId"}},
			{
				Name: "lookup of a text", Path: lookup, Form: form("messageId", "m-0001"), Free: []string{"messageId"},
				Before: []simtest.Request{send("text", sendText, textForm())},
			},
		},
		Impossible: map[string]func(){
			"AppID":      func() { zhenzisim.New(zhenzisim.Config{AppSecret: appSecret}) },
			"AppSecret":  func() { zhenzisim.New(zhenzisim.Config{AppID: appID}) },
			"Balance":    func() { zhenzisim.New(zhenzisim.Config{AppID: appID, AppSecret: appSecret, Balance: &below}) },
			"DailyLimit": func() { zhenzisim.New(zhenzisim.Config{AppID: appID, AppSecret: appSecret, DailyLimit: -1}) },
		},
		Secrets: []string{appSecret},
	})
}
