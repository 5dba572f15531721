package adapter

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Scalar is a JSON string or number, or the text of an XML element, as it stood on
// the wire but for white space around it. Services change between string and number
// for codes and ids, ids may be longer than any integer, and white space comes from
// those who indent XML or fill up fields. null reads as empty.
type Scalar string

// UnmarshalJSON accepts a string, a number or null.
func (s *Scalar) UnmarshalJSON(data []byte) error {
	if len(data) == 0 {
		return errors.New("want a string or a number, got nothing")
	}
	switch c := data[0]; {
	case c == '"' && isPlain(data):
		*s = Scalar(trim(string(data[1 : len(data)-1])))
	case c == '"':
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		*s = Scalar(trim(text))
	case c == '-' || c >= '0' && c <= '9':
		*s = Scalar(data)
	case c == 'n':
		*s = ""
	default:
		return errors.New("want a string or a number")
	}
	return nil
}

// UnmarshalText accepts any text. Package encoding/xml calls it.
func (s *Scalar) UnmarshalText(text []byte) error {
	*s = Scalar(trim(string(text)))
	return nil
}

// trim takes off what isBlank.
func trim(text string) string { return strings.TrimFunc(text, isBlank) }

// isBlank reports whether a character is white space, or looks like nothing at all:
// a zero-width space or a byte order mark.
func isBlank(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' }

// isPlain reports whether data is a JSON string that stands for its own bytes, as
// nearly all codes and ids do.
func isPlain(data []byte) bool {
	return len(data) >= len(`""`) && data[len(data)-1] == '"' && bytes.IndexByte(data, '\\') < 0 && utf8.Valid(data)
}

// Aside is a Scalar that decides nothing, such as a fee or a service's words: a value
// of any other type reads as empty instead of making the whole reply unusable.
type Aside string

// UnmarshalJSON accepts everything.
func (a *Aside) UnmarshalJSON(data []byte) error {
	var text Scalar
	if err := text.UnmarshalJSON(data); err != nil {
		text = ""
	}
	*a = Aside(text)
	return nil
}

// UnmarshalText accepts any text. Package encoding/xml calls it.
func (a *Aside) UnmarshalText(text []byte) error {
	*a = Aside(trim(string(text)))
	return nil
}
