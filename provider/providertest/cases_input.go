package providertest

import (
	"slices"
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
			rule: "a template that is not mapped fails as KindTemplate before any request, and the error names it and those that are mapped",
		},
		{
			name: "missing-parameter", run: missingParameter,
			rule: "a parameter that the template needs and the message lacks fails as KindTemplate before any request, and the error names it",
		},
		{
			name: "surplus-parameter", run: surplusParameter,
			rule: "a parameter that the template does not know fails as KindTemplate before any request, and the error names it",
		},
		{
			name: "empty-code", essential: true, run: emptyCode,
			rule: "a code that nobody could type fails as KindTemplate before any request, and the error names it",
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
	if _, ok := c.h.Templates[c.h.Message.Template]; ok {
		c.refusedUnsent(m, provider.KindTemplate, c.h.Message.Template, "a template that is not mapped, beside one that is")
	}
}

// emptyCode sends codes without a letter or a digit.
func emptyCode(c *check) {
	template := c.h.Templates[c.h.Message.Template]
	if !slices.Contains(template.Params, provider.ParamCode) && !strings.Contains(template.Text, "{"+provider.ParamCode+"}") {
		c.Skip("the harness's template takes no code")
	}
	for name, code := range map[string]string{
		"empty": "", "space": " ", "line-end": "\n", "ideographic-space": "\u3000", "zero-width": "\u200b\ufeff",
		"variation": "\ufe0f", "dashes": "------", "full-stop": "。", "filler": "\u3164",
	} {
		c.sub(name, func(c *check) {
			m := c.message()
			m.Params[provider.ParamCode] = code
			c.refusedUnsent(m, provider.KindTemplate, provider.ParamCode, "a code that is empty")
		})
	}
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
