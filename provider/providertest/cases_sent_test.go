package providertest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
)

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

// A toy that names its values passes in whatever order they are.
func TestNamedToy(t *testing.T) {
	t.Parallel()
	h := toyHarness(flaw{named: func(names, values []string) {
		slices.Reverse(names)
		slices.Reverse(values)
	}})
	h.Message.Params = provider.Params{provider.ParamCode: "042137", "minutes": "10"}
	h.Templates = provider.Templates{"login": {ID: "t1", Params: []string{"minutes", provider.ParamCode}}}
	providertest.Run(t, h)
}
