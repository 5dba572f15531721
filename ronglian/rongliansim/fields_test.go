package rongliansim_test

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ronglian/rongliansim"
)

// TestEveryField takes every call and everything that it must have: without that
// part of it, and with another in its place, the request is refused, and the
// simulator names the part.
func TestEveryField(t *testing.T) {
	t.Parallel()
	type fields = map[string]any
	sms := fields{"to": "13800000000", "appId": appID, "templateId": "1", "datas": []string{"4653", "2"}}
	calls := []struct {
		name     string
		attempt  attempt
		body     fields
		optional fields // with values that are refused
	}{
		{name: "mainland text", attempt: attempt{path: templatePath}, body: sms, optional: fields{"subAppend": "x", "reqId": "-"}},
		{name: "sub-account", attempt: attempt{path: subPath, sig: subSig, authorization: subSID + ":20240102030405"}, body: sms},
		{
			name: "international text", attempt: attempt{path: internationalPath},
			body: fields{"appId": appID, "mobile": "006013800000", "content": "Your code is 4653"},
		},
		{name: "reports", attempt: attempt{path: arrivedPath}, body: fields{"appId": appID}, optional: fields{"smsType": "x", "count": "x"}},
		{name: "account", attempt: attempt{path: infoPath}},
	}
	cfg := rongliansim.Config{SubAccountSID: subSID, SubAuthToken: subToken, Templates: map[string]string{"1": "{1}，{2}分钟内有效"}}
	for _, call := range calls {
		t.Run(call.name, func(t *testing.T) {
			t.Parallel()
			answer := func(a attempt, body fields) (string, string) {
				if body != nil {
					encoded, err := json.Marshal(body)
					require.NoError(t, err)
					a.body = string(encoded)
				}
				s, _, _ := newServer(cfg)
				return a.do(t, s)
			}
			refused := func(named string, a attempt, body fields) {
				reply, verdict := answer(a, body)
				require.Regexp(t, `"statusCode":"1\d{5}"`, reply, named)
				require.Contains(t, verdict, named+": ")
			}
			reply, verdict := answer(call.attempt, call.body)
			require.Contains(t, reply, `"statusCode":"000000"`, verdict)
			for _, header := range []string{"Authorization", "Accept", "Content-Type"} {
				without := call.attempt
				without.remove = header
				refused(header, without, call.body)
			}
			spoilt := call.attempt
			spoilt.sig = "&"
			refused("sig", spoilt, call.body)
			spoilt.sig = "0" + sig[1:]
			refused("sig", spoilt, call.body)
			spoilt = call.attempt
			spoilt.authorization = accountSID + "0:20240102030405"
			refused("Authorization", spoilt, call.body)
			for name := range call.body {
				missing := maps.Clone(call.body)
				delete(missing, name)
				refused(name, call.attempt, missing)
				if name == "content" {
					continue // any words will do
				}
				other := maps.Clone(call.body)
				other[name] = "x"
				if name == "datas" {
					other[name] = []string{"x"}
				}
				refused(name, call.attempt, other)
			}
			for name, value := range call.optional {
				other := maps.Clone(call.body)
				other[name] = value
				refused(name, call.attempt, other)
			}
		})
	}
}
