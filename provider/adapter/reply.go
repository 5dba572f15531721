package adapter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
)

// JSON makes the one request of a call and reads a reply that must be one JSON
// object into v, which is a pointer to a struct; see [DecodeJSON]. A reply under
// another HTTP status than the request's Statuses is unusable.
func (c *Call) JSON(ctx context.Context, r Request, v any) error {
	return c.Decode(ctx, r, func(body []byte) error { return DecodeJSON(body, v) })
}

// Decode is JSON for a service that has other formats as well. What decode finds
// wrong must not repeat the reply.
func (c *Call) Decode(ctx context.Context, r Request, decode func(body []byte) error) error {
	reply, err := c.Do(ctx, r)
	if err != nil {
		return err
	}
	if reply.Status != http.StatusOK && !slices.Contains(r.Statuses, reply.Status) {
		return c.Unusable("HTTP status")
	}
	if err := decode(reply.Body); err != nil {
		return c.Unusable(err.Error())
	}
	return nil
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// TrimJSON takes off the white space that JSON allows around a text, and byte order
// marks among it: programs that put files and replies together leave some.
// bytes.TrimSpace would take off more.
func TrimJSON(body []byte) []byte {
	for {
		trimmed := bytes.Trim(body, " \t\r\n")
		trimmed = bytes.TrimPrefix(bytes.TrimSuffix(trimmed, byteOrderMark), byteOrderMark)
		if len(trimmed) == len(body) {
			return body
		}
		body = trimmed
	}
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
// pointer to a struct. Unknown members and byte order marks are accepted;
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
