package phonetest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
)

// Network is a network in memory with one server and many clients. It works inside a
// testing/synctest bubble, in which hours of a phone's life pass in milliseconds. The zero
// Network has no server, and refuses connections. It is safe for concurrent use.
type Network struct {
	mu       sync.Mutex
	listener *pipeListener
}

// Listen begins a server's life, for [http.Server.Serve]. The server before it, if any, gets no
// further connections.
func (n *Network) Listen() net.Listener {
	l := &pipeListener{accepted: make(chan net.Conn), closed: make(chan struct{})}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listener = l
	return l
}

// Serve serves a handler until stop, which breaks all connections as a killed server does.
func (n *Network) Serve(handler http.Handler) (stop func()) {
	server := &http.Server{Handler: handler} //nolint:gosec // no stranger connects to it
	listener := n.Listen()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener) // it ends with Close
	}()
	return func() {
		_ = server.Close()
		<-ended
	}
}

// Transport is a way to the server, for an [http.Client]; any host name reaches it. Each
// request has a connection of its own, so that nothing is left open.
func (n *Network) Transport() http.RoundTripper {
	return &http.Transport{DialContext: n.dial, DisableKeepAlives: true}
}

// Client is a client with a Transport.
func (n *Network) Client() *http.Client { return &http.Client{Transport: n.Transport()} }

var errRefused = errors.New("phonetest: connection refused: no server listens on the network")

func (n *Network) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	n.mu.Lock()
	l := n.listener
	n.mu.Unlock()
	if l == nil {
		return nil, errRefused
	}
	server, client := net.Pipe()
	select {
	case l.accepted <- server:
		return client, nil
	case <-l.closed:
		return nil, errRefused
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// pipeListener hands out the server's ends of pipes.
type pipeListener struct {
	accepted chan net.Conn
	once     sync.Once
	closed   chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.accepted:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

// pipeAddr is the address of a network that has no addresses.
type pipeAddr struct{}

func (pipeAddr) Network() string { return "memory" }
func (pipeAddr) String() string  { return "phone.test" }
