package providertest

import (
	"maps"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

func sentCases() []testCase {
	const rule = "what goes out is what the caller asked for: the number, the template, the values in their places, the code digit by digit, the signature"
	return []testCase{
		{name: "what-goes-out", wire: true, essential: true, run: whatGoesOut, rule: rule},
		{
			name: "order-of-values", wire: true, run: orderOfValues,
			rule: rule + "; two parameters of one template must not change places",
		},
	}
}

func whatGoesOut(c *check) {
	s := c.stage()
	m := c.message()
	r := c.accepted(s, c.provider(s), m)
	c.matches(s, m, c.h.Templates[m.Template], r)
}

// pairTemplate is the harness's template with one parameter more.
const (
	pairTemplate  = "providertest-pair"
	secondParam   = "providertest-second" // no harness has it
	secondValue   = "5"
	replacedValue = "7"
)

// orderOfValues sends a template with a parameter more, and once more with another
// value of it.
func orderOfValues(c *check) {
	template, ok := c.h.Templates[c.h.Message.Template]
	switch {
	case !ok:
		c.Skip("the harness has no template of that name")
	case template.ID != "" && len(template.Params) > 0:
		template.Params = append(slices.Clone(template.Params), secondParam)
	case template.Text != "":
		template.Text += " {" + secondParam + "}"
	default:
		c.Skip("the service's own text takes no parameters")
	}
	for _, value := range []string{secondValue, replacedValue} {
		c.sub(value, func(c *check) {
			s := c.stage()
			p := c.provider(s, func(e *Endpoint) { e.Templates[pairTemplate] = template })
			m := c.message()
			m.Template = pairTemplate
			m.Params[secondParam] = value
			c.matches(s, m, template, c.accepted(s, p, m))
		})
	}
}

// matches compares the text that the service took with what was asked.
func (c *check) matches(s *stage, m provider.Message, template provider.Template, r provider.Receipt) {
	c.Helper()
	texts := s.sim.Texts()
	if len(texts) != 1 {
		c.broken("the service took %d texts, want 1", len(texts))
	}
	text := texts[0]
	if want := m.To.E164(); text.To != want {
		c.broken("the text went to %s, want %s", text.To, want)
	}
	if template.Sign != "" && text.Sign != template.Sign {
		c.broken("the text is signed %q, want %q", text.Sign, template.Sign)
	}
	if r.Code == provider.CodeByProvider {
		return // the service's own text and code
	}
	c.carries(text, m, template)
}

// carries checks the contents of a text. A service that takes whole texts records
// the text, one with templates the template and its values, and some record both.
func (c *check) carries(text sim.Text, m provider.Message, template provider.Template) {
	c.Helper()
	if code := m.Params[provider.ParamCode]; code != "" && text.Code != code {
		c.broken("the text carries the code %q, want %q", text.Code, code)
	}
	switch {
	case text.Template != "":
		if text.Template != template.ID {
			c.broken("the text has the template %q, want %q", text.Template, template.ID)
		}
		c.hasValues(text, m, template)
	default:
		want, err := template.Render(m.Params)
		if err != nil {
			c.Fatalf("the harness's template does not fit its message: %v", err)
		}
		if !strings.Contains(text.Text, want) {
			c.broken("the text is %q, want %q in it", text.Text, want)
		}
	}
}

// hasValues compares the values of a template: by their names where the service knows
// these, in whatever order, and otherwise by their places.
func (c *check) hasValues(text sim.Text, m provider.Message, template provider.Template) {
	c.Helper()
	if text.Names != nil {
		c.hasNamed(text, m, template)
		return
	}
	want := make([]string, len(template.Params))
	for i, name := range template.Params {
		want[i] = m.Params[name]
	}
	if !slices.Equal(text.Params, want) {
		c.broken("the template's values are %q, want %q", text.Params, want)
	}
}

func (c *check) hasNamed(text sim.Text, m provider.Message, template provider.Template) {
	c.Helper()
	if len(text.Names) != len(text.Params) {
		c.broken("the simulator records the names %q for the values %q", text.Names, text.Params)
	}
	got, want := map[string]string{}, map[string]string{}
	for i, name := range text.Names {
		got[name] = text.Params[i]
	}
	for _, name := range template.Params {
		want[name] = m.Params[name]
	}
	if !maps.Equal(got, want) {
		c.broken("the template's values are %q, want %q", got, want)
	}
}
