package providertest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/provider"
)

func http2Cases() []testCase {
	return []testCase{
		{
			name: "http2", wire: true, run: overHTTP2,
			rule: "over a client of the caller's that speaks HTTP/2, a send, a refusal and a broken reply come out as over HTTP/1.1",
		},
		{
			name: "http2-reset", wire: true, essential: true, run: resetsOverHTTP2,
			rule: "one send is at most one request, also over HTTP/2, where net/http by itself repeats a request that has GetBody or no body",
		},
	}
}

// overHTTP2 plays a few scenes behind a TLS listener that speaks HTTP/2.
func overHTTP2(c *check) {
	h2 := *c
	h2.http2 = true
	for _, scene := range []struct {
		name string
		run  func(c *check)
	}{
		{"receipt", completeReceipt},
		{"one-request", oneRequest},
		{"refusals", firstRefusal},
		{"truncated-reply", truncatedReplies},
		{"connection-reset", connectionReset},
		{"redirect", redirectsOverHTTP2},
		{"cancelled-in-flight", cancelledInFlight},
		{"oversized-reply", oversizedReplies},
		{"unexpected-status", unexpectedStatusOverHTTP2},
	} {
		h2.sub(scene.name, scene.run)
	}
}

// firstRefusal plays one row of the table.
func firstRefusal(c *check) {
	s := c.stage()
	for _, row := range c.refusals() {
		c.playRefusal(s, row)
		return
	}
	c.Skip("the service never refuses")
}

func redirectsOverHTTP2(c *check) {
	s := c.stage()
	s.answer(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/moved", http.StatusTemporaryRedirect)
	})
	_, err := c.send(c.Context(), c.provider(s), c.message(), "the service redirects")
	c.failed(err, wanted{kind: provider.KindUnavailable, sent: maySent}, "the service redirects")
	c.requestsOfFailure(s, "the service redirects")
}

// unexpectedStatusOverHTTP2 has no switch of protocols: HTTP/2 has none.
func unexpectedStatusOverHTTP2(c *check) {
	for _, status := range []int{http.StatusNoContent, http.StatusNotModified} {
		c.sub(fmt.Sprint(status), func(c *check) {
			s := c.stage()
			s.answer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
			c.unusableFrom(s, fmt.Sprintf("the service answers with HTTP status %d", status))
		})
	}
}

// longestRepeating ends the send of a provider that repeats at growing intervals and
// does not hear its context. A send that is not repeated is over at once.
const longestRepeating = 5 * time.Second

func resetsOverHTTP2(c *check) {
	most := int64(c.h.Members)
	if c.h.asksBesides {
		most *= 2 // what HTTP/2 carries is not decoded here
	}
	for name, refuse := range map[string]func(io.Writer, uint32){
		"protocol-error": resetStream(protocolError),
		"refused-stream": resetStream(refusedStream),
		"goaway":         goAway,
	} {
		c.sub(name, func(c *check) {
			ctx, cancel := context.WithCancel(c.Context())
			defer cancel()
			s := c.startHTTP2(func(w io.Writer, stream uint32, nth int64) {
				refuse(w, stream)
				if nth > most {
					cancel() // there is no need to wait for more
				}
			})
			p := c.provider(&stage{url: s.url}, func(e *Endpoint) { e.HTTPClient, e.Timeout = s.client, longestRepeating })
			situation := fmt.Sprintf("the server reads the request and answers with an HTTP/2 %s", name)
			_, err := c.send(ctx, p, c.message(), situation)
			c.failed(err, wanted{kind: provider.KindUnavailable, sent: maySent}, situation)
			if got := s.requests.Load(); got < 1 || got > most {
				c.broken("%s: the server got %d requests, want 1 to %d", situation, got, most)
			}
		})
	}
}
