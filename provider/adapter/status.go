package adapter

import (
	"regexp"

	"github.com/cnsms/cnsms/internal/credential"
	"github.com/cnsms/cnsms/provider"
)

// NewStatus begins the question what became of a message. The error says that there is
// nothing to ask for: a service may accept a message without giving it an id.
func (c *Client) NewStatus(r provider.Receipt) (*Call, error) {
	call := c.NewCall(provider.OpStatus)
	call.Hide(r.To.National())
	if r.ID == "" {
		return nil, call.Fail(provider.KindConfig, "Receipt.ID: empty: the service gave this message no id to ask for")
	}
	return call, nil
}

// StatusCode is what a service says in the place of a status's code, as
// [provider.Status] has it: a code that is listed in a table stays as it is. Anything
// else is free text as well as not, so it goes into Text without what must not be
// repeated, unless it looks like a code. What could be a phone number, whose ever, is
// struck out of it.
func (c *Call) StatusCode(said string, listed bool) (code, text string) {
	if listed {
		return said, ""
	}
	said = phoneNumbers.ReplaceAllString(c.Redact(said), "***")
	if looksLikeCode(said) {
		return said, ""
	}
	return "", said
}

// phoneNumbers are as many digits in a row as a mainland number has, or more. No carrier's
// code has them.
var phoneNumbers = regexp.MustCompile(`\+?[0-9]{11,}`)

// longestStatusCode is longer than the codes of carriers, such as MX:0008.
const longestStatusCode = 24

// looksLikeCode reports whether text has the form of the carriers' codes: a few visible
// ASCII characters without a space.
func looksLikeCode(text string) bool {
	return len(text) <= longestStatusCode && credential.IsClean(text)
}
