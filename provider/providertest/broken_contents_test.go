package providertest_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

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

// Adapters that send something else than what they were asked for once passed.
func TestU1WhatGoesOutIsCompared(t *testing.T) {
	t.Parallel()
	mustCatch(t, brokenContents())
}

// So did adapters that took a status of success, or the first value of a reply, for
// the whole truth.
func TestU2RepliesAreReadWhole(t *testing.T) {
	t.Parallel()
	mustCatch(t, brokenReadings())
}

// And so did errors that wrote the number or the code in another way.
func TestU3WritingsOfANumberAreFound(t *testing.T) {
	t.Parallel()
	mustCatch(t, brokenWords())
}

// brokenContents send something else than what they were asked for.
func brokenContents() []each {
	swapped := onRequest(func(t *toy, m provider.Message) toyRequest {
		template := t.templates[m.Template]
		values, _ := template.Values(m.Params)
		slices.Reverse(values)
		return toyRequest{Template: template.ID, Params: values}
	})
	return []each{
		{
			name: "the same code for everybody", caught: "what-goes-out", says: `the code "000000"`,
			flaw: onCode(func(string) string { return "000000" }),
		},
		{
			name: "drops the leading zero", caught: "what-goes-out", says: `want "042137"`,
			flaw: onCode(func(code string) string { return strings.TrimLeft(code, "0") }),
		},
		{name: "swaps two parameters", caught: "order-of-values", says: `the template's values are ["5" "042137"]`, flaw: swapped},
		{
			name: "swaps the names of two parameters", caught: "order-of-values", says: `the template's values are map["code":"5" "providertest-second":"042137"]`,
			flaw: flaw{named: func(names, _ []string) { slices.Reverse(names) }},
		},
		{
			name: "a name of its own", caught: "what-goes-out", says: `the template's values are map["Code":"042137"], want map["code":"042137"]`,
			flaw: flaw{named: func(names, _ []string) { names[0] = "Code" }},
		},
		{
			name: "one name twice", caught: "order-of-values", says: `the template's values are map["code":"5"]`,
			flaw: flaw{named: func(names, _ []string) { names[len(names)-1] = names[0] }},
		},
		{
			name: "drops a name", caught: "what-goes-out", says: `records the names [] for the values ["042137"]`,
			flaw: onRequest(func(_ *toy, m provider.Message) toyRequest {
				return toyRequest{Template: "t1", Params: []string{m.Params[provider.ParamCode]}, Names: []string{}}
			}),
		},
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

// brokenReadings believe what a reply does not say.
func brokenReadings() []each {
	firstValueOnly := func(body []byte, status int) (string, bool) {
		var reply toyReply
		err := json.NewDecoder(bytes.NewReader(body)).Decode(&reply)
		return reply.ID, err == nil && reply.Result == "OK" && reply.ID != "" && status == http.StatusOK
	}
	return []each{
		{
			name: "created is success", caught: "success-status", says: "Send reported success",
			flaw: flaw{judge: func(_ []byte, status int) (string, bool) { return "toy-1", status == http.StatusCreated }},
		},
		{name: "garbage behind the object", caught: "trailing-garbage", says: "Send reported success", flaw: flaw{judge: firstValueOnly}},
		{name: "waits for the end of a switch", caught: "unexpected-status", says: notReturned, flaw: flaw{readsAnything: true}},
	}
}

// brokenWords tell the number or the code in other writings.
func brokenWords() []each {
	says := func(words string) flaw { return onFailure(func(e *provider.Error) { e.Text += words }) }
	return []each{
		{name: "the number in groups", caught: "secrecy-refusal", says: "the full number", flaw: says(" for 138 0013 8000")},
		{name: "the number with dashes", caught: "secrecy-refusal", says: "the full number", flaw: says(" for 138-0013-8000")},
		{name: "the code in groups", caught: "secrecy-refusal", says: "the code", flaw: says(" code 042-137")},
		{name: "the number as JSON escapes it", caught: "secrecy-refusal", says: "the full number", flaw: says(` "\u0031\u0033800138000"`)},
		{name: "the number in an address", caught: "secrecy-refusal", says: "the full number", flaw: says(" ?to=%31%33800138000")},
	}
}

// brokenOverHTTP2 go wrong over HTTP/2 only.
func brokenOverHTTP2() []each {
	return []each{
		{name: "lets HTTP/2 repeat", caught: "http2-reset", says: "want 1 to 1", flaw: flaw{repeatable: true}},
		{name: "sure after a reset over HTTP/2", caught: "http2", says: "MayHaveSent is false", flaw: onFailure(func(e *provider.Error) { e.MayHaveSent = false })},
	}
}
