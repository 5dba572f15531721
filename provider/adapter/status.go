package adapter

import (
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
// repeated, unless it looks like a code.
func (c *Call) StatusCode(said string, listed bool) (code, text string) {
	switch {
	case listed:
		return said, ""
	case looksLikeCode(said):
		return c.Redact(said), ""
	}
	return "", c.Redact(said)
}

// longestStatusCode is longer than the codes of carriers, such as MX:0008.
const longestStatusCode = 24

// looksLikeCode reports whether text has the form of the carriers' codes: a few visible
// ASCII characters without a space.
func looksLikeCode(text string) bool {
	return len(text) <= longestStatusCode && credential.IsClean(text)
}
