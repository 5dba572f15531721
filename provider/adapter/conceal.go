package adapter

import (
	"errors"
	"maps"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// conceal takes out of a transport's error what must not show: the request's path,
// query, headers and content, which may hold a signature, a number or a code, and
// what the transport quotes of a reply that is not HTTP, which may repeat the whole
// request.
func (c *Call) conceal(err error, x *exchange) error {
	var own plainError
	if errors.As(err, &own) {
		return own
	}
	err = peel(err)
	text := err.Error()
	hidden := text
	for _, secret := range x.secrets() {
		hidden = strings.ReplaceAll(hidden, secret, "…")
	}
	var line textproto.ProtocolError // older releases of Go repeat a line of the reply without quotes
	if errors.As(err, &line) {
		problem, _, _ := strings.Cut(string(line), ":")
		hidden = strings.ReplaceAll(hidden, string(line), problem)
	}
	hidden = c.redact(quoted.ReplaceAllString(hidden, `"…"`), shortestSecret)
	if hidden == text {
		return err
	}
	return &rewordedError{text: hidden, cause: func() error { return err }}
}

// peel takes off what net/http wraps around an error: the address of the request.
func peel(err error) error {
	var wrapped *url.Error
	for errors.As(err, &wrapped) && wrapped.Err != nil {
		err = wrapped.Err
	}
	return err
}

// plainError is a sentence of this package, in which nothing is to be hidden.
type plainError string

func (e plainError) Error() string { return string(e) }

// shortestSecret is the length from which a header, the content or a credential is
// struck out of a transport's errors, whose words are no service's. Shorter ones hide
// nothing and stand in every text.
const shortestSecret = 4

// secrets are the parts of the request that must not show, the longest first.
func (x *exchange) secrets() []string {
	u := x.address
	secrets := []string{u.String(), u.RequestURI(), u.Path, u.RawQuery}
	secrets = slices.DeleteFunc(secrets, func(s string) bool { return len(s) < 2 })
	for _, value := range append(slices.Concat(slices.Collect(maps.Values(x.header))...), string(x.content)) {
		if len(value) >= shortestSecret {
			secrets = append(secrets, value)
		}
	}
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	return secrets
}

// quoted matches what the verb %q prints.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// rewordedError is an error with another text. What it is can be asked; the cause
// itself stays hidden from those who print an error cause by cause, and behind a
// function from fmt, which with some verbs prints what is in a struct.
type rewordedError struct {
	text  string
	cause func() error
}

func (e *rewordedError) Error() string        { return e.text }
func (e *rewordedError) Is(target error) bool { return errors.Is(e.cause(), target) }
func (e *rewordedError) As(target any) bool   { return errors.As(e.cause(), target) }
