package sim

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Vars are the values of a template by name, in their order on the wire. Where there
// were none, not even an empty object, both lists are nil.
type Vars struct{ Names, Values []string }

// Add appends a value, or changes that of a name which is there.
func (v *Vars) Add(name, value string) {
	if i := slices.Index(v.Names, name); i >= 0 {
		v.Values[i] = value
		return
	}
	v.Names, v.Values = append(v.Names, name), append(v.Values, value)
}

// Get returns the value of a name.
func (v Vars) Get(name string) (value string, ok bool) {
	if i := slices.Index(v.Names, name); i >= 0 {
		return v.Values[i], true
	}
	return "", false
}

// UnmarshalJSON reads an object of strings. null leaves v as it is.
func (v *Vars) UnmarshalJSON(data []byte) error {
	var members map[string]*string
	if err := json.Unmarshal(data, &members); err != nil || members == nil {
		return err
	}
	*v = Vars{Names: []string{}, Values: []string{}}
	tokens := json.NewDecoder(bytes.NewReader(data))
	_, _ = tokens.Token() // the brace; nothing fails any more
	for tokens.More() {
		key, _ := tokens.Token()
		value, _ := tokens.Token()
		name, _ := key.(string)
		text, isText := value.(string)
		if !isText {
			return &json.UnmarshalTypeError{Value: "null", Type: reflect.TypeFor[string]()}
		}
		v.Add(name, text)
	}
	return nil
}

// NamedPlaces are places in the text of a template that have the name of their value.
type NamedPlaces struct{ mark *regexp.Regexp }

// Named are places such as {code}, which are between open and end: a name has letters,
// digits, _ and -.
func Named(open, end string) NamedPlaces {
	return NamedPlaces{regexp.MustCompile(regexp.QuoteMeta(open) + `([A-Za-z0-9_-]+)` + regexp.QuoteMeta(end))}
}

// Names returns the names in a text in their order, each once.
func (p NamedPlaces) Names(text string) []string {
	var names []string
	for _, place := range p.mark.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, place[1]) {
			names = append(names, place[1])
		}
	}
	return names
}

// Missing returns the first name in a text that has no value, and "" where all have one.
func (p NamedPlaces) Missing(text string, vars Vars) string {
	for _, name := range p.Names(text) {
		if _, ok := vars.Get(name); !ok {
			return name
		}
	}
	return ""
}

// Fill puts the values into a text. A place without a value stays as it is. Without a
// text, which is one that the simulator does not know, the values are the text.
func (p NamedPlaces) Fill(text string, vars Vars) string {
	if text == "" {
		return strings.Join(vars.Values, " ")
	}
	return p.mark.ReplaceAllStringFunc(text, func(place string) string {
		if value, ok := vars.Get(p.mark.FindStringSubmatch(place)[1]); ok {
			return value
		}
		return place
	})
}
