package simtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// checkField leaves the field out and puts other values into it.
func (h Harness) checkField(r Request, f field) error {
	var problems []error
	for _, s := range h.spoilings(r, f) {
		if err := h.checkSpoiled(r, f, s); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", s.name, err))
		}
	}
	return errors.Join(problems...)
}

// spoiling is one way to spoil a field.
type spoiling struct {
	name     string
	spoil    func(r *Request)
	unsigned bool // the signature stays as it was, and the verdict may speak of it
}

func (h Harness) spoilings(r Request, f field) []spoiling {
	var list []spoiling
	add := func(name string, spoil func(r *Request)) { list = append(list, spoiling{name: name, spoil: spoil}) }
	set := func(value string) func(*Request) { return func(r *Request) { r.set(f, value, true) } }
	setText := func(value string) func(*Request) { return func(r *Request) { r.setText(f, value) } }
	leaveOut := func(r *Request) { r.set(f, "", false) }

	required, text, other := r.has(f) && !slices.Contains(r.Optional, f.name), r.isText(f), r.text(f)+"0"
	if required {
		add("left out", leaveOut)
	}
	if required && text {
		add("empty", setText(""))
	}
	if r.has(f) && text && !slices.Contains(r.Free, f.name) {
		add("another value", setText(other))
	}
	if f.where == "json" {
		add("another type", set(r.otherType(f)))
	}
	if f.where == "json" && (required || !h.NullIsAbsent) {
		add("null", set("null"))
	}
	for _, wrong := range r.Wrong[f.name] {
		add("the value "+wrong, set(wrong))
	}
	if slices.Contains(r.Signed, f.name) && r.has(f) {
		list = append(list,
			spoiling{name: "another value, not signed", spoil: setText(other), unsigned: true},
			spoiling{name: "left out, not signed", spoil: leaveOut, unsigned: true},
		)
	}
	return list
}

// otherType is a JSON value of another type than that of the member.
func (r Request) otherType(f field) string {
	if strings.HasPrefix(string(r.members()[f.name]), "{") {
		return "[1]"
	}
	return "{}"
}

// checkSpoiled checks that a request with a spoiled field is refused, and that the
// verdict names the field.
func (h Harness) checkSpoiled(r Request, f field, s spoiling) error {
	spoiled := r.clone()
	s.spoil(spoiled)
	if r.Sign != nil && !s.unsigned {
		r.Sign(spoiled)
		s.spoil(spoiled) // the field may be the signature itself
	}
	b, err := h.bench(r)
	if err != nil {
		return err
	}
	e, err := b.send(*spoiled)
	switch {
	case err != nil:
		return err
	case len(e.Accepted) > 0:
		return fmt.Errorf("the request sends %d texts", len(e.Accepted))
	case e.Verdict == "":
		return fmt.Errorf("the request is granted: HTTP %d, %q", e.Status, e.Reply)
	case !s.unsigned && !names(e.Verdict, f.name) && !names(e.Verdict, r.Named[f.name]):
		return fmt.Errorf("want a verdict that begins with the name %s, got %q", f.name, e.Verdict)
	}
	return nil
}

// names reports whether the name, and not only a longer one, stands in front of the
// verdict's colon.
func names(verdict, name string) bool {
	head, _, found := strings.Cut(verdict, ": ")
	words := strings.FieldsFunc(head, func(r rune) bool { return r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return found && slices.ContainsFunc(words, func(word string) bool { return strings.EqualFold(word, name) })
}
