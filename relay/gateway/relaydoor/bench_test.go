package relaydoor_test

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// benchClients are how many sites submit at once.
var benchClients = []int{1, 8, 64}

// BenchmarkFloor is an empty handler behind the same authentication, with the same
// requests: what the network, the clients and the tokens cost.
func BenchmarkFloor(b *testing.B) {
	var hashes [][sha256.Size]byte
	for _, token := range tokens() {
		hashes = append(hashes, sha256.Sum256([]byte(token.Name+"-token")))
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hash := sha256.Sum256([]byte(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")))
		known := 0
		for _, other := range hashes {
			known |= subtle.ConstantTimeCompare(hash[:], other[:])
		}
		if known == 0 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{}`)
	}))
	b.Cleanup(server.Close)
	for _, clients := range benchClients {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) { submitInParallel(b, server.URL, clients) })
	}
}

// BenchmarkSubmit is durable submission over the network.
func BenchmarkSubmit(b *testing.B) {
	for _, clients := range benchClients {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) { submitInParallel(b, serveBench(b), clients) })
	}
}

// BenchmarkHandOver is the time from the beginning of a submission until a phone
// that polls has the job in its hands, one after the other.
func BenchmarkHandOver(b *testing.B) {
	url := serveBench(b)
	client := benchClient(b)
	phone := &benchPhone{client: client, polls: make(chan *http.Request), jobs: make(chan relayapi.Job), errs: make(chan error)}
	go phone.work()
	took := make([]time.Duration, 0, b.N)
	n := 0
	for b.Loop() {
		n++
		phone.polls <- request(b.Context(), b, oldPhone, url+relayapi.PathPull, `{"wait_ms":60000}`)
		start := time.Now()
		exchange[relayapi.Submission](b, client, request(b.Context(), b, shop, url+relayapi.PathSubmissions, submission(n)))
		job := <-phone.jobs
		took = append(took, time.Since(start))
		require.NoError(b, <-phone.errs)
		taken := fmt.Sprintf(`{"id":%q,"lease":%q,"state":"taken"}`, job.ID, job.Lease)
		exchange[relayapi.Recorded](b, client, request(b.Context(), b, oldPhone, url+relayapi.PathStateReports, taken))
	}
	close(phone.polls)
	reportTimes(b, took)
}

// benchPhone polls when it is told to.
type benchPhone struct {
	client *http.Client
	polls  chan *http.Request
	jobs   chan relayapi.Job
	errs   chan error
}

func (p *benchPhone) work() {
	for poll := range p.polls {
		pulled, err := try[relayapi.Pulled](p.client, poll)
		var job relayapi.Job
		if err == nil && len(pulled.Jobs) > 0 {
			job = pulled.Jobs[0]
		}
		p.jobs <- job
		p.errs <- err
	}
}

func submission(n int) string {
	return fmt.Sprintf(`{"to":"+86138%08d","text":"【商店】验证码 824913，五分钟内有效。","ttl_seconds":300}`, n%100_000_000)
}

// serveBench serves a gateway with default quotas whose phone is online.
func serveBench(b *testing.B) string {
	b.Helper()
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: filepath.Join(b.TempDir(), "queue.db")})
	require.NoError(b, err)
	relay, err := gateway.New(gateway.Config{Queue: queue, Tokens: tokens(), Budgets: &gateway.Budgets{}})
	require.NoError(b, err)
	server := httptest.NewServer(relaydoor.New(relay))
	b.Cleanup(func() {
		require.NoError(b, relay.Close())
		server.Close()
		require.NoError(b, queue.Close())
	})
	exchange[relayapi.Pulled](b, benchClient(b), request(b.Context(), b, oldPhone, server.URL+relayapi.PathPull, `{"interval_ms":600000}`))
	return server.URL
}

func benchClient(b *testing.B) *http.Client {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: slices.Max(benchClients)}
	b.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func submitInParallel(b *testing.B, url string, clients int) {
	b.Helper()
	b.ReportAllocs()
	client := benchClient(b)
	took := make([]time.Duration, b.N)
	errs := make(chan error, clients)
	var next atomic.Int64
	b.ResetTimer()
	for range clients {
		go func() { errs <- submitAll(b.Context(), client, url, &next, took) }()
	}
	for range clients {
		require.NoError(b, <-errs)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "submits/s")
	reportTimes(b, took)
}

func submitAll(ctx context.Context, client *http.Client, url string, next *atomic.Int64, took []time.Duration) error {
	for {
		n := int(next.Add(1))
		if n > len(took) {
			return nil
		}
		r, err := newRequest(ctx, shop, url+relayapi.PathSubmissions, submission(n))
		if err != nil {
			return err
		}
		start := time.Now()
		response, err := client.Do(r)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, response.Body)
		if err := errors.Join(err, response.Body.Close()); err != nil {
			return err
		}
		if response.StatusCode >= http.StatusMultipleChoices {
			return fmt.Errorf("status %d", response.StatusCode)
		}
		took[n-1] = time.Since(start)
	}
}

func reportTimes(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
