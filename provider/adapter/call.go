package adapter

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
)

// Call is one operation at a service, from the check of what the caller wants to the
// receipt or the error. It belongs to one goroutine.
type Call struct {
	client  *Client
	op      string
	message provider.Message
	codes   facts.Codes
	hidden  []string // what errors must not repeat, besides the message

	status     int           // of the reply, or 0
	retryAfter time.Duration // what the reply asks for, or 0
}

// NewCall begins an operation that sends nothing, such as provider.OpBalance.
func (c *Client) NewCall(op string) *Call {
	return &Call{client: c, op: op, codes: c.settings().Codes}
}

// NewSend begins the sending of a message.
func (c *Client) NewSend(m provider.Message) *Call {
	call := c.NewCall(provider.OpSend)
	call.message = m
	return call
}

// Hide names values that errors must not repeat, such as a signature. Credentials
// are hidden without it, and so are the number and the parameters of a message that
// is sent.
func (c *Call) Hide(values ...string) { c.hidden = append(c.hidden, values...) }

// Use takes another table of codes than the service's first one.
func (c *Call) Use(codes facts.Codes) { c.codes = codes }

// Template checks the message as far as package provider can, and returns its
// template.
func (c *Call) Template() (provider.Template, error) {
	if err := c.message.Validate(); err != nil {
		return provider.Template{}, c.Named(err)
	}
	template, err := c.client.settings().Templates.Lookup(c.message.Template)
	return template, c.Named(err)
}

// Values returns the message's parameters in the order of the template.
func (c *Call) Values(template provider.Template) ([]string, error) {
	values, err := template.Values(c.message.Params)
	return values, c.Named(err)
}

// Text fills in the template's text for a service that takes up to limit
// characters; 0 is for one whose limit is not known. An empty text, or a longer one,
// is refused as KindContent.
func (c *Call) Text(template provider.Template, limit int) (string, error) {
	text, err := wholeText(template, c.message.Params, limit)
	return text, c.Named(err)
}

// Fail is an error before any request. The text begins with the name of the field
// that is wrong, such as "To: ".
func (c *Call) Fail(kind provider.Kind, format string, args ...any) error {
	return &provider.Error{Provider: c.client.Name(), Op: c.op, Kind: kind, Text: fmt.Sprintf(format, args...)}
}

// Named puts the provider's name and the operation into an error that was made
// without knowing them. It returns nil for nil.
func (c *Call) Named(err error) error {
	if err == nil {
		return nil
	}
	var known *provider.Error
	if !errors.As(err, &known) || known.Provider != "" {
		return err
	}
	named := *known
	named.Provider, named.Op = c.client.Name(), c.op
	return &named
}

// Judge returns nil if code is one of success, and otherwise the refusal that it
// stands for: kind, scope and wait from the table of codes, with the service's code
// verbatim and its words without what they must not repeat. A code that is in no
// table is KindUnknown, and a text may have been sent: only a code that the service
// documents says that none was. A code of success under an HTTP status of failure
// contradicts itself, and the reply is unusable.
func (c *Call) Judge(code, words string) error {
	switch {
	case !c.codes.Is(code):
		return c.Refuse(code, words)
	case c.status >= http.StatusMultipleChoices:
		return c.Unusable("success under an HTTP status of failure")
	}
	return nil
}

// Refuse is Judge for a reply that is known to be a refusal.
func (c *Call) Refuse(code, words string) error {
	row, listed := c.codes.Lookup(code)
	if !listed || row.OK || row.IsFamily() {
		code = c.Redact(code) // what stands in the place of a code may be anything
	}
	return &provider.Error{
		Provider: c.client.Name(), Op: c.op, Kind: row.Kind, Scope: row.Scope, RetryAfter: cmp.Or(c.retryAfter, row.WaitAt(c.client.Now())),
		MayHaveSent: (row.MayHaveSent || row.OK || !listed) && c.sends(), Code: code, Text: c.Redact(words), HTTPStatus: c.status,
		Remedy: row.Remedy,
	}
}

// RetryAfter is how long the reply asks to wait, for a service that says it elsewhere than
// in the header of that name. A longer wait than a day is cut to a day; 0 says nothing.
func (c *Call) RetryAfter(wait time.Duration) {
	if wait > 0 {
		c.retryAfter = min(wait, longestWait)
	}
}

// Unusable is the error for a reply that is not what the service promises. The
// problem begins with the name of the field and must not repeat the reply, which
// could hold anything.
func (c *Call) Unusable(problem string) error {
	return &provider.Error{
		Provider: c.client.Name(), Op: c.op, Kind: provider.KindUnavailable, HTTPStatus: c.status,
		RetryAfter: c.retryAfter, MayHaveSent: c.sends(), Text: "unusable reply: " + problem,
	}
}

// Receipt is what an accepted message is known by.
func (c *Call) Receipt(id string) provider.Receipt {
	return provider.Receipt{Provider: c.client.Name(), ID: id, To: c.message.To, At: c.client.Now()}
}

// Redact strikes out of text, which a service wrote, what errors must not repeat. The
// adapter's own sentences need no Redact, and a short credential would take them apart.
func (c *Call) Redact(text string) string { return c.redact(text, 1) }

// redact is Redact without the secrets that are shorter than so many bytes.
func (c *Call) redact(text string, shortest int) string {
	secrets := slices.Clone(c.hidden)
	for _, credential := range c.client.settings().Credentials {
		secrets = append(secrets, credential.Value)
	}
	secrets = slices.DeleteFunc(secrets, func(secret string) bool { return len(secret) < shortest })
	return c.message.Redact(text, secrets...)
}

// sends reports whether the operation may lead to a text.
func (c *Call) sends() bool { return c.op == provider.OpSend }

// broken is the error of an exchange that brought no usable reply.
func (c *Call) broken(mayHaveSent bool, err error) error {
	return &provider.Error{
		Provider: c.client.Name(), Op: c.op, Kind: provider.KindUnavailable, HTTPStatus: c.status,
		RetryAfter: c.retryAfter, MayHaveSent: mayHaveSent && c.sends(), Err: err,
	}
}
