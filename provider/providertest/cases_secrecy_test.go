package providertest_test

import (
	"net/http"

	"github.com/cnsms/cnsms/provider"
)

func brokenSecrecy() []each {
	return []each{
		{
			name: "number in Extra", caught: "secrecy-receipt", says: "the full number",
			flaw: onReceipt(func(r *provider.Receipt) { r.Extra = map[string]string{"to": r.To.National()} }),
		},
		{
			name: "code in Extra", caught: "secrecy-receipt", says: "the code",
			flaw: onReceipt(func(r *provider.Receipt) { r.Extra = map[string]string{"text": "your code is 042137"} }),
		},
		{
			name: "quotes the parameters", caught: "secrecy-input", says: "the code",
			flaw: flaw{before: func(t *toy, m *provider.Message) {
				code := m.Params[provider.ParamCode]
				t.flaw.failure = func(e *provider.Error) { e.Text += ": code=" + code }
			}},
		},
		{name: "quotes a refusal", caught: "secrecy-refusal", says: "the full number", flaw: flaw{quoteReply: true}},
		{name: "quotes a reply", caught: "secrecy-reply", says: "the full number", flaw: flaw{quoteReply: true}},
		{name: "quotes the transport", caught: "secrecy-no-http", says: "the full number", flaw: flaw{quoteTransport: true}},
		{
			name: "number in the URL", caught: "secrecy-network", says: "the full number",
			flaw: flaw{quoteTransport: true, wire: func(r *http.Request) { r.URL.RawQuery = "mobile=13800138000" }},
		},
		{
			name: "secret in the URL", caught: "secrecy-network", says: "Harness.Secrets[0]",
			flaw: flaw{quoteTransport: true, wire: func(r *http.Request) { r.URL.RawQuery = "key=" + toyKey }},
		},
		{
			name: "secret in a field", caught: "secrecy-provider", says: "Harness.Secrets[0]",
			flaw: flaw{build: func(t *toy) { t.shown = toyKey }},
		},
		{
			name: "secret in the name", caught: "secrecy-provider", says: "Harness.Secrets[0]",
			flaw: flaw{name: func(*toy) string { return "toy " + toyKey }},
		},
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
