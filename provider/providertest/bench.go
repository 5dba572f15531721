package providertest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// BenchmarkSend measures one send against a floor: what the same exchange costs
// with net/http alone, the same bytes over the same transport, the reply read to
// its end. It does so twice.
//
// The sub-benchmarks "floor" and "adapter" use net/http's own transport over a
// connection in memory, so that the bytes really go out and come back; "stub/floor"
// and "stub/adapter" use a transport that does nothing but hand out the reply, which
// leaves the adapter's own work almost alone. "adapter" also reports its time and
// allocations as multiples of the floor: x-floor-time and x-floor-allocs.
//
// The provider must send through the given client's transport.
func BenchmarkSend(b *testing.B, newProvider func(client *http.Client) provider.Provider, m provider.Message, reply Reply) {
	b.Helper()
	stub := &stubTransport{reply: reply}
	client := &http.Client{Transport: stub}
	p := newProvider(client)
	wire := capture(b, p, m, stub)

	pipe := newPipeTransport(reply)
	b.Cleanup(pipe.CloseIdleConnections)
	connected := &http.Client{Transport: pipe}
	compare(b, newProvider(connected), m, wire, connected)
	b.Run("stub", func(b *testing.B) { compare(b, p, m, wire, client) })
}

// compare runs the sub-benchmarks "floor" and "adapter".
func compare(b *testing.B, p provider.Provider, m provider.Message, wire exchange, client *http.Client) {
	b.Helper()
	ctx := b.Context()
	send := func() error {
		_, err := p.Send(ctx, m)
		return err
	}
	floor := func() error { return wire.exchange(ctx, client) }
	b.Run("floor", func(b *testing.B) { measure(b, floor) })
	b.Run("adapter", func(b *testing.B) {
		measure(b, send)
		b.StopTimer()
		ratio := inTurns(b, send, floor)
		b.ReportMetric(ratio.nanoseconds, "x-floor-time")
		b.ReportMetric(ratio.allocations, "x-floor-allocs")
	})
}

// measure runs a benchmark's loop.
func measure(b *testing.B, operation func() error) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		mustDo(b, operation)
	}
}

// spent is what one operation costs.
type spent struct{ nanoseconds, allocations float64 }

// inTurns repeats the loop for the ratio: the operation and its floor by turns,
// so that both meet the same noise. It returns the median of the turns' ratios.
func inTurns(b *testing.B, operation, floor func() error) spent {
	b.Helper()
	const turns = 15
	n := max(1, b.N/turns)
	var times, allocations []float64
	for range turns {
		top, bottom := cost(b, n, operation), cost(b, n, floor)
		times = append(times, top.nanoseconds/bottom.nanoseconds)
		allocations = append(allocations, top.allocations/bottom.allocations)
	}
	slices.Sort(times)
	slices.Sort(allocations)
	return spent{times[turns/2], allocations[turns/2]}
}

// cost runs operation n times.
func cost(b *testing.B, n int, operation func() error) spent {
	b.Helper()
	before, start := mallocs(), time.Now()
	for range n {
		mustDo(b, operation)
	}
	took, after := time.Since(start), mallocs()
	return spent{float64(took.Nanoseconds()) / float64(n), float64(after-before) / float64(n)}
}

func mustDo(b *testing.B, operation func() error) { //nolint:thelper // Helper in the timed loop would be measured too.
	if err := operation(); err != nil {
		b.Helper()
		b.Fatal(err)
	}
}

func mallocs() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.Mallocs
}

// exchange is a request as it stood on the wire.
type exchange struct {
	method, url string
	header      http.Header
	body        []byte
}

// capture sends once and returns the request that the provider made.
func capture(tb testing.TB, p provider.Provider, m provider.Message, transport *stubTransport) exchange {
	tb.Helper()
	var seen exchange
	transport.watch = func(r *http.Request, body []byte) {
		seen = exchange{r.Method, r.URL.String(), r.Header.Clone(), body}
	}
	_, err := p.Send(tb.Context(), m)
	transport.watch = nil
	if err != nil {
		tb.Fatalf("providertest: the message to measure with is not accepted: %v", err)
	}
	if seen.url == "" {
		tb.Fatal("providertest: the provider does not use the given client")
	}
	return seen
}

// exchange repeats the request with net/http alone.
func (e exchange) exchange(ctx context.Context, client *http.Client) error {
	var body io.Reader
	if len(e.body) > 0 {
		body = bytes.NewReader(e.body)
	}
	r, err := http.NewRequestWithContext(ctx, e.method, e.url, body)
	if err != nil {
		return err
	}
	for name, values := range e.header {
		r.Header[name] = values
	}
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	if _, err := io.ReadAll(response.Body); err != nil {
		return errors.Join(err, response.Body.Close())
	}
	return response.Body.Close()
}

// stubTransport answers every request with the same reply, in memory.
type stubTransport struct {
	reply Reply
	watch func(r *http.Request, body []byte) // set for the first request only
}

func (t *stubTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.consume(r); err != nil {
		return nil, err
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

// consume reads the request's body, as a real transport does.
func (t *stubTransport) consume(r *http.Request) error {
	if t.watch != nil {
		var body []byte
		if r.Body != nil {
			var err error
			if body, err = io.ReadAll(r.Body); err != nil {
				return err
			}
		}
		t.watch(r, body)
	} else if r.Body != nil {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return err
		}
	}
	if r.Body != nil {
		return r.Body.Close()
	}
	return nil
}
