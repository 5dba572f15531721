package providertest

import (
	"strings"

	"github.com/cnsms/cnsms/provider"
)

func inputCases() []testCase {
	const named = ", and the error names the field"
	return []testCase{
		{
			name: "no-recipient", essential: true, run: noRecipient,
			rule: "a message without a number fails as KindRecipient before any request" + named,
		},
		{
			name: "no-template", essential: true, run: noTemplate,
			rule: "a message without a template name fails as KindTemplate before any request" + named,
		},
		{
			name: "unmapped-template", run: unmapped,
			rule: "a template that is not mapped fails as KindTemplate before any request, and the error names it",
		},
		{
			name: "missing-parameter", run: missingParameter,
			rule: "a parameter that the template needs and the message lacks fails as KindTemplate before any request, and the error names it",
		},
		{
			name: "surplus-parameter", run: surplusParameter,
			rule: "a parameter that the template does not know fails as KindTemplate before any request, and the error names it",
		},
	}
}

func noRecipient(c *check) {
	m := c.message()
	m.To = provider.Phone{}
	c.refusedUnsent(m, provider.KindRecipient, "To", "a message without a number")
}

func noTemplate(c *check) {
	m := c.message()
	m.Template = ""
	c.refusedUnsent(m, provider.KindTemplate, "Template", "a message without a template name")
}

func unmapped(c *check) {
	m := c.message()
	m.Template = unmappedTemplate
	c.refusedUnsent(m, provider.KindTemplate, unmappedTemplate, "a template that is not mapped")
}

func missingParameter(c *check) {
	m := c.message()
	if _, ok := m.Params[c.h.MissingParam]; !ok {
		c.Fatalf("Harness.Message has no parameter %q to leave out: set Harness.MissingParam, or skip the case", c.h.MissingParam)
	}
	delete(m.Params, c.h.MissingParam)
	c.refusedUnsent(m, provider.KindTemplate, c.h.MissingParam, "a missing parameter")
}

func surplusParameter(c *check) {
	m := c.message()
	if m.Params == nil {
		m.Params = provider.Params{}
	}
	m.Params[surplusParam] = "x"
	c.refusedUnsent(m, provider.KindTemplate, surplusParam, "a surplus parameter")
}

// refusedUnsent checks that m fails without a request, and that the error names
// what is wrong.
func (c *check) refusedUnsent(m provider.Message, kind error, name, situation string) {
	c.Helper()
	s := c.stage()
	_, err := c.send(c.Context(), c.provider(s), m, "sending "+situation)
	c.failed(err, wanted{kind: kind, sent: notSent}, situation)
	c.requests(s, 0, situation)
	if !strings.Contains(err.Error(), name) {
		c.broken("%s: the error does not name %q: %v", situation, name, err)
	}
}
