package provider

import "slices"

// CodeMaker is a provider whose service makes the code in some of its texts, so that
// the text does not carry the caller's. Package failover asks, because two services
// that make their own codes send two codes, of which a user cannot know the right
// one.
type CodeMaker interface {
	// CodeTemplates lists the templates, by their logical names, whose texts carry a
	// code of the service's own: receipts of these say CodeByProvider. AnyTemplate
	// stands for all. The slice belongs to the caller.
	CodeTemplates() []string
}

// AnyTemplate, in what CodeTemplates returns, stands for every template.
const AnyTemplate = "*"

// CodeTemplates lists the templates for which p itself, and not a provider inside
// it, makes the code. A [Verifier] that is no [CodeMaker] is taken to make the codes
// of every template.
func CodeTemplates(p Provider) []string {
	if maker, ok := p.(CodeMaker); ok {
		return maker.CodeTemplates()
	}
	if _, ok := p.(Verifier); ok {
		return []string{AnyTemplate}
	}
	return nil
}

// MakesCode reports whether p itself makes the code in texts of that template.
func MakesCode(p Provider, template string) bool {
	return slices.ContainsFunc(CodeTemplates(p), func(listed string) bool {
		return listed == template || listed == AnyTemplate
	})
}
