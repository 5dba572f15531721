package provider

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Template is what one logical text is at one service: an id with an order of
// parameters, or a text with {name} places, or both where a service takes
// either.
type Template struct {
	// ID is the service's id of an approved template.
	ID string
	// Params are the names of the parameters that the template with that ID
	// takes, in its order.
	Params []string
	// Text is the whole text with {name} places. {{ and }} stand for braces.
	Text string
	// Sign overrides the account's signature (without brackets).
	Sign string
	// Ignore names parameters that a message may carry though this template does
	// not use them, so that one message fits services whose templates differ.
	Ignore []string
}

// Templates maps logical names, such as "login", to a service's templates.
type Templates map[string]Template

// Lookup returns the template of that name. The error is an *Error of
// KindTemplate that names it, the one that may be meant, and those that are mapped.
func (t Templates) Lookup(name string) (Template, error) {
	template, ok := t[name]
	if !ok {
		return Template{}, templateError("template " + strconv.Quote(name) + ": not mapped for this provider" + t.hint(name))
	}
	return template, nil
}

// Clone returns a deep copy, so that an adapter does not share maps with its
// caller.
func (t Templates) Clone() Templates {
	clone := make(Templates, len(t))
	for name, template := range t {
		template.Params = slices.Clone(template.Params)
		template.Ignore = slices.Clone(template.Ignore)
		clone[name] = template
	}
	return clone
}

// Validate reports every fault of every template: no name, neither id nor text,
// a parameter with a bad name or named twice, places that do not close.
func (t Templates) Validate() error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(t)) {
		if name == "" {
			problems = append(problems, errors.New(`Templates[""]: a template wants a name`))
		}
		for _, problem := range t[name].problems() {
			problems = append(problems, fmt.Errorf("Templates[%q]: %w", name, problem))
		}
	}
	return errors.Join(problems...)
}

func (t Template) problems() []error {
	var problems []error
	if t.ID == "" && t.Text == "" {
		problems = append(problems, errors.New("want ID or Text"))
	}
	if t.ID == "" && len(t.Params) > 0 {
		problems = append(problems, errors.New("Params: belong to an ID, and there is none"))
	}
	seen := map[string]bool{}
	for _, name := range t.Params {
		if !isParamName(name) {
			problems = append(problems, fmt.Errorf("Params: bad name %q", name))
		}
		if seen[name] {
			problems = append(problems, fmt.Errorf("Params: %q twice", name))
		}
		seen[name] = true
	}
	if _, err := placeNames(nil, t.Text); err != nil {
		problems = append(problems, err)
	}
	return problems
}

// Values returns the parameters in the template's order, for a service that
// takes them by position. A missing or surplus parameter, one that is not UTF-8, or
// a [ParamCode] without a letter or a digit, is an *Error of KindTemplate that names
// it, and so is a template without an ID.
func (t Template) Values(params Params) ([]string, error) {
	if t.ID == "" {
		return nil, templateError("ID: this provider sends by template id, and there is none")
	}
	if err := t.match(t.Params, params); err != nil {
		return nil, err
	}
	values := make([]string, len(t.Params))
	for i, name := range t.Params {
		values[i] = params[name]
	}
	return values, nil
}

// Render returns the text with its places filled. A missing or surplus parameter,
// one that is not UTF-8, or a [ParamCode] without a letter or a digit, is an *Error
// of KindTemplate that names it, and so is a template without a Text. Values are taken as they are: a brace
// inside a value is not a place.
func (t Template) Render(params Params) (string, error) {
	if t.Text == "" {
		return "", templateError("Text: this provider sends the whole text, and there is none")
	}
	names, err := placeNames(make([]string, 0, commonPlaces), t.Text)
	if err != nil {
		return "", templateError(err.Error())
	}
	if err := t.match(names, params); err != nil {
		return "", err
	}
	var b strings.Builder
	b.Grow(t.renderedSize(params))
	for text := t.Text; text != ""; {
		first, rest, _ := cutSegment(text) // placeNames has found no fault
		if first.name == "" {
			b.WriteString(first.literal)
		} else {
			b.WriteString(params[first.name])
		}
		text = rest
	}
	return b.String(), nil
}

// commonPlaces is more parameters than texts usually have; the list of so many
// needs no memory of its own.
const commonPlaces = 8

// renderedSize is a guess that is right when each value is used once.
func (t Template) renderedSize(params Params) int {
	size := len(t.Text)
	for _, value := range params {
		size += len(value)
	}
	return size
}

// match reports the parameters that the template wants and the message lacks,
// those that are no text, which JSON would change without a word, a code that nobody
// could type, and those that the message has and the template does not know.
func (t Template) match(wanted []string, params Params) error {
	var problems []string
	for _, name := range wanted {
		switch value, ok := params[name]; {
		case !ok:
			problems = append(problems, "missing parameter "+strconv.Quote(name))
		case !utf8.ValidString(value):
			problems = append(problems, "parameter "+strconv.Quote(name)+" is not UTF-8")
		}
	}
	problems = append(problems, t.surplus(wanted, params)...)
	if len(problems) > 0 {
		return templateError("Params: " + strings.Join(problems, ", "))
	}
	if slices.Contains(wanted, ParamCode) && !strings.ContainsFunc(params[ParamCode], isCodeCharacter) {
		return templateError(`Params["code"]: must have a letter or a digit, or the text would have no code`)
	}
	return nil
}

func (t Template) surplus(wanted []string, params Params) []string {
	var problems []string
	for name := range params {
		if !slices.Contains(wanted, name) && !slices.Contains(t.Ignore, name) {
			problems = append(problems, "surplus parameter "+strconv.Quote(name))
		}
	}
	slices.Sort(problems)
	return problems
}

// isCodeCharacter reports whether a user could type r from a text.
func isCodeCharacter(r rune) bool { return unicode.IsLetter(r) && !isSpacer(r) || unicode.IsNumber(r) }

func templateError(text string) error {
	return &Error{Op: OpSend, Kind: KindTemplate, Text: text}
}
