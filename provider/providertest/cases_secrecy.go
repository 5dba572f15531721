package providertest

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

func secrecyCases() []testCase {
	const rule = "no credential, no code and no full number shows in anything that can be printed or logged, with any verb"
	return []testCase{
		{name: "secrecy-receipt", essential: true, rule: rule, run: secretReceipt},
		{name: "secrecy-input", essential: true, rule: rule, run: secretInput},
		{name: "secrecy-refusal", wire: true, essential: true, rule: rule + ", also when the service's own words repeat them", run: secretRefusal},
		{name: "secrecy-reply", wire: true, essential: true, rule: rule + ", also when the service's reply repeats them", run: secretReply},
		{name: "secrecy-no-http", wire: true, essential: true, rule: rule + ", also when what comes back is no HTTP and repeats them", run: secretNoHTTP},
		{name: "secrecy-network", wire: true, essential: true, rule: rule + ", also when a network error holds the address of the request", run: secretNetwork},
		{name: "secrecy-provider", essential: true, rule: rule + ", the provider itself included", run: secretProvider},
	}
}

func secretReceipt(c *check) {
	s := c.stage()
	m := c.message()
	r := c.accepted(s, c.provider(s), m)
	c.hides(r, "the receipt")
	c.hides(m, "the message")
	for key, value := range r.Extra {
		c.hidesText(key+"="+value, "Receipt.Extra")
	}
}

func secretInput(c *check) {
	faults := map[string]func(m *provider.Message){
		"no-recipient":      func(m *provider.Message) { m.To = provider.Phone{} },
		"no-template":       func(m *provider.Message) { m.Template = "" },
		"unmapped-template": func(m *provider.Message) { m.Template = unmappedTemplate },
		"surplus-parameter": func(m *provider.Message) { m.Params[surplusParam] = m.Params[provider.ParamCode] },
	}
	for name, spoil := range faults {
		c.sub(name, func(c *check) {
			m := c.message()
			if m.Params == nil {
				m.Params = provider.Params{}
			}
			spoil(&m)
			_, err := c.send(c.Context(), c.provider(c.stage()), m, "sending a message with a fault: "+name)
			if err != nil {
				c.hidesError(err)
			}
		})
	}
}

// echo is a text of a service that repeats all that it should not.
func (c *check) echo() string {
	m := c.h.Message
	parts := []string{"providertest echoes", m.To.National(), m.To.E164(), m.To.CountryCode() + m.To.National(), m.Params[provider.ParamCode]}
	for _, value := range append([]string{m.To.National(), m.Params[provider.ParamCode]}, c.h.Secrets...) {
		parts = append(parts, inGroups(value, " "), inGroups(value, "-"), inPercent(value, "%%%02X"), inPercent(value, "%%%02x"), inJSON(value))
	}
	return strings.Join(append(parts, c.h.Secrets...), " ; ")
}

// inGroups writes digits as people do. Anything else stays out.
func inGroups(value, separator string) string {
	if len(value) < 4 || strings.Trim(value, digits) != "" {
		return ""
	}
	return value[:3] + separator + value[3:]
}

// inPercent escapes all of value, as some programs do.
func inPercent(value, format string) string {
	var b strings.Builder
	for _, c := range []byte(value) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

// inJSON escapes all of value as JSON may.
func inJSON(value string) string {
	var b strings.Builder
	for _, c := range []byte(value) {
		fmt.Fprintf(&b, `\u%04x`, c)
	}
	return b.String()
}

func secretRefusal(c *check) {
	codes := c.unlisted()
	for _, refusal := range c.refusals() {
		codes = append(codes, refusal.Code)
	}
	for _, code := range codes {
		c.sub(code, func(c *check) {
			s := c.stage()
			c.refuse(s, code, c.echo())
			c.failsSilently(s, "the service refuses with code "+code+" and echoes")
		})
	}
}

// failsSilently checks that a send fails and that the error tells no secret.
func (c *check) failsSilently(s *stage, situation string, changes ...func(*Endpoint)) {
	c.Helper()
	_, err := c.send(c.Context(), c.provider(s, changes...), c.message(), situation)
	c.failed(err, wanted{}, situation)
	c.hidesError(err)
}

func secretReply(c *check) {
	bodies := map[string]string{
		"html":      "<html>" + c.echo() + "</html>",
		"string":    fmt.Sprintf("%q", c.echo()),
		"object":    fmt.Sprintf(`{"providertest":%q,"code":%q,"status":%q,"error":%q}`, c.echo(), c.echo(), c.echo(), c.echo()),
		"truncated": fmt.Sprintf(`{"providertest":%q`, c.echo()),
	}
	for name, body := range bodies {
		for _, status := range []int{200, 500} {
			c.sub(fmt.Sprintf("%d-%s", status, name), func(c *check) {
				s := c.stage()
				c.reply(s, Reply{Status: status, ContentType: "application/json", Body: []byte(body)})
				c.failsSilently(s, "the service answers with a broken reply that echoes")
			})
		}
	}
	c.sub("redirect", func(c *check) {
		s := c.stage()
		c.inject(s, sim.Fault{
			Effect: sim.EffectReply, Times: sim.Forever, Status: 302, ContentType: "text/html",
			Location: "http://127.0.0.1:1/?echo=" + c.h.Message.To.National() + c.h.Message.Params[provider.ParamCode], Body: []byte(c.echo()),
		})
		c.failsSilently(s, "the service redirects to an address that echoes")
	})
}

// secretNoHTTP answers with what net/http cannot read and quotes in its errors.
func secretNoHTTP(c *check) {
	replies := map[string]string{
		"status-line": c.echo() + "\r\n\r\n",
		"status":      "HTTP/1.1 " + c.echo() + "\r\n\r\n",
		"header":      "HTTP/1.1 200 OK\r\n" + c.echo() + "\r\n\r\n",
		"trailer":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + c.echo() + "\r\n\r\n",
	}
	for name, reply := range replies {
		c.sub(name, func(c *check) {
			s := c.stage()
			s.answer(func(w http.ResponseWriter, _ *http.Request) { answerRaw(w, reply) })
			c.failsSilently(s, "the service echoes in the place of its "+name)
		})
	}
}

// answerRaw writes text in the place of a reply and closes the connection.
func answerRaw(w http.ResponseWriter, text string) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = connection.Close() }()
	_, _ = io.WriteString(connection, text)
}

func secretNetwork(c *check) {
	c.sub("dial", func(c *check) {
		c.failsSilently(c.stage(), "nobody listens", func(e *Endpoint) { e.BaseURL = nobody })
	})
	c.sub("reset", func(c *check) {
		s := c.stage()
		c.inject(s, sim.Fault{Effect: sim.EffectResetAfter, Times: sim.Forever})
		c.failsSilently(s, "the connection breaks")
	})
	c.sub("timeout", func(c *check) {
		s := c.stage()
		c.inject(s, sim.Fault{Effect: sim.EffectHangBefore, Times: sim.Forever})
		c.failsSilently(s, "the provider's time limit is over", func(e *Endpoint) { e.Timeout = short })
	})
}

func secretProvider(c *check) {
	s := c.stage()
	p := c.provider(s)
	c.accepted(s, p, c.message())
	c.hides(p, "the provider")
	c.hidesByValue(p, "the provider")
	c.hidesText(p.Name(), "the provider's name")
	for inner := range provider.All(p) {
		c.hides(inner, "what is inside the provider")
		c.hidesByValue(inner, "what is inside the provider")
	}
}
