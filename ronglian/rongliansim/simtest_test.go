package rongliansim_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"testing"

	"github.com/cnsms/cnsms/ronglian/rongliansim"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/sim/simtest"
)

// call is a request of the suite, by the main account.
func call(name, path, body string) simtest.Request {
	return simtest.Request{
		Name: name, Path: path, JSON: body, Query: url.Values{"sig": {sig}},
		Header: http.Header{
			"Accept": {"application/json"}, "Content-Type": {"application/json"}, "Authorization": {encoded(accountSID + ":20240102030405")},
		},
		Free: []string{"Accept", "Content-Type", "mobile", "content"}, // another number is one abroad, too
	}
}

func encoded(authorization string) string {
	return base64.StdEncoding.EncodeToString([]byte(authorization))
}

// texts is a request that sends some.
func texts(count int, r simtest.Request) simtest.Request {
	r.Texts, r.Optional = count, []string{"subAppend", "reqId"}
	return r
}

// TestSuite runs the suite for simulators on every call.
func TestSuite(t *testing.T) {
	t.Parallel()
	newService := func(change func(cfg *rongliansim.Config)) *rongliansim.Service {
		cfg := rongliansim.Config{
			AccountSID: accountSID, AuthToken: authToken, AppID: appID, SubAccountSID: subSID, SubAuthToken: subToken,
			Templates: map[string]string{"1": "{1}，{2}分钟内有效"},
		}
		change(&cfg)
		return rongliansim.New(cfg)
	}
	impossible := func(change func(cfg *rongliansim.Config)) func() { return func() { newService(change) } }
	const body = `{"to":"13800000000,13800000001","appId":"` + appID + `","templateId":"1","datas":["4653","2"],` +
		`"subAppend":"1234","reqId":"0123456789abcdefghijklmnopqrstUV"}`
	text := texts(2, call("text", templatePath, body))
	sub := texts(1, call("sub-account", subPath, loginBody))
	sub.Query, sub.Header["Authorization"] = url.Values{"sig": {subSig}}, []string{encoded(subSID + ":20240102030405")}
	asXML := texts(1, call("XML", templatePath, ""))
	asXML.Body, asXML.Header["Content-Type"] = xmlBody("TemplateSMS"), []string{"application/xml"}
	arrived := call("reports", arrivedPath, `{"appId":"`+appID+`","smsType":"1","count":"500"}`)
	arrived.Before, arrived.Optional = []simtest.Request{text}, []string{"smsType", "count"}
	below := -1
	simtest.Run(t, simtest.Harness{
		New: func() sim.Service { return newService(func(*rongliansim.Config) {}) },
		Now: at,
		Requests: []simtest.Request{
			text, sub, asXML, arrived,
			texts(1, call("international", internationalPath, abroadBody)),
			call("account", infoPath, ""),
		},
		Impossible: map[string]func(){
			"AccountSID":    impossible(func(cfg *rongliansim.Config) { cfg.AccountSID = "" }),
			"AuthToken":     impossible(func(cfg *rongliansim.Config) { cfg.AuthToken = "" }),
			"AppID":         impossible(func(cfg *rongliansim.Config) { cfg.AppID = "" }),
			"SubAccountSID": impossible(func(cfg *rongliansim.Config) { cfg.SubAccountSID = "a/b" }),
			"SubAuthToken":  impossible(func(cfg *rongliansim.Config) { cfg.SubAuthToken = "" }),
			"Balance":       impossible(func(cfg *rongliansim.Config) { cfg.Balance = &below }),
			"Price":         impossible(func(cfg *rongliansim.Config) { cfg.Price = below }),
			"Templates":     impossible(func(cfg *rongliansim.Config) { cfg.Templates["SMS1"] = "" }),
			"trial account": impossible(func(cfg *rongliansim.Config) { cfg.Trial, cfg.Templates = true, map[string]string{"2": ""} }),
			"Blocked":       impossible(func(cfg *rongliansim.Config) { cfg.Blocked = []string{"+8613800000000"} }),
			"Undelivered":   impossible(func(cfg *rongliansim.Config) { cfg.Undelivered = []string{""} }),
			"TestNumbers":   impossible(func(cfg *rongliansim.Config) { cfg.TestNumbers = []string{"1380000000"} }),
		},
		Secrets:      []string{authToken, subToken},
		NullIsAbsent: true,
	})
}
