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

// cutSegment reads the first segment of a text. The error says what is wrong
// with it.
func cutSegment(text string) (first segment, rest string, err error) {
	brace := strings.IndexAny(text, "{}")
	switch {
	case brace < 0:
		return segment{literal: text}, "", nil
	case brace > 0:
		return segment{literal: text[:brace]}, text[brace:], nil
	}
	return cutBrace(text)
}

// cutBrace reads what starts with a brace: an escaped brace or a place.
func cutBrace(text string) (first segment, rest string, err error) {
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

// placeNames appends the parameters that a text uses to names, each once.
func placeNames(names []string, text string) ([]string, error) {
	for text != "" {
		first, rest, err := cutSegment(text)
		if err != nil {
			return nil, err
		}
		if first.name != "" && !slices.Contains(names, first.name) {
			names = append(names, first.name)
		}
		text = rest
	}
	return names, nil
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
