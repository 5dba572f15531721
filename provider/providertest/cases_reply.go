package providertest

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

func replyCases() []testCase {
	const unavailable = " is KindUnavailable with MayHaveSent: the request was received, and nobody knows what became of it"
	return []testCase{
		{
			name: "malformed-reply", wire: true, essential: true, run: malformedReplies,
			rule: "a reply that is not what the service promises" + unavailable,
		},
		{
			name: "wrong-types", wire: true, essential: true, run: wrongTypes,
			rule: "a reply without a value that says success, because all on one level has other types than the service promises," + unavailable,
		},
		{
			name: "truncated-reply", wire: true, essential: true, run: truncatedReplies,
			rule: "a reply that breaks off" + unavailable,
		},
		{
			name: "error-status", wire: true, run: errorStatus,
			rule: "a reply that says success under an HTTP status of a server error contradicts itself, and" + unavailable,
		},
		{
			name: "content-type", wire: true, run: wrongContentType,
			rule: "a reply under another content type is either understood or KindUnavailable with MayHaveSent",
		},
		{
			name: "oversized-reply", wire: true, essential: true, run: oversizedReplies,
			rule: "at most 1 MiB of a reply is read, and a longer one" + unavailable,
		},
	}
}

// malformed are replies that no service promises.
var malformed = []struct{ name, contentType, body string }{
	{"empty", "application/json", ""},
	{"blank", "application/json", " \r\n"},
	{"empty-object", "application/json", `{}`},
	{"null", "application/json", `null`},
	{"array", "application/json", `[]`},
	{"array-of-object", "application/json", `[{}]`},
	{"string", "application/json", `"x"`},
	{"number", "application/json", `7`},
	{"true", "application/json", `true`},
	{"foreign-object", "application/json", `{"providertest":{}}`},
	{"html", "text/html; charset=utf-8", "<html><body><h1>502 Bad Gateway</h1></body></html>"},
	{"xml", "text/xml", `<?xml version="1.0"?><html/>`},
	{"garbage", "application/json", "\x00\xff\xfe\x1b{[\xc3\x28\x00\x80"},
	{"unfinished", "application/json", `{"a":`},
	{"deep", "application/json", `[[[[[[[[[[[[[[[[`},
}

func malformedReplies(c *check) {
	for _, status := range []int{http.StatusOK, http.StatusInternalServerError, http.StatusBadGateway} {
		for _, one := range malformed {
			c.sub(fmt.Sprintf("%d-%s", status, one.name), func(c *check) {
				c.unusable(Reply{Status: status, ContentType: one.contentType, Body: []byte(one.body)})
			})
		}
	}
	c.sub("garbage-of-the-simulator", func(c *check) {
		s := c.stage()
		c.inject(s, sim.Fault{Effect: sim.EffectGarbage, Times: sim.Forever})
		c.unusableFrom(s, "the reply is garbage")
	})
}

// unusable checks that a send that is answered with r is unavailable and may
// have sent.
func (c *check) unusable(r Reply) {
	c.Helper()
	s := c.stage()
	c.reply(s, r)
	c.unusableFrom(s, fmt.Sprintf("the reply is HTTP %d, %s", r.Status, quote(r.Body)))
}

func (c *check) unusableFrom(s *stage, situation string) {
	c.Helper()
	_, err := c.send(c.Context(), c.provider(s), c.message(), situation)
	c.failed(err, wanted{kind: provider.KindUnavailable, sent: maySent}, situation)
	c.requestsOfFailure(s, situation)
}

// deepest is how far down wrongTypes goes.
const deepest = 4

// wrongTypes takes the reply of a success and puts, level by level, values of
// other types in the place of its values.
func wrongTypes(c *check) {
	good := c.goodReply()
	var value any
	if err := json.Unmarshal(good.Body, &value); err != nil {
		c.Skip("the service's replies are no JSON")
	}
	for level := 1; level <= deepest; level++ {
		for name, other := range map[string]any{"object": map[string]any{}, "array": []any{}, "null": nil} {
			changed, found := replaceAt(value, level, other)
			if !found || c.successes(changed) > 0 {
				continue
			}
			c.sub(fmt.Sprintf("level-%d-%s", level, name), func(c *check) {
				body, err := json.Marshal(changed)
				if err != nil {
					c.Fatal(err)
				}
				c.unusable(Reply{Status: good.Status, ContentType: good.ContentType, Body: body})
			})
		}
	}
}

// replaceAt returns value with everything on that level below it replaced, and
// whether there was anything. The members of an object are one level below it;
// an array is on the level of its elements.
func replaceAt(value any, level int, other any) (any, bool) {
	if list, ok := value.([]any); ok {
		return replaceElements(list, level, other)
	}
	object, ok := value.(map[string]any)
	if !ok {
		return value, false
	}
	changed, found := map[string]any{}, false
	for key, member := range object {
		if level == 1 {
			changed[key], found = other, true
			continue
		}
		inner, ok := replaceAt(member, level-1, other)
		changed[key], found = inner, found || ok
	}
	return changed, found
}

func replaceElements(list []any, level int, other any) (any, bool) {
	changed, found := make([]any, len(list)), false
	for i, element := range list {
		inner, ok := replaceAt(element, level, other)
		changed[i], found = inner, found || ok
	}
	return changed, found
}

func truncatedReplies(c *check) {
	good := c.goodReply()
	c.sub("connection-breaks", func(c *check) {
		s := c.stage()
		c.inject(s, sim.Fault{Effect: sim.EffectTruncate, Times: sim.Forever})
		c.unusableFrom(s, "the connection breaks in the middle of the reply")
	})
	for _, keep := range []int{1, len(good.Body) / 4, len(good.Body) / 2, len(good.Body) - 1} {
		c.sub(fmt.Sprintf("%d-bytes", keep), func(c *check) {
			c.unusable(Reply{Status: good.Status, ContentType: good.ContentType, Body: good.Body[:keep]})
		})
	}
}

func errorStatus(c *check) {
	good := c.goodReply()
	for _, status := range []int{http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout} {
		c.sub(fmt.Sprint(status), func(c *check) {
			c.unusable(Reply{Status: status, ContentType: good.ContentType, Body: good.Body})
		})
	}
}

func wrongContentType(c *check) {
	for _, contentType := range []string{"text/html", "text/plain", "application/octet-stream", "no content type at all"} {
		c.sub(contentType, func(c *check) {
			s := c.stage()
			c.inject(s, sim.Fault{Effect: sim.EffectContentType, ContentType: contentType, Times: sim.Forever})
			situation := "a good reply under the content type " + contentType
			_, err := c.send(c.Context(), c.provider(s), c.message(), situation)
			if err != nil {
				c.failed(err, wanted{kind: provider.KindUnavailable, sent: maySent}, situation)
			}
			c.requestsOfFailure(s, situation)
		})
	}
}
