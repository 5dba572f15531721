package adapter

import (
	"errors"
	"net/textproto"
	"net/url"
	"regexp"
	"strings"
)

// conceal takes out of a transport's error what must not show: the request's
// address, whose query or path may hold a signature or a code, and what the
// transport quotes of a reply that is not HTTP, which may repeat the whole
// request.
func conceal(err error, u *url.URL) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	text := err.Error()
	hidden := text
	for _, secret := range []string{u.String(), u.RequestURI(), u.Path, u.RawQuery} {
		if len(secret) > 1 {
			hidden = strings.ReplaceAll(hidden, secret, "…")
		}
	}
	var line textproto.ProtocolError // older releases of Go repeat a line of the reply without quotes
	if errors.As(err, &line) {
		problem, _, _ := strings.Cut(string(line), ":")
		hidden = strings.ReplaceAll(hidden, string(line), problem)
	}
	hidden = quoted.ReplaceAllString(hidden, `"…"`)
	if hidden == text {
		return err
	}
	return &rewordedError{text: hidden, cause: func() error { return err }}
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
