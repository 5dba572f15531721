package sim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
)

// Transport returns a round tripper that calls the services in memory, without
// sockets, whatever the host of the request.
func (s *Server) Transport() http.RoundTripper { return HandlerTransport(s) }

// HandlerTransport returns a round tripper that calls handler in memory,
// without sockets, whatever the host of the request. It is how tests inside
// testing/synctest bubbles reach any HTTP server. A handler that aborts looks
// like a connection reset.
func HandlerTransport(handler http.Handler) http.RoundTripper {
	return memoryTransport{handler}
}

type memoryTransport struct{ handler http.Handler }

// RoundTrip calls the handler in a goroutine, which ends when the handler does.
// It returns as soon as the request's context is done.
func (t memoryTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	inbound, err := received(r)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	w := newMemoryWriter()
	go w.run(t.handler, inbound)
	select {
	case <-w.done:
		return w.response(r)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// arrived is what a server sees of a request's headers: names in their usual
// form, whatever the client wrote, and no Host, which stands in Request.Host.
func arrived(header http.Header) http.Header {
	seen := make(http.Header, len(header))
	for name, values := range header {
		name = http.CanonicalHeaderKey(name)
		seen[name] = append(seen[name], values...)
	}
	seen.Del("Host")
	return seen
}

// received turns an outgoing request into what a server would see of it: the
// address without its host, and the headers as they come off the wire.
func received(r *http.Request) (*http.Request, error) {
	inbound := r.Clone(r.Context())
	inbound.RequestURI = r.URL.RequestURI()
	address, err := url.ParseRequestURI(inbound.RequestURI)
	if err != nil {
		return nil, fmt.Errorf("sim: request: %w", err)
	}
	inbound.URL = address
	inbound.RemoteAddr = "127.0.0.1:0"
	if inbound.Host == "" {
		inbound.Host = r.URL.Host
	}
	if inbound.Body == nil {
		inbound.Body = http.NoBody
	}
	inbound.Header = arrived(r.Header)
	return inbound, nil
}

// memoryWriter is the response writer of an in-memory exchange. Its fields
// belong to the handler's goroutine until done is closed.
type memoryWriter struct {
	header  http.Header
	sent    http.Header // snapshot of header at WriteHeader
	status  int
	body    bytes.Buffer
	flushed bool
	aborted any // what the handler panicked with
	done    chan struct{}
}

func newMemoryWriter() *memoryWriter {
	return &memoryWriter{header: http.Header{}, done: make(chan struct{})}
}

func (w *memoryWriter) run(handler http.Handler, r *http.Request) {
	defer close(w.done)
	defer func() { w.aborted = recover() }()
	defer r.Body.Close()
	handler.ServeHTTP(w, r)
}

func (w *memoryWriter) Header() http.Header { return w.header }

func (w *memoryWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
		w.sent = w.header.Clone()
	}
}

func (w *memoryWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

func (w *memoryWriter) Flush() {
	w.WriteHeader(http.StatusOK)
	w.flushed = true
}

// response turns what the handler wrote into what a client would see.
func (w *memoryWriter) response(r *http.Request) (*http.Response, error) {
	if w.aborted != nil {
		if err, ok := w.aborted.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			return nil, fmt.Errorf("sim: the handler panicked: %v", w.aborted)
		}
		if !w.flushed {
			return nil, &net.OpError{Op: "read", Net: "memory", Err: syscall.ECONNRESET}
		}
	}
	w.WriteHeader(http.StatusOK)
	written := int64(w.body.Len())
	length := written
	if promised, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil {
		length = promised
	}
	var body io.Reader = &w.body
	if w.aborted != nil || written < length && r.Method != http.MethodHead {
		body = io.MultiReader(body, brokenReader{})
	}
	return &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: io.NopCloser(body), ContentLength: length, Request: r,
	}, nil
}

// brokenReader ends a body that broke off.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
