package simtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
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
	required := !slices.Contains(r.Optional, f.name)
	if required {
		list = append(list, spoiling{name: "left out", spoil: func(r *Request) { r.set(f, "", false) }})
	}
	other := r.text(f) + "0"
	if r.isText(f) && !slices.Contains(r.Free, f.name) {
		list = append(list, spoiling{name: "another value", spoil: func(r *Request) { r.setText(f, other) }})
	}
	if f.where == "json" {
		list = append(list, spoiling{name: "an object", spoil: func(r *Request) { r.set(f, "{}", true) }})
	}
	if f.where == "json" && (required || !h.NullIsAbsent) {
		list = append(list, spoiling{name: "null", spoil: func(r *Request) { r.set(f, "null", true) }})
	}
	if slices.Contains(r.Signed, f.name) {
		list = append(list,
			spoiling{name: "another value, not signed", spoil: func(r *Request) { r.setText(f, other) }, unsigned: true},
			spoiling{name: "left out, not signed", spoil: func(r *Request) { r.set(f, "", false) }, unsigned: true},
		)
	}
	return list
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

// names reports whether the name stands in front of the verdict's colon.
func names(verdict, name string) bool {
	head, _, found := strings.Cut(verdict, ": ")
	return found && name != "" && strings.Contains(strings.ToLower(head), strings.ToLower(name))
}
