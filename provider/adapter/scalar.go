package adapter

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// Scalar is a JSON string or number, kept as the text that stood on the wire.
// Services change between the two for codes and ids, and ids may be longer
// than any integer. null reads as empty.
type Scalar string

// UnmarshalJSON accepts a string, a number or null.
func (s *Scalar) UnmarshalJSON(data []byte) error {
	switch c := data[0]; {
	case c == '"' && isPlain(data):
		*s = Scalar(data[1 : len(data)-1])
	case c == '"':
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		*s = Scalar(text)
	case c == '-' || c >= '0' && c <= '9':
		*s = Scalar(data)
	case c == 'n':
		*s = ""
	default:
		return errors.New("want a string or a number")
	}
	return nil
}

// isPlain reports whether a JSON string stands for its own bytes, as nearly all
// codes and ids do.
func isPlain(data []byte) bool {
	return bytes.IndexByte(data, '\\') < 0 && utf8.Valid(data)
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
