package adapter

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cnsms/cnsms/provider"
)

// A service that makes its codes itself has a text of its own, which takes no
// parameters. In a configuration that is a Template without an ID.

// ownTextProblems reports every fault of every template: those that package provider
// knows, and what a service cannot do that takes neither whole texts nor signatures.
func ownTextProblems(title string, templates provider.Templates) []error {
	var problems []error
	byID := provider.Templates{}
	for _, name := range slices.Sorted(maps.Keys(templates)) {
		template, field := templates[name], "Templates["+strconv.Quote(name)+"]"
		if template.Sign != "" {
			problems = append(problems, fmt.Errorf("%s.Sign: %s takes the signature from the application", field, title))
		}
		if template.ID != "" {
			byID[name] = template
			continue
		}
		if name == "" {
			problems = append(problems, errors.New(`Templates[""]: a template wants a name`))
		}
		if template.Text != "" {
			problems = append(problems, fmt.Errorf("%s.Text: %s takes no whole texts; give an ID, or nothing for the service's own text", field, title))
		}
		if len(template.Params) > 0 {
			problems = append(problems, fmt.Errorf("%s.Params: belong to an ID, and there is none", field))
		}
	}
	return append(problems, byID.Validate())
}

// OwnText makes sure that nothing the caller wants to be sent is dropped where the
// service sends a text and a code of its own: parameters are refused as KindTemplate,
// unless the template's Ignore names them.
func (c *Call) OwnText(template provider.Template) error {
	if _, ok := c.message.Params[provider.ParamCode]; ok && !slices.Contains(template.Ignore, provider.ParamCode) {
		return c.Fail(provider.KindTemplate,
			`Params["code"]: %s makes its own code and cannot send this one; to let it, name "code" in the template's Ignore`,
			c.client.settings().Title)
	}
	template.ID, template.Params = "own text", nil // Values matches names only where there is an ID
	_, err := c.Values(template)
	return err
}

// TemplateNames lists the logical names of the templates that match, sorted: with those
// into which the service puts a code of its own, it answers
// [provider.CodeMaker.CodeTemplates].
func (c *Client) TemplateNames(match func(provider.Template) bool) []string {
	var names []string
	for name, template := range c.settings().Templates {
		if match(template) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// longestCode is more digits than any service's codes have.
const longestCode = 20

// NewVerify begins the check of a code that the service has made. The error says why
// the service, whose checks are few, need not be asked: the caller made the code,
// there is no number, or the code is not made of digits or of too many.
func (c *Client) NewVerify(r provider.Receipt, code string) (*Call, error) {
	call := c.NewCall(provider.OpVerify)
	call.Hide(r.To.National(), code)
	switch {
	case r.Code != provider.CodeByProvider:
		return nil, call.Fail(provider.KindUnsupported, "Receipt.Code: the caller made this code; the caller checks it")
	case r.To.IsZero():
		return nil, call.Fail(provider.KindRecipient, "Receipt.To: no phone number")
	case !IsDigits(code):
		return nil, call.Fail(provider.KindCodeMismatch, "code: not made of digits")
	case len(code) > longestCode:
		return nil, call.Fail(provider.KindCodeMismatch, "code: too long")
	}
	return call, nil
}

// IsDigits reports whether text is made of the digits 0 to 9, one at least.
func IsDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
