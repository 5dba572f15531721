package adapter

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http/httptrace"
	"sync/atomic"
)

// departure knows whether a request may have left. That is how MayHaveSent is known
// rather than guessed from the words of an error.
//
// The body is never nil, also for a request without content: net/http repeats a
// request without a body by itself.
type departure interface {
	// watch returns the body of the request, and the context to send it with.
	watch(ctx context.Context, content []byte) (io.ReadCloser, context.Context)
	// mayHaveLeft is asked when the transport has returned. If it says false, nothing
	// leaves any more.
	mayHaveLeft() bool
}

// ownDeparture is that over the package's own transport: before there is a
// connection, nothing leaves. The transport reports a connection before it uses it
// and before it returns.
type ownDeparture struct {
	connected bool
	trace     httptrace.ClientTrace
}

// watch wraps content in exactly this way because net/http knows it for a body in
// memory, and then writes head and body of a request together.
func (d *ownDeparture) watch(ctx context.Context, content []byte) (io.ReadCloser, context.Context) {
	d.trace.GotConn = func(httptrace.GotConnInfo) { d.connected = true }
	return io.NopCloser(bytes.NewReader(content)), httptrace.WithClientTrace(ctx, &d.trace)
}

func (d *ownDeparture) mayHaveLeft() bool { return d.connected }

// foreignDeparture is that over a transport of which nothing is known: what it has
// not read has not left. Its errors prove nothing, for it can have sent before.
type foreignDeparture struct{ body *body }

func (d *foreignDeparture) watch(ctx context.Context, content []byte) (io.ReadCloser, context.Context) {
	d.body = &body{content: content, reader: bytes.NewReader(content)}
	return d.body, ctx
}

func (d *foreignDeparture) mayHaveLeft() bool {
	return len(d.body.content) == 0 || !d.body.withdraw()
}

// body is the body of a request. It knows whether a transport has begun to read it.
type body struct {
	content []byte
	reader  *bytes.Reader
	state   atomic.Int32
}

// The states of a body. It is begun or withdrawn once, and never both.
const (
	untouched int32 = iota
	begun
	withdrawn
)

var errWithdrawn = errors.New("the request was given up before it left")

// Read gives the content to the transport, unless the request was given up.
func (b *body) Read(p []byte) (int, error) {
	if !b.state.CompareAndSwap(untouched, begun) && b.state.Load() == withdrawn {
		return 0, errWithdrawn
	}
	return b.reader.Read(p)
}

// Close does nothing: the content is in memory.
func (*body) Close() error { return nil }

// withdraw gives the request up, and reports whether nobody had begun to read it.
func (b *body) withdraw() bool {
	return b.state.CompareAndSwap(untouched, withdrawn) || b.state.Load() == withdrawn
}
