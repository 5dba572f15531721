package bmob

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// call is one request.
type call struct {
	op     string
	method string // POST when empty
	path   string
	// address is that of path, where it is made already.
	address *url.URL
	body    []byte
	// redact strikes out what the service's words may repeat of the request.
	redact redaction
}

// exchange makes one request and reads a success: HTTP 2xx, without an error and
// without a code.
func (p *Provider) exchange(ctx context.Context, c call) (reply, error) {
	if c.method == "" {
		c.method = http.MethodPost
	}
	if c.address == nil {
		c.address = p.client.URL(c.path, "")
	}
	header, err := p.header(c)
	if err != nil {
		return reply{}, err
	}
	answer, err := p.client.Do(ctx, httpx.Request{Op: c.op, Method: c.method, URL: c.address, Header: header, Body: c.body})
	if err != nil {
		return reply{}, err
	}
	decoded, err := decode(answer.Body)
	switch {
	case err != nil:
		return reply{}, p.client.BadReply(c.op, answer, err.Error())
	case decoded.refuses():
		return reply{}, p.refusal(c, answer.Status, decoded)
	case !isSuccess(answer.Status):
		return reply{}, p.client.BadReply(c.op, answer, "HTTP status")
	}
	return decoded, nil
}

// redaction strikes what the caller has sent, and the given secrets, out of a text.
type redaction func(text string, secrets ...string) string

// hide is a redaction of these values.
func hide(values ...string) redaction {
	return func(text string, secrets ...string) string {
		return provider.Redact(text, append(secrets, values...)...)
	}
}

// refusal turns a code into an error. The service's words may repeat the number
// or the code, hence the redaction; what stands in the place of a code, and is
// none that is known, may be one of them too. A failure without a code has its
// HTTP status for one: that is all the service says.
func (p *Provider) refusal(c call, status int, r reply) error {
	code := string(r.Code)
	if code == "" && !isSuccess(status) {
		code = strconv.Itoa(status)
	}
	meaning := meaningOf(status, code, r.text())
	if _, listed := meanings[code]; !listed {
		code = c.redact(code, p.cfg.secrets()...)
	}
	return &provider.Error{
		Provider: p.cfg.Name, Op: c.op, Kind: meaning.kind, Scope: meaning.scope, Code: code,
		Text: c.redact(r.text(), p.cfg.secrets()...), HTTPStatus: status,
		MayHaveSent: meaning.mayHaveSent && c.op == provider.OpSend,
	}
}

func isSuccess(status int) bool { return status >= 200 && status < 300 }
