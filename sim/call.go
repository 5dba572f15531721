package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Call is one request on its way through a service. A Service uses it from the
// goroutine of Serve only.
type Call struct {
	// Request is the request. Its body has been read: use Body.
	Request *http.Request
	// Body is the body as received.
	Body []byte
	// Now is the server's clock at the arrival of the request.
	Now time.Time
	// Seq numbers the server's requests from 1. Services derive ids from it.
	Seq int

	server   *Server
	service  Service
	fault    *Fault
	verdict  string
	accepted []Text
	reply    reply
}

// reply is what a service answers.
type reply struct {
	status      int
	contentType string
	body        []byte
	header      http.Header
}

// Refusal returns the failure that the script wants this request to be refused
// with. A service asks after its own checks and before it accepts.
func (c *Call) Refusal() (Refusal, bool) {
	if c.fault == nil || c.fault.Effect != EffectRefuse {
		return Refusal{}, false
	}
	return c.fault.refusal(c.service)
}

// Explain records why the request is refused, for the person who debugs it. It
// names the field or the part of the signature that is wrong.
func (c *Call) Explain(format string, args ...any) {
	c.verdict = fmt.Sprintf(format, args...)
}

// Accept records a text that the service takes. It fills Seq, At and Service,
// and returns the completed message.
func (c *Call) Accept(m Text) Text {
	m.Service = c.service.Name()
	m.At = c.Now
	m = c.server.recorder.addText(m)
	c.accepted = append(c.accepted, m)
	return m
}

// Reply sets the answer.
func (c *Call) Reply(status int, contentType string, body []byte) {
	c.reply = reply{status: status, contentType: contentType, body: body, header: http.Header{}}
}

// ReplyHeader adds a header to the answer that Reply has set.
func (c *Call) ReplyHeader(name, value string) { c.reply.header.Set(name, value) }

// ReplyJSON answers with v encoded as JSON.
func (c *Call) ReplyJSON(status int, contentType string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic("sim: reply of " + c.service.Name() + ": " + err.Error())
	}
	c.Reply(status, contentType, body)
}

// headers returns a copy of what the service set, its content type included.
func (r reply) headers() http.Header {
	headers := r.header.Clone()
	if r.contentType != "" {
		headers.Set("Content-Type", r.contentType)
	}
	return headers
}
