package httpx

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// connectionWatch sees whether a transport had a connection for the request.
// Before that nothing can have been sent. Hooks may run after RoundTrip has
// returned, hence the atomics.
type connectionWatch struct {
	trace httptrace.ClientTrace
	asked atomic.Bool // the transport reports what it does
	got   atomic.Bool // it had a connection
}

func (w *connectionWatch) attach(ctx context.Context) context.Context {
	w.trace.GetConn = func(string) { w.asked.Store(true) }
	w.trace.GotConn = func(httptrace.GotConnInfo) { w.got.Store(true) }
	return httptrace.WithClientTrace(ctx, &w.trace)
}

// mayHaveSent judges a failed exchange: false only when it is certain that the
// request did not leave.
func (w *connectionWatch) mayHaveSent(transport http.RoundTripper, err error) bool {
	if w.asked.Load() {
		return w.got.Load()
	}
	if _, reports := transport.(*http.Transport); reports {
		// net/http always says when it wants a connection, so the request was refused
		// before that: a header of it, for example, is not allowed.
		return false
	}
	// A transport that reports nothing, such as a test double: only errors of
	// connecting are proof.
	var (
		operation *net.OpError
		lookup    *net.DNSError
	)
	if errors.As(err, &lookup) {
		return false
	}
	return !errors.As(err, &operation) || operation.Op != "dial"
}
