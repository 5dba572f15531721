package fake

import (
	"errors"
	"maps"
	"slices"

	"github.com/cnsms/cnsms/provider"
)

// check refuses what an adapter refuses before any request, and says who makes
// the code.
func (p *Provider) check(m provider.Message, usual provider.CodeOrigin) (provider.CodeOrigin, error) {
	if err := m.Validate(); err != nil {
		return usual, p.signed(err)
	}
	if p.Templates == nil {
		return usual, p.signed(checkCode(usual, m.Params))
	}
	template, err := p.Templates.Lookup(m.Template)
	if err != nil {
		return usual, p.signed(err)
	}
	if serviceMakesCode(template, usual) {
		return provider.CodeByProvider, p.signed(checkOwnText(template, m.Params))
	}
	return provider.CodeByCaller, p.signed(checkParams(template, m.Params))
}

// serviceMakesCode reports whether the service puts a code of its own into the
// text: the text is the service's own, or the service makes the codes and the
// template has no place for the caller's.
func serviceMakesCode(template provider.Template, usual provider.CodeOrigin) bool {
	if template.Text != "" || len(template.Params) > 0 {
		return false
	}
	return template.ID == "" || usual == provider.CodeByProvider
}

// checkCode refuses the code that a template with a place for it would refuse.
func checkCode(usual provider.CodeOrigin, params provider.Params) error {
	code, ok := params[provider.ParamCode]
	if !ok || usual == provider.CodeByProvider {
		return nil
	}
	template := provider.Template{ID: "any", Params: []string{provider.ParamCode}}
	_, err := template.Values(provider.Params{provider.ParamCode: code})
	return err
}

// codeTemplates lists the templates whose code the service makes.
func (p *Provider) codeTemplates(usual provider.CodeOrigin) []string {
	if p.Templates == nil {
		if usual == provider.CodeByProvider {
			return []string{provider.AnyTemplate}
		}
		return nil
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(p.Templates)) {
		if serviceMakesCode(p.Templates[name], usual) {
			names = append(names, name)
		}
	}
	return names
}

func checkParams(template provider.Template, params provider.Params) error {
	if template.ID == "" && template.Text != "" {
		_, err := template.Render(params)
		return err
	}
	_, err := template.Values(params)
	return err
}

// checkOwnText refuses parameters that the service cannot send, unless the
// template's Ignore names them.
func checkOwnText(template provider.Template, params provider.Params) error {
	if _, ok := params[provider.ParamCode]; ok && !slices.Contains(template.Ignore, provider.ParamCode) {
		return &provider.Error{
			Op: provider.OpSend, Kind: provider.KindTemplate,
			Text: `Params["code"]: the service makes its own code and cannot send this one; to let it, name "code" in the template's Ignore`,
		}
	}
	template.ID = "own text" // Values matches names only where there is an ID
	_, err := template.Values(params)
	return err
}

// signed fills in who failed.
func (p *Provider) signed(err error) error {
	var failure *provider.Error
	if errors.As(err, &failure) {
		if failure.Provider == "" {
			failure.Provider = p.Name()
		}
		if failure.Op == "" {
			failure.Op = provider.OpSend
		}
	}
	return err
}
