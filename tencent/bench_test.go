package tencent_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"

	"github.com/cnsms/cnsms/tencent"
)

// bareSDK is the floor: one call of the vendor's SDK with the same fields and its
// own settings, of which a time limit is one.
func bareSDK(b *testing.B, baseURL string, transport http.RoundTripper) func(ctx context.Context) error {
	b.Helper()
	settings := profile.NewClientProfile()
	scheme, host, _ := strings.Cut(baseURL, "://")
	settings.HttpProfile.Scheme, settings.HttpProfile.Endpoint = scheme, host
	client, err := sms.NewClient(common.NewCredential(secretID, secretKey), "ap-guangzhou", settings)
	require.NoError(b, err)
	client.WithHttpTransport(transport)
	return func(ctx context.Context) error {
		request := sms.NewSendSmsRequest()
		request.PhoneNumberSet = common.StringPtrs([]string{"+8613800138000"})
		request.SmsSdkAppId, request.TemplateId, request.SignName = common.StringPtr(appID), common.StringPtr("1110"), common.StringPtr("示例签名")
		request.TemplateParamSet = common.StringPtrs([]string{"123456", "5"})
		_, err := client.SendSmsWithContext(ctx, request)
		return err
	}
}

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// stub answers in memory.
var stub = roundTripper(func(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	body := accepted("+8613800138000")
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
})

// BenchmarkSend measures one send over a transport that answers in memory. Its
// floor is the bare SDK over the same transport.
func BenchmarkSend(b *testing.B) {
	p := newProvider(b, newConfig(&http.Client{Transport: stub}))
	compare(b, 1, p, bareSDK(b, "https://sms.tencentcloudapi.com", stub))
}

// BenchmarkSendParallel measures 64 senders at the same time over loopback. Its
// floor is the bare SDK with a transport that keeps as many connections.
func BenchmarkSendParallel(b *testing.B) {
	server, floorServer := newCanned(b), newCanned(b)
	cfg := newConfig(nil)
	cfg.BaseURL = server.URL
	transport := &http.Transport{MaxIdleConnsPerHost: 256}
	b.Cleanup(transport.CloseIdleConnections)
	compare(b, 64, newProvider(b, cfg), bareSDK(b, floorServer.URL, transport))
	b.Logf("connections: adapter %d, floor %d", server.connections.Load(), floorServer.connections.Load())
}

// compare runs the floor alone, and then the adapter in turns with the floor, so
// that the ratios are those of neighbours. Only the adapter is timed there.
func compare(b *testing.B, senders int, p *tencent.Provider, floor func(ctx context.Context) error) {
	b.Helper()
	m := newMessage("login")
	send := func(ctx context.Context) error {
		_, err := p.Send(ctx, m)
		return err
	}
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		together(b, b.N, senders, floor)
	})
	b.Run("adapter", func(b *testing.B) {
		b.ReportAllocs()
		const turns = 50
		var above, bottom spent
		for turn := range turns {
			n := b.N*(turn+1)/turns - b.N*turn/turns
			b.StopTimer()
			bottom.add(together(b, n, senders, floor))
			b.StartTimer()
			above.add(together(b, n, senders, send))
		}
		b.ReportMetric(float64(above.time)/float64(bottom.time), "x-floor-time")
		b.ReportMetric(float64(above.allocs)/float64(bottom.allocs), "x-floor-allocs")
	})
}

// spent is what some operations cost.
type spent struct {
	time   time.Duration
	allocs uint64
}

func (s *spent) add(other spent) {
	s.time += other.time
	s.allocs += other.allocs
}

// together lets some senders do n operations between them.
func together(b *testing.B, n, senders int, operation func(ctx context.Context) error) spent {
	b.Helper()
	var (
		wg            sync.WaitGroup
		left          atomic.Int64
		before, after runtime.MemStats
	)
	left.Store(int64(n))
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range senders {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := operation(b.Context()); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return spent{took, after.Mallocs - before.Mallocs}
}

// canned is a server that gives every request the same answer.
type canned struct {
	*httptest.Server
	connections atomic.Int64
}

func newCanned(b *testing.B) *canned {
	b.Helper()
	s := &canned{}
	body := []byte(accepted("+8613800138000"))
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
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
