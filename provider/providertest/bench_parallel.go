package providertest

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// parallelSenders is how many send at the same time in BenchmarkSendParallel.
const parallelSenders = 64

// BenchmarkSendParallel measures 64 senders at the same time over loopback. The
// sub-benchmark "floor" is net/http alone with the same bytes and a transport
// that keeps a connection for each sender. The sub-benchmark "adapter" also
// reports its throughput as a multiple of the floor's (x-floor-throughput) and
// how many connections it opened (connections).
//
// newProvider builds the provider with an HTTP client of its own.
func BenchmarkSendParallel(b *testing.B, newProvider func(baseURL string) provider.Provider, m provider.Message, reply Reply) {
	b.Helper()
	// Each side has a server of its own, whose connections are counted.
	server, floorServer := startCanned(b, reply), startCanned(b, reply)
	p := newProvider(server.URL)
	wire := server.capture(b, p, m)
	wire.url = floorServer.URL + wire.url
	transport := &http.Transport{MaxIdleConns: parallelSenders, MaxIdleConnsPerHost: parallelSenders}
	b.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport}
	floor := func(ctx context.Context) error { return wire.exchange(ctx, client) }
	send := func(ctx context.Context) error {
		_, err := p.Send(ctx, m)
		return err
	}
	server.warmUp(b, send)
	floorServer.warmUp(b, floor)
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		together(b, b.N, floor)
	})
	b.Run("adapter", func(b *testing.B) {
		b.ReportAllocs()
		b.ReportMetric(throughput(b, send, floor), "x-floor-throughput")
		b.ReportMetric(float64(server.connections.Load()), "connections")
	})
}

// throughput lets the senders do b.N sends, and as much of the floor in between,
// so that both meet the same noise. Only the sends are timed. It returns the
// throughput of the sends as a multiple of the floor's.
func throughput(b *testing.B, send, floor func(ctx context.Context) error) float64 {
	b.Helper()
	const turns = 8
	var sending, bottom time.Duration
	for turn := range turns {
		n := b.N*(turn+1)/turns - b.N*turn/turns
		b.StopTimer()
		bottom += together(b, n, floor)
		b.StartTimer()
		sending += together(b, n, send)
	}
	return float64(bottom) / float64(sending)
}

// together lets the senders do n operations between them and returns how long
// it took.
func together(b *testing.B, n int, operation func(ctx context.Context) error) time.Duration {
	b.Helper()
	var (
		wg     sync.WaitGroup
		left   atomic.Int64
		failed atomic.Pointer[error]
	)
	left.Store(int64(n))
	start := time.Now()
	for range parallelSenders {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := operation(b.Context()); err != nil {
					failed.Store(&err)
					return
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		b.Fatal(*err)
	}
	return time.Since(start)
}

// canned is a server that gives every request the same answer.
type canned struct {
	*httptest.Server
	connections atomic.Int64
	watch       atomic.Pointer[func(r *http.Request)] // sees the request before its body is read
}

// warmUp lets every sender send once, and answers none before all have asked:
// afterwards each has a connection. Without that the number of connections
// would depend on chance, because net/http goes on dialling for a request that
// was meanwhile given a free connection.
func (s *canned) warmUp(b *testing.B, operation func(ctx context.Context) error) {
	b.Helper()
	gate := newGate(parallelSenders)
	watch := func(*http.Request) { gate.pass() }
	s.watch.Store(&watch)
	together(b, parallelSenders, operation)
	s.watch.Store(nil)
}

func startCanned(b *testing.B, reply Reply) *canned {
	b.Helper()
	s := &canned{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if watch := s.watch.Load(); watch != nil {
			(*watch)(r)
		}
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", reply.ContentType)
		w.WriteHeader(reply.status())
		_, _ = w.Write(reply.Body)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.connections.Add(1)
		}
	}
	s.Start()
	b.Cleanup(s.Close)
	return s
}

// capture sends once and returns the request as it arrived, with its path in
// the place of the URL.
func (s *canned) capture(b *testing.B, p provider.Provider, m provider.Message) exchange {
	b.Helper()
	var seen exchange
	watch := func(r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen = exchange{r.Method, r.URL.RequestURI(), r.Header.Clone(), body}
	}
	s.watch.Store(&watch)
	_, err := p.Send(b.Context(), m)
	s.watch.Store(nil)
	if err != nil {
		b.Fatalf("providertest: the message to measure with is not accepted: %v", err)
	}
	// net/http sets these by itself.
	seen.header.Del("Content-Length")
	seen.header.Del("Accept-Encoding")
	return seen
}
