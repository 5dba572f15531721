package adapter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// answer is the reply that the benchmarks read.
type answer struct {
	Code adapter.Scalar `json:"code"`
	Text string         `json:"msg"`
	ID   adapter.Scalar `json:"smsid"`
}

const (
	benchReply = `{"code":2,"msg":"提交成功","smsid":"16842079209571524017"}`
	benchBody  = "account=C00000000&mobile=13800138000&content=%E6%82%A8%E7%9A%84%E9%AA%8C%E8%AF%81%E7%A0%81%E6%98%AF%EF%BC%9A042137%E3%80%82&time=1700000000&format=json"
	formType   = "application/x-www-form-urlencoded"
)

// sender sends the bytes of the benchmarks once.
type sender func(ctx context.Context) error

// kitSender sends with the kit.
func kitSender(tb testing.TB, baseURL string, client *http.Client) sender {
	c := newClient(tb, adapter.Config{BaseURL: baseURL, HTTPClient: client})
	return func(ctx context.Context) error {
		var a answer
		return c.NewCall(provider.OpSend).JSON(ctx, adapter.Request{
			Path: "/send", Body: []byte(benchBody), Header: http.Header{"Content-Type": {formType}},
		}, &a)
	}
}

// restySender sends with resty as its manual shows it.
func restySender(baseURL string, transport http.RoundTripper) sender {
	client := resty.New().SetTransport(transport).SetTimeout(adapter.DefaultTimeout)
	return func(ctx context.Context) error {
		var a answer
		response, err := client.R().SetContext(ctx).
			SetHeader("Content-Type", formType).SetHeader("Accept", "application/json").
			SetBody(benchBody).SetResult(&a).ForceContentType("application/json").Post(baseURL + "/send")
		if err != nil {
			return err
		}
		if response.StatusCode() != http.StatusOK {
			return errors.New(response.Status())
		}
		return nil
	}
}

// bareSender sends with net/http alone.
func bareSender(baseURL string, transport http.RoundTripper) sender {
	client := &http.Client{Transport: transport, Timeout: adapter.DefaultTimeout}
	return func(ctx context.Context) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, baseURL+"/send", strings.NewReader(benchBody))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", formType)
		r.Header.Set("Accept", "application/json")
		response, err := client.Do(r)
		if err != nil {
			return err
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			return err
		}
		var a answer
		return json.Unmarshal(body, &a)
	}
}

// stub is a transport that reads the request and hands out the reply, in memory.
type stub struct{}

func (stub) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	_ = r.Body.Close()
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(bytes.NewReader([]byte(benchReply))), ContentLength: int64(len(benchReply)),
	}, nil
}

// benchServer answers as the service would, and counts how many connections there
// were at once.
func benchServer(tb testing.TB) (baseURL string, most *atomic.Int32) {
	tb.Helper()
	var now atomic.Int32
	most = &atomic.Int32{}
	server := newServer(tb, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, benchReply)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			most.Store(max(most.Load(), now.Add(1))) // one goroutine accepts
		case http.StateClosed:
			now.Add(-1)
		}
	}
	server.Start()
	return server.URL, most
}

// BenchmarkExchange compares one exchange of the kit with the same bytes sent by
// resty and by net/http alone: over loopback, over a transport in memory, and over
// loopback by 64 senders at once. x-resty and x-bare are multiples of what those
// take.
func BenchmarkExchange(b *testing.B) {
	b.Run("loopback", func(b *testing.B) {
		baseURL, _ := benchServer(b)
		transport := ownClient(b).Transport
		compare(b, kitSender(b, baseURL, nil), restySender(baseURL, transport), bareSender(baseURL, transport))
	})
	b.Run("own client", func(b *testing.B) {
		baseURL, _ := benchServer(b)
		transport := ownClient(b).Transport
		compare(b, kitSender(b, baseURL, &http.Client{Transport: transport}), restySender(baseURL, transport), bareSender(baseURL, transport))
	})
	b.Run("stub", func(b *testing.B) {
		const baseURL = "https://a.invalid"
		compare(b, kitSender(b, baseURL, &http.Client{Transport: stub{}}), restySender(baseURL, stub{}), bareSender(baseURL, stub{}))
	})
	b.Run("64 senders", func(b *testing.B) {
		baseURL, connections := benchServer(b)
		restyURL, restyConnections := benchServer(b)
		kit := inParallel(64, kitSender(b, baseURL, nil))
		bare := inParallel(64, restySender(restyURL, ownClient(b).Transport))
		compare(b, kit, bare, bare)
		b.ReportMetric(float64(connections.Load()), "connections")
		b.ReportMetric(float64(restyConnections.Load()), "resty-connections")
	})
}

// compare measures the kit, and then all three by turns for the ratios.
func compare(b *testing.B, kit, resty, bare sender) {
	b.Helper()
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if err := kit(ctx); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	n := max(1, b.N/turns)
	var kits, restys, bares []spent
	for range turns {
		kits = append(kits, cost(b, n, kit))
		restys = append(restys, cost(b, n, resty))
		bares = append(bares, cost(b, n, bare))
	}
	b.ReportMetric(ratio(kits, restys, spent.time), "x-resty-time")
	b.ReportMetric(ratio(kits, restys, spent.count), "x-resty-allocs")
	b.ReportMetric(ratio(kits, bares, spent.time), "x-bare-time")
	b.ReportMetric(ratio(kits, bares, spent.count), "x-bare-allocs")
}

// turns is odd, for the median.
const turns = 15

// spent is what one operation costs.
type spent struct{ nanoseconds, allocations float64 }

func (s spent) time() float64  { return s.nanoseconds }
func (s spent) count() float64 { return s.allocations }

// ratio is the median of the turns' ratios: those that are compared stood beside each
// other in time and met the same noise.
func ratio(top, bottom []spent, of func(spent) float64) float64 {
	ratios := make([]float64, len(top))
	for i := range top {
		ratios[i] = of(top[i]) / of(bottom[i])
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

// cost sends n times.
func cost(b *testing.B, n int, send sender) spent {
	b.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	started := time.Now()
	for range n {
		if err := send(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	took := time.Since(started)
	runtime.ReadMemStats(&after)
	return spent{float64(took.Nanoseconds()) / float64(n), float64(after.Mallocs-before.Mallocs) / float64(n)}
}

// inParallel sends by that many goroutines at once, ten times each.
func inParallel(senders int, send sender) sender {
	return func(ctx context.Context) error {
		failures := make(chan error, senders)
		var all sync.WaitGroup
		for range senders {
			all.Go(func() {
				for range 10 {
					if err := send(ctx); err != nil {
						failures <- err
						return
					}
				}
			})
		}
		all.Wait()
		close(failures)
		return <-failures
	}
}
