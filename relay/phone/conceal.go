package phone

import (
	"errors"
	"net/textproto"
	"net/url"
	"regexp"
	"strings"
)

// conceal returns an error with the words of err and without what must not show: the
// token, the request, and what net/http quotes of a response that is not HTTP, which may
// repeat the whole request. What err wraps is left out, for it can be printed too.
func (c *client) conceal(err error, body []byte) error {
	var wrapped *url.Error
	for errors.As(err, &wrapped) && wrapped.Err != nil {
		err = wrapped.Err
	}
	text := err.Error()
	_, token, _ := strings.Cut(c.header.Get("Authorization"), " ")
	for _, secret := range []string{string(body), token} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	var line textproto.ProtocolError // older releases of Go repeat a line of the response without quotes
	if errors.As(err, &line) {
		problem, _, _ := strings.Cut(string(line), ":")
		text = strings.ReplaceAll(text, string(line), problem)
	}
	return errors.New(quoted.ReplaceAllString(text, `"…"`))
}

// quoted matches what the verb %q prints.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
