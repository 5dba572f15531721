package providertest

import (
	"net/http"
	"testing"

	"github.com/cnsms/cnsms/sim"
)

// FuzzReply lets the fuzzer answer a send in the service's place. Whatever comes,
// Send must not panic; a success has a complete receipt, and a failure is a
// *provider.Error that shows nothing secret.
func FuzzReply(f *testing.F, h Harness) {
	f.Helper()
	h, err := h.complete()
	if err != nil {
		f.Fatalf("providertest: the harness is not usable:\n%v", err)
	}
	seeds := &check{TB: f, h: h, rule: "the message to fuzz with is accepted"}
	good := seeds.goodReply()
	f.Add(good.Status, good.Body)
	f.Add(http.StatusOK, seeds.refusedReply().Body)
	for _, one := range malformed {
		f.Add(http.StatusOK, []byte(one.body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 100 || status > 999 {
			t.Skip("no HTTP status")
		}
		c := &check{TB: t, h: h, rule: "no reply makes Send panic, succeed without a receipt or tell a secret"}
		client := &http.Client{Transport: stubTransport{Reply{Status: status, ContentType: good.ContentType, Body: body}}}
		p := newProvider(t, h, endpointOf(h, memoryURL, client))
		before := h.Now()
		r, err := c.send(t.Context(), p, c.message(), "the reply is "+quote(body))
		if err == nil {
			c.completeButForID(r, p, h.Message.To, before)
			return
		}
		c.failed(err, wanted{}, "the reply is "+quote(body))
		if !repeats(h, body) {
			c.hidesError(err)
		}
	})
}

// repeats reports whether the fuzzer has found the number or the code by itself in
// a form that redaction does not know. The words of a service that really repeats
// them are the business of the case "secrecy-refusal".
func repeats(h Harness, body []byte) bool {
	c := &check{h: h}
	for _, n := range c.needles() {
		if n.standsIn(string(body)) {
			return true
		}
	}
	return false
}

// refusedReply is how the service refuses with the first code of its table.
func (c *check) refusedReply() Reply {
	c.Helper()
	refusals := c.refusals()
	if len(refusals) == 0 {
		return Reply{}
	}
	s := c.stage()
	c.inject(s, sim.Fault{Effect: sim.EffectRefuse, Code: refusals[0].Code, Times: sim.Forever})
	if _, err := c.send(c.Context(), c.provider(s), c.message(), "the service refuses"); err == nil {
		c.Fatalf("a scripted refusal was reported as success")
	}
	last := s.sim.Exchanges()[len(s.sim.Exchanges())-1]
	return Reply{Status: last.Status, ContentType: last.ReplyHeader.Get("Content-Type"), Body: last.Reply}
}
