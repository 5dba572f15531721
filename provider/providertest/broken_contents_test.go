package providertest_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/provider"
)

// onCode changes the code on its way out.
func onCode(change func(code string) string) flaw {
	return flaw{before: func(_ *toy, m *provider.Message) {
		params := provider.Params{}
		for name, value := range m.Params {
			params[name] = value
		}
		params[provider.ParamCode] = change(params[provider.ParamCode])
		m.Params = params
	}}
}

// brokenContents send something else than what they were asked for. U1 of the list
// of inputs that once passed.
func brokenContents() []each {
	swapped := onRequest(func(t *toy, m provider.Message) toyRequest {
		template := t.templates[m.Template]
		values, _ := template.Values(m.Params)
		slices.Reverse(values)
		return toyRequest{Template: template.ID, Params: values}
	})
	return []each{
		{
			name: "U1 the same code for everybody", caught: "what-goes-out", says: `the code "000000"`,
			flaw: onCode(func(string) string { return "000000" }),
		},
		{
			name: "U1 drops the leading zero", caught: "what-goes-out", says: `want "042137"`,
			flaw: onCode(func(code string) string { return strings.TrimLeft(code, "0") }),
		},
		{name: "U1 swaps two parameters", caught: "order-of-values", says: `the template's values are ["5" "042137"]`, flaw: swapped},
		{
			name: "another template", caught: "what-goes-out", says: `the template "other", want "t1"`,
			flaw: onRequest(func(_ *toy, m provider.Message) toyRequest {
				return toyRequest{Template: "other", Params: []string{m.Params[provider.ParamCode]}}
			}),
		},
		{
			name: "another number", caught: "what-goes-out", says: "the text went to +8613800138001",
			flaw: onRequest(func(_ *toy, m provider.Message) toyRequest {
				return toyRequest{To: []string{"+8613800138001"}, Template: "t1", Params: []string{m.Params[provider.ParamCode]}}
			}),
		},
	}
}

// brokenContradictions believe what a reply does not say. U2 and U3 of the same list,
// and what HTTP/2 brings along.
func brokenContradictions() []each {
	firstValueOnly := func(body []byte, status int) (string, bool) {
		var reply toyReply
		err := json.NewDecoder(bytes.NewReader(body)).Decode(&reply)
		return reply.ID, err == nil && reply.Result == "OK" && reply.ID != "" && status == http.StatusOK
	}
	return []each{
		{
			name: "U2 created is success", caught: "success-status", says: "Send reported success",
			flaw: flaw{judge: func(_ []byte, status int) (string, bool) { return "toy-1", status == http.StatusCreated }},
		},
		{
			name: "U2 garbage behind the object", caught: "trailing-garbage", says: "Send reported success",
			flaw: flaw{judge: firstValueOnly},
		},
		{
			name: "U3 the number in groups", caught: "secrecy-refusal", says: "the full number",
			flaw: onFailure(func(e *provider.Error) { e.Text += " for 138 0013 8000" }),
		},
		{
			name: "U3 the code in groups", caught: "secrecy-refusal", says: "the code",
			flaw: onFailure(func(e *provider.Error) { e.Text += " code 042-137" }),
		},
		{
			name: "U3 the number in an escape", caught: "secrecy-refusal", says: "the full number",
			flaw: onFailure(func(e *provider.Error) { e.Text += ` "\u0031\u0033800138000"` }),
		},
		{
			name: "U3 the number in an address", caught: "secrecy-refusal", says: "the full number",
			flaw: onFailure(func(e *provider.Error) { e.Text += " ?to=%31%33800138000" }),
		},
		{name: "waits for the end of a switch", caught: "unexpected-status", says: notReturned, flaw: flaw{readsAnything: true}},
		{name: "lets HTTP/2 repeat", caught: "http2-reset", says: "want 1 to 1", flaw: flaw{repeatable: true}},
		{name: "trusts a reply over HTTP/2", caught: "http2", says: "MayHaveSent is false", flaw: onFailure(func(e *provider.Error) { e.MayHaveSent = false })},
	}
}
