package tencentsim

import (
	"net/http"
	"slices"
	"testing"

	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/sim/simtest"
)

const token = "TEMPORARYTOKEN"

// call is a request of the suite. All members of its body are signed.
func call(name, action, body string, optional ...string) simtest.Request {
	r := simtest.Request{
		Name: name, Path: "/", JSON: body, Sign: sign,
		Header: http.Header{
			"Content-Type": {"application/json"}, "X-Tc-Action": {action}, "X-Tc-Version": {"2021-01-11"}, "X-Tc-Region": {"ap-guangzhou"},
			"X-Tc-Timestamp": {"1700000000"}, "X-Tc-Token": {token}, "Authorization": {""},
		},
		Signed:   []string{"X-Tc-Timestamp", "Content-Type", "SmsSdkAppId"},
		Free:     []string{"X-Tc-Region", "Content-Type", "ExtendCode", "SessionContext", "SenderId"},
		Optional: append(optional, "Content-Type"), // another one is as good, when it is signed
	}
	sign(&r)
	return r
}

func sign(r *simtest.Request) {
	const host = "sim.invalid" // where the suite sends to
	r.Header.Set("Authorization", authorize(signing(host, r.Header.Get("Content-Type"), r.Header.Get("X-TC-Timestamp"), r.JSON)))
}

// TestSuite runs the suite for simulators on every call.
func TestSuite(t *testing.T) {
	t.Parallel()
	newService := func(change func(cfg *Config)) *Service {
		cfg := Config{
			SecretID: secretID, SecretKey: exampleKey, AppID: appID, Token: token, Signs: []string{"示例签名"}, SameHour: true,
			Templates: map[string]Template{"1110": {Text: "{1} {2}", Code: true}, "1112": {Text: "{1}", International: true}},
		}
		change(&cfg)
		return New(cfg)
	}
	impossible := func(change func(cfg *Config)) func() { return func() { newService(change) } }
	optional := []string{"ExtendCode", "SessionContext", "SenderId"}
	send := call("send", "SendSms", `{"PhoneNumberSet":["+8613800138000","13800138001"],"SmsSdkAppId":"1400006666","TemplateId":"1110",`+
		`"SignName":"示例签名","TemplateParamSet":["123456","5"],"ExtendCode":"07","SessionContext":"order-17","SenderId":"Qsms"}`, optional...)
	send.Texts, send.Signed = 2, append(slices.Clone(send.Signed), "PhoneNumberSet", "TemplateParamSet", "TemplateId", "SignName", "SessionContext")
	abroad := call("abroad", "SendSms", changed(t, exampleBody, "PhoneNumberSet", `["+12025550123"]`, "TemplateId", `"1112"`, "TemplateParamSet", `["x"]`), "SignName")
	abroad.Texts = 1
	below := -1
	simtest.Run(t, simtest.Harness{
		New: func() sim.Service { return newService(func(*Config) {}) },
		Requests: []simtest.Request{
			send, abroad,
			call("deliveries", "PullSmsSendStatus", pullBody),
			call("deliveries by number", "PullSmsSendStatusByPhoneNumber", phoneBody, "EndTime"),
			call("replies", "PullSmsReplyStatus", pullBody),
			call("replies by number", "PullSmsReplyStatusByPhoneNumber", phoneBody, "EndTime"),
			call("statistics", "SendStatusStatistics", countBody),
		},
		Impossible: map[string]func(){
			"SecretID":     impossible(func(cfg *Config) { cfg.SecretID = "" }),
			"SecretKey":    impossible(func(cfg *Config) { cfg.SecretKey = "" }),
			"AppID":        impossible(func(cfg *Config) { cfg.AppID = "" }),
			"Balance":      impossible(func(cfg *Config) { cfg.Balance = &below }),
			"PerHour":      impossible(func(cfg *Config) { cfg.PerHour = below }),
			"PerDay":       impossible(func(cfg *Config) { cfg.PerDay = below }),
			"LongestValue": impossible(func(cfg *Config) { cfg.LongestValue = below }),
			"Blocked":      impossible(func(cfg *Config) { cfg.Blocked = []string{"13800138000"} }),
		},
		Secrets: []string{exampleKey, token},
	})
}
