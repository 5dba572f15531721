package httpx

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

var byteOrderMark = []byte("\xef\xbb\xbf")

// TrimJSON takes off a byte order mark, and the white space that JSON allows
// around a text. bytes.TrimSpace would take off more.
func TrimJSON(body []byte) []byte {
	return bytes.Trim(bytes.TrimPrefix(body, byteOrderMark), " \t\r\n")
}

// JSONObject takes off what may stand around a reply that must be one JSON object.
// The error says what it is instead; what is inside is not checked.
func JSONObject(body []byte) ([]byte, error) {
	body = TrimJSON(body)
	switch {
	case len(body) == 0:
		return nil, errors.New("empty")
	case body[0] != '{':
		return nil, errors.New("not a JSON object")
	}
	return body, nil
}

// DecodeJSON reads a reply that must be one JSON object into v, which is a
// pointer to a struct. Unknown members and a byte order mark are accepted;
// anything but an object is not. The error does not repeat the reply.
func DecodeJSON(body []byte, v any) error {
	body, err := JSONObject(body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		var typeError *json.UnmarshalTypeError
		if errors.As(err, &typeError) {
			return errors.New("wrong type for " + typeError.Field)
		}
		return errors.New("not the expected JSON")
	}
	return nil
}
