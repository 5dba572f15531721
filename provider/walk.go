package provider

import (
	"errors"
	"iter"
	"reflect"
	"slices"
)

// Wrapper is a provider that adds something to another one, such as logging.
// It declares none of the optional interfaces itself: they are found through
// Unwrap.
type Wrapper interface {
	Provider
	// Unwrap returns the provider inside.
	Unwrap() Provider
}

// Group is a provider made of several others, such as a failover chain. It
// declares none of the optional interfaces itself: they are found through
// Providers.
type Group interface {
	Provider
	// Providers returns the members, in the order in which they are asked. The
	// slice belongs to the caller.
	Providers() []Provider
}

// All walks p and everything inside it, outermost first. A provider that stands
// in several places, such as a relay that is both the first choice and the last
// resort, comes once.
func All(p Provider) iter.Seq[Provider] {
	return func(yield func(Provider) bool) {
		w := walker{yield: yield}
		w.walk(p)
	}
}

type walker struct {
	yield func(Provider) bool
	seen  []Provider
}

// walk reports whether the walk goes on.
func (w *walker) walk(p Provider) bool {
	if p == nil || w.met(p) {
		return true
	}
	if !w.yield(p) {
		return false
	}
	switch outer := p.(type) {
	case Wrapper:
		return w.walk(outer.Unwrap())
	case Group:
		for _, member := range outer.Providers() {
			if !w.walk(member) {
				return false
			}
		}
	}
	return true
}

// met reports whether p came before, and remembers it. Values that Go cannot
// compare, such as structs with maps, count as new each time.
func (w *walker) met(p Provider) bool {
	if !reflect.ValueOf(p).Comparable() {
		return false
	}
	if slices.Contains(w.seen, p) {
		return true
	}
	w.seen = append(w.seen, p)
	return false
}

// As finds the first provider in p that is a T, which is an optional interface
// or an adapter's own type.
func As[T any](p Provider) (T, bool) {
	for candidate := range All(p) {
		if found, ok := candidate.(T); ok {
			return found, true
		}
	}
	var none T
	return none, false
}

// Find returns the member of p with that name: the innermost one, where
// wrappers carry the name of what they wrap.
func Find(p Provider, name string) (Provider, bool) {
	var found Provider
	for candidate := range All(p) {
		if candidate.Name() == name {
			found = candidate
		}
	}
	return found, found != nil
}

// ability finds the member called name and returns it as a T. lack says, in the
// error, what a member that is no T does not do.
func ability[T any](p Provider, name, op, lack string) (T, error) {
	var none T
	member, ok := Find(p, name)
	if !ok {
		return none, unsupported(name, op, "no such provider here")
	}
	found, ok := member.(T)
	if !ok {
		return none, unsupported(name, op, lack)
	}
	return found, nil
}

// askAll asks every member of p that is a T. It returns the answers that came, also
// those that came with an error, and the joined errors. lack says, in the error,
// what nobody does where no member is a T.
func askAll[T, Answer any](p Provider, op, lack string, ask func(T) ([]Answer, error)) ([]Answer, error) {
	var (
		answers  []Answer
		problems []error
		asked    bool
	)
	for member := range All(p) {
		able, ok := member.(T)
		if !ok {
			continue
		}
		asked = true
		got, err := ask(able)
		answers = append(answers, got...)
		problems = append(problems, err)
	}
	if !asked {
		return nil, unsupported(nameOf(p), op, lack)
	}
	return answers, errors.Join(problems...)
}

func unsupported(name, op, text string) error {
	return &Error{Provider: name, Op: op, Kind: KindUnsupported, Text: text}
}

// nameOf is the name of p, or "" for nil.
func nameOf(p Provider) string {
	if p == nil {
		return ""
	}
	return p.Name()
}
