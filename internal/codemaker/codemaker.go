// Package codemaker holds the rules that adapters share whose services make and
// check codes themselves. Such a service has a text of its own, which takes no
// parameters; in a configuration it is a Template without an ID.
package codemaker

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/provider"
)

// ValidateTemplates reports every fault of every template: those that package
// provider knows, and what a service cannot do that takes neither whole texts nor
// signatures. The service's name, such as "Mob", goes into the words.
func ValidateTemplates(service string, templates provider.Templates) error {
	var problems []error
	byID := provider.Templates{}
	for _, name := range slices.Sorted(maps.Keys(templates)) {
		template := templates[name]
		if template.Sign != "" {
			problems = append(problems, fmt.Errorf("Templates[%q].Sign: %s takes the signature from the application", name, service))
		}
		if template.ID != "" {
			byID[name] = template
			continue
		}
		problems = append(problems, validateOwnText(service, name, template)...)
	}
	return errors.Join(append(problems, byID.Validate())...)
}

func validateOwnText(service, name string, template provider.Template) []error {
	var problems []error
	if name == "" {
		problems = append(problems, errors.New(`Templates[""]: a template wants a name`))
	}
	if template.Text != "" {
		problems = append(problems, fmt.Errorf("Templates[%q].Text: %s takes no whole texts; give an ID, or nothing for the service's own text", name, service))
	}
	if len(template.Params) > 0 {
		problems = append(problems, fmt.Errorf("Templates[%q].Params: belong to an ID, and there is none", name))
	}
	return problems
}

// CheckParams makes sure that nothing the caller wants to be sent is dropped
// where the service sends a text and a code of its own: parameters are refused
// as KindTemplate, unless the template's Ignore names them.
func CheckParams(service string, template provider.Template, params provider.Params) error {
	if _, ok := params[provider.ParamCode]; ok && !slices.Contains(template.Ignore, provider.ParamCode) {
		return &provider.Error{
			Op: provider.OpSend, Kind: provider.KindTemplate,
			Text: `Params["code"]: ` + service + ` makes its own code and cannot send this one; to let it, name "code" in the template's Ignore`,
		}
	}
	template.ID, template.Params = "own text", nil // Values matches names only where there is an ID
	_, err := template.Values(params)
	return err
}

// longestCode is more digits than any service's codes have.
const longestCode = 20

// CheckReceipt reports why a code need not be given to the service, whose checks
// are few: the caller made it, there is no number, or it is not made of digits or
// of too many.
func CheckReceipt(r provider.Receipt, code string) error {
	failure := &provider.Error{Op: provider.OpVerify}
	switch {
	case r.Code != provider.CodeByProvider:
		failure.Kind, failure.Text = provider.KindUnsupported, "Receipt.Code: the caller made this code; the caller checks it"
	case r.To.IsZero():
		failure.Kind, failure.Text = provider.KindRecipient, "Receipt.To: no phone number"
	case code == "" || strings.Trim(code, "0123456789") != "":
		failure.Kind, failure.Text = provider.KindCodeMismatch, "code: not made of digits"
	case len(code) > longestCode:
		failure.Kind, failure.Text = provider.KindCodeMismatch, "code: too long"
	default:
		return nil
	}
	return failure
}
