package providertest_test

import (
	"slices"
	"strings"

	"github.com/cnsms/cnsms/provider"
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
