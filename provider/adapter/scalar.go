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

// isPlain reports whether a JSON string stands for its own bytes, as nearly all
// codes and ids do.
func isPlain(data []byte) bool {
	return bytes.IndexByte(data, '\\') < 0 && utf8.Valid(data)
}
