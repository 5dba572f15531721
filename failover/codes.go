package failover

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/provider"
)

// Some services put a code of their own into a text, instead of the caller's. Where
// one of them stands beside another sender, a user may get two codes, of which one
// works. So a composer is not built that way, nor does it go on that way after a text
// that may be on its way, unless the caller says so.

// ExtraOtherCode is the key in Receipt.Extra of the providers, separated by commas,
// whose texts may be on their way as well, with another code than that of the receipt.
const ExtraOtherCode = "other_code"

// maker says who makes the code in a text: the name of a provider, or callersCode.
type maker string

// callersCode: the text carries the code in Message.Params.
const callersCode maker = ""

// text returns the maker as the subject of a sentence.
func (m maker) text() string {
	if m == callersCode {
		return "the caller makes"
	}
	return string(m) + " makes"
}

// makersOf lists who may make the code when p sends a text of that template, each
// once.
func makersOf(p provider.Provider, template string) []maker {
	var found []maker
	add := func(inside provider.Provider) {
		for _, each := range makersOf(inside, template) {
			if !slices.Contains(found, each) {
				found = append(found, each)
			}
		}
	}
	switch outer := p.(type) {
	case *Router:
		for _, rule := range outer.rules {
			if len(rule.Templates) == 0 || template == provider.AnyTemplate || slices.Contains(rule.Templates, template) {
				add(rule.Provider)
			}
		}
		return found
	case provider.Wrapper:
		return makersOf(outer.Unwrap(), template)
	case provider.Group:
		for _, inside := range outer.Providers() {
			add(inside)
		}
		return found
	}
	switch {
	case unusable(p):
		return nil
	case provider.MakesCode(p, template):
		return []maker{maker(p.Name())}
	}
	return []maker{callersCode}
}

// checkCodes finds two members that would send different codes for one template.
func checkCodes(members []labelledMember) error {
	for _, template := range madeTemplates(members) {
		var first maker
		var field string
		for _, m := range members {
			for _, each := range makersOf(m.Provider, template) {
				switch {
				case field == "":
					first, field = each, m.field
				case field != m.field && each != first:
					return otherCodeError(m.field, template, field, first, each)
				}
			}
		}
	}
	return nil
}

// unusable reports whether p is one of those that checkProvider refuses.
func unusable(p provider.Provider) bool { return isNil(p) || p.Name() == "" }

func otherCodeError(field, template, firstField string, first, second maker) error {
	which := fmt.Sprintf("the codes of template %q", template)
	if template == provider.AnyTemplate {
		which = "the codes"
	}
	return fmt.Errorf("%s.Provider: %s %s, and in %s %s them, so that a user may get two codes of which one works; "+
		"set OtherCodes or Decide if that is wanted", field, second.text(), which, firstField, first.text())
}

// madeTemplates lists the templates whose codes some service makes, sorted, with
// AnyTemplate behind those that have a name.
func madeTemplates(members []labelledMember) []string {
	made := map[string]bool{}
	for _, m := range members {
		if isNil(m.Provider) {
			continue
		}
		for inside := range provider.All(m.Provider) {
			switch inside.(type) {
			case provider.Wrapper, provider.Group:
				continue
			}
			if unusable(inside) {
				continue
			}
			for _, template := range provider.CodeTemplates(inside) {
				made[template] = true
			}
		}
	}
	anyTemplate := made[provider.AnyTemplate]
	delete(made, provider.AnyTemplate)
	templates := slices.Sorted(maps.Keys(made))
	if anyTemplate {
		templates = append(templates, provider.AnyTemplate)
	}
	return templates
}

// codeOnTheWay is an attempt after which a text may be on its way.
type codeOnTheWay struct {
	provider string
	maker    maker
}

// codesOnTheWay are the attempts of one send after which a text may be on its way.
type codesOnTheWay struct {
	all     []codeOnTheWay
	binding []codeOnTheWay // those after which no other code may be sent
}

// add adds a failed attempt on a member, which sums up several if the member is a
// composer. With DecideNext the caller accepts another code.
func (c *codesOnTheWay) add(member provider.Provider, failed Attempt, decision Decision) {
	for _, each := range unsureAttempts(failed) {
		on := codeOnTheWay{each.Provider, makerNamed(member, each.Provider, each.Template)}
		c.all = append(c.all, on)
		if decision != DecideNext {
			c.binding = append(c.binding[:len(c.binding):len(c.binding)], on)
		}
	}
}

// unsureAttempts lists the attempts that may have sent the message.
func unsureAttempts(a Attempt) []Attempt {
	var inner *Error
	if !errors.As(a.Err, &inner) || inner == nil || len(inner.Attempts) == 0 {
		return []Attempt{a}
	}
	var unsure []Attempt
	for _, each := range inner.Attempts {
		if each.MayHaveSent {
			unsure = append(unsure, unsureAttempts(each)...)
		}
	}
	return unsure
}

// makerNamed says who made the code in a text that the named provider inside p sent.
// A name that is not found inside stands for any of them.
func makerNamed(p provider.Provider, name, template string) maker {
	if inside, ok := provider.Find(p, name); ok {
		p = inside
	}
	for _, each := range makersOf(p, template) {
		if each != callersCode {
			return each
		}
	}
	return callersCode
}

// forbid reports whether p might send another code than one that may be on its way.
func (c *codesOnTheWay) forbid(p provider.Provider, template string) bool {
	for _, each := range makersOf(p, template) {
		for _, on := range c.binding {
			if on.maker != each {
				return true
			}
		}
	}
	return false
}

// note writes into the receipt of an accepted attempt whose other codes may be on
// their way.
func (c *codesOnTheWay) note(member provider.Provider, accepted Attempt, receipt *provider.Receipt) {
	sent := makerNamed(member, accepted.Provider, accepted.Template)
	var others []string
	for _, on := range c.all {
		if on.maker != sent {
			others = append(others, on.provider)
		}
	}
	if len(others) == 0 {
		return
	}
	if already := receipt.Extra[ExtraOtherCode]; already != "" {
		others = append(others, already)
	}
	receipt.Extra = maps.Clone(receipt.Extra)
	if receipt.Extra == nil {
		receipt.Extra = map[string]string{}
	}
	receipt.Extra[ExtraOtherCode] = strings.Join(others, ",")
}
