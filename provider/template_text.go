package provider

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// segment is a piece of a template's text: literal characters, or the place of
// a parameter when name is set.
type segment struct {
	literal string
	name    string
}

// places cuts Text into segments. The error says what is wrong with the text.
func (t Template) places() ([]segment, error) {
	var segments []segment
	rest := t.Text
	for rest != "" {
		brace := strings.IndexAny(rest, "{}")
		if brace < 0 {
			return append(segments, segment{literal: rest}), nil
		}
		if brace > 0 {
			segments = append(segments, segment{literal: rest[:brace]})
		}
		next, after, err := cutBrace(rest[brace:])
		if err != nil {
			return nil, err
		}
		segments = append(segments, next)
		rest = after
	}
	return segments, nil
}

// cutBrace reads what starts with a brace: an escaped brace or a place.
func cutBrace(text string) (next segment, rest string, err error) {
	if strings.HasPrefix(text, "{{") || strings.HasPrefix(text, "}}") {
		return segment{literal: text[:1]}, text[2:], nil
	}
	if text[0] == '}' {
		return segment{}, "", errors.New("Text: a } without its { (write }} for a brace)")
	}
	name, rest, closed := strings.Cut(text[1:], "}")
	if !closed {
		return segment{}, "", errors.New("Text: a { that does not close (write {{ for a brace)")
	}
	if !isParamName(name) {
		return segment{}, "", fmt.Errorf("Text: bad parameter name in {%s}", name)
	}
	return segment{name: name}, rest, nil
}

// isParamName reports whether name is made of ASCII letters, digits, _ and -.
func isParamName(name string) bool {
	for i := range len(name) {
		c := name[i]
		ok := c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !ok {
			return false
		}
	}
	return name != ""
}

// placeNames lists the parameters that the segments use, each once.
func placeNames(segments []segment) []string {
	var names []string
	for _, s := range segments {
		if s.name != "" && !slices.Contains(names, s.name) {
			names = append(names, s.name)
		}
	}
	return names
}
