package redistest

import (
	"net"
	"sync"
	"testing"
)

// Proxy starts a proxy before a server and returns its address. When cut says so for what a
// client has sent, the server gets that and answers, and the connection ends before the
// answer has reached the client: it cannot know whether anything was done. cut is called
// for each answer, from one goroutine at a time.
func Proxy(tb testing.TB, server string, cut func(sent []byte) bool) (addr string) {
	tb.Helper()
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	must(tb, err)
	p := &proxy{server: server, cut: cut}
	p.lines.Go(func() { p.accept(listener) })
	tb.Cleanup(func() {
		_ = listener.Close()
		p.end()
		p.lines.Wait()
	})
	return listener.Addr().String()
}

type proxy struct {
	server string
	lines  sync.WaitGroup

	mu    sync.Mutex
	cut   func(sent []byte) bool
	open  []net.Conn
	ended bool
}

// keep notes connections that end with the test, or ends them when it is over.
func (p *proxy) keep(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = append(p.open, conns...)
	if p.ended {
		closeAll(conns)
	}
}

func (p *proxy) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	closeAll(p.open)
}

func closeAll(conns []net.Conn) {
	for _, conn := range conns {
		_ = conn.Close()
	}
}

func (p *proxy) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.server) //nolint:noctx // It ends with the proxy.
		if err != nil {
			_ = client.Close()
			continue
		}
		p.keep(client, server)
		p.lines.Go(func() { p.carry(client, server) })
	}
}

// carry carries questions there and answers back, one after the other.
func (p *proxy) carry(client, server net.Conn) {
	defer closeAll([]net.Conn{client, server})
	sent := &last{}
	p.lines.Go(func() {
		defer closeAll([]net.Conn{client, server})
		pass(client, server, sent.note)
	})
	pass(server, client, func([]byte) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return !p.cut(sent.take())
	})
}

// pass carries bytes until a connection ends or see says that this is enough.
func pass(from, to net.Conn, see func([]byte) bool) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil || !see(buffer[:n]) {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// last holds what a client has sent since the last answer.
type last struct {
	mu   sync.Mutex
	sent []byte
}

func (l *last) note(sent []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, sent...)
	return true
}

func (l *last) take() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	sent := l.sent
	l.sent = nil
	return sent
}
