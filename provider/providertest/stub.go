package providertest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/cnsms/cnsms/sim"
)

// stubTransport answers every request with the same reply, in memory.
type stubTransport struct{ reply Reply }

func (t stubTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return nil, err
		}
		if err := r.Body.Close(); err != nil {
			return nil, err
		}
	}
	status := t.reply.status()
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {t.reply.ContentType}},
		Body:          io.NopCloser(bytes.NewReader(t.reply.Body)),
		ContentLength: int64(len(t.reply.Body)),
		Request:       r,
	}, nil
}

// capture sends the message to a fresh simulator and returns the request that the
// provider made and the service's reply.
func (c *check) capture() (RawRequest, Reply) {
	c.Helper()
	s := c.stage()
	c.accepted(s, c.provider(s), c.message())
	return c.acceptedExchange(s)
}

// acceptedExchange returns the first exchange in which the service took a text.
func (c *check) acceptedExchange(s *stage) (RawRequest, Reply) {
	c.Helper()
	for _, e := range s.sim.Exchanges() {
		if len(e.Accepted) > 0 {
			return rawRequestOf(e), Reply{Status: e.Status, ContentType: e.ReplyHeader.Get("Content-Type"), Body: bytes.TrimSpace(e.Reply)}
		}
	}
	c.Fatalf("the simulator answered a valid message without accepting a text")
	return RawRequest{}, Reply{}
}

// rawRequestOf leaves out the headers that net/http sets by itself. The address is the
// path and the query alone.
func rawRequestOf(e sim.Exchange) RawRequest {
	header := e.Header.Clone()
	header.Del("Content-Length")
	header.Del("Accept-Encoding")
	return RawRequest{Method: e.Method, URL: e.URL, Header: header, Body: e.Body}
}

// request repeats the request.
func (r RawRequest) request(ctx context.Context) (*http.Request, error) {
	var body io.Reader
	if len(r.Body) > 0 {
		body = bytes.NewReader(r.Body)
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, body)
	if err != nil {
		return nil, err
	}
	for name, values := range r.Header {
		request.Header[name] = values
	}
	return request, nil
}

// memoryURL is the address of a service that a stubTransport stands for.
const memoryURL = "https://providertest.invalid"

// endpointOf is where a provider finds the service when the suite measures or
// fuzzes it.
func endpointOf(h Harness, baseURL string, client *http.Client) Endpoint {
	e := Endpoint{BaseURL: baseURL, HTTPClient: client, Now: h.Now}
	if h.Templates != nil {
		e.Templates = h.Templates.Clone()
	}
	return e
}
