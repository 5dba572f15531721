package providertest

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Floor is another way to make the exchange of a send: the least that any code for
// the same job does. BenchmarkSend reports the provider's cost as multiples of it.
type Floor struct {
	// Name stands in the metrics: x-NAME-time and x-NAME-allocs.
	Name string
	// New returns a function that makes the exchange over the given transport and
	// reads the reply to its end.
	New func(transport http.RoundTripper) func(ctx context.Context, r RawRequest) error
}

// RawRequest is a request as the provider has made it, at the floor's own server.
type RawRequest struct {
	Method, URL string
	Header      http.Header
	Body        []byte
}

// parallelSenders is how many send at the same time in "64-senders".
const parallelSenders = 64

// BenchmarkSend measures the provider of h against floors: net/http alone (see
// NetHTTP), and the given ones. All make the same exchange, which is taken from one
// send to the simulator.
//
//   - "loopback" is one sender over a real connection; the provider's own transport.
//   - "64-senders" is 64 at the same time. It reports how many connections the
//     provider opened.
//   - "memory" uses a transport that does nothing but hand out the reply, which
//     leaves the provider's own work almost alone.
//
// Provider and floors are measured by turns, so that they meet the same noise; a
// ratio is the median over the turns.
func BenchmarkSend(b *testing.B, h Harness, floors ...Floor) {
	b.Helper()
	h, err := h.complete()
	if err != nil {
		b.Fatalf("providertest: the harness is not usable:\n%v", err)
	}
	floors = append([]Floor{NetHTTP()}, floors...)
	c := &check{TB: b, h: h, rule: "the message to measure with is accepted"}
	request, reply := c.capture()
	for name, senders := range map[string]int{"loopback": 1, "64-senders": parallelSenders} {
		b.Run(name, func(b *testing.B) {
			benchmarkLoopback(b, h, floors, request, reply, senders)
		})
	}
	b.Run("memory", func(b *testing.B) {
		transport := stubTransport{reply}
		p := newProvider(b, h, endpointOf(h, memoryURL, &http.Client{Transport: transport}))
		request.URL = memoryURL + request.URL
		compare(b, h, p, floors, request, transport, 1)
	})
}

// NetHTTP is the floor of net/http alone.
func NetHTTP() Floor {
	return Floor{Name: "net/http", New: func(transport http.RoundTripper) func(context.Context, RawRequest) error {
		client := &http.Client{Transport: transport}
		return func(ctx context.Context, raw RawRequest) error {
			r, err := raw.request(ctx)
			if err != nil {
				return err
			}
			response, err := client.Do(r)
			if err != nil {
				return err
			}
			defer func() { _ = response.Body.Close() }()
			_, err = io.ReadAll(response.Body)
			return err
		}
	}}
}

// benchmarkLoopback gives provider and floors a server each, whose connections are
// counted.
func benchmarkLoopback(b *testing.B, h Harness, floors []Floor, request RawRequest, reply Reply, senders int) {
	b.Helper()
	server, floorServer := startCanned(b, reply), startCanned(b, reply)
	transport := &http.Transport{MaxIdleConnsPerHost: senders}
	b.Cleanup(transport.CloseIdleConnections)
	p := newProvider(b, h, endpointOf(h, server.URL, nil))
	request.URL = floorServer.URL + request.URL
	compare(b, h, p, floors, request, transport, senders)
	b.ReportMetric(float64(server.connections.Load()), "connections")
}

// compare measures one way after the other, in turns. Only the provider is timed.
func compare(b *testing.B, h Harness, p provider.Provider, floors []Floor, request RawRequest, transport http.RoundTripper, senders int) {
	b.Helper()
	send := func(ctx context.Context) error {
		_, err := p.Send(ctx, h.Message)
		return err
	}
	together(b, senders*2, senders, send) // each sender has a connection from here on
	const turns = 15
	ratios := make([][2][]float64, len(floors))
	operations := make([]func(ctx context.Context) error, len(floors))
	for i, floor := range floors {
		exchange := floor.New(transport)
		operations[i] = func(ctx context.Context) error { return exchange(ctx, request) }
		together(b, senders*2, senders, operations[i])
	}
	b.ReportAllocs()
	b.ResetTimer()
	for turn := range turns {
		n := max(b.N*(turn+1)/turns-b.N*turn/turns, senders)
		top := together(b, n, senders, send)
		b.StopTimer()
		for i, operation := range operations {
			bottom := together(b, n, senders, operation)
			ratios[i][0] = append(ratios[i][0], float64(top.time)/float64(bottom.time))
			ratios[i][1] = append(ratios[i][1], float64(top.allocations)/float64(bottom.allocations))
		}
		b.StartTimer()
	}
	for i, floor := range floors {
		b.ReportMetric(median(ratios[i][0]), "x-"+floor.Name+"-time")
		b.ReportMetric(median(ratios[i][1]), "x-"+floor.Name+"-allocs")
	}
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// spent is what some operations cost, with the server's part where it runs in this
// process.
type spent struct {
	time        time.Duration
	allocations uint64
}

// together lets the senders do n operations between them.
func together(b *testing.B, n, senders int, operation func(ctx context.Context) error) spent {
	b.Helper()
	var (
		wg            sync.WaitGroup
		left          atomic.Int64
		failed        atomic.Pointer[error]
		before, after runtime.MemStats
	)
	left.Store(int64(n))
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range senders {
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
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if err := failed.Load(); err != nil {
		b.Fatal(*err)
	}
	return spent{took, after.Mallocs - before.Mallocs}
}

// canned is a server that gives every request the same answer.
type canned struct {
	*httptest.Server
	connections atomic.Int64
}

func startCanned(b *testing.B, reply Reply) *canned {
	b.Helper()
	s := &canned{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
