package sqlitequeue_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/queuetest"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// benchNow is the time of every call: no lease ends during a benchmark.
var benchNow = time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC)

const benchDay = 24 * time.Hour

// BenchmarkFloor is the cost of handing a call to the writer and waiting for an
// empty transaction: what is left is the jobs themselves and the disk.
func BenchmarkFloor(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run("callers="+strconv.Itoa(callers), func(b *testing.B) {
			queue := openBench(b)
			measure(b, callers, func(int64) error {
				_, err := queue.Offer(b.Context(), gateway.Pull{Phone: "phone", Now: benchNow})
				return err
			})
		})
	}
}

// BenchmarkSubmit stores jobs durably, each for another number, with the default
// quotas.
func BenchmarkSubmit(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run("callers="+strconv.Itoa(callers), func(b *testing.B) {
			queue := openBench(b)
			measure(b, callers, func(n int64) error { return submitBench(b, queue, n) })
		})
	}
}

// BenchmarkPull offers one job a pull, each to another phone, durably.
func BenchmarkPull(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run("callers="+strconv.Itoa(callers), func(b *testing.B) {
			queue := openBench(b)
			fill(b, queue, b.N)
			measure(b, callers, func(n int64) error {
				offered, err := queue.Offer(b.Context(), pullBench(n))
				if err == nil && len(offered.Jobs) != 1 {
					return fmt.Errorf("got %d jobs", len(offered.Jobs))
				}
				return err
			})
		})
	}
}

// BenchmarkPullAndTake does what a phone does: one pull, then taken.
func BenchmarkPullAndTake(b *testing.B) {
	queue := openBench(b)
	fill(b, queue, b.N)
	measure(b, 64, func(n int64) error {
		offered, err := queue.Offer(b.Context(), pullBench(n))
		if err != nil {
			return err
		}
		job := offered.Jobs[0]
		_, err = queue.Record(b.Context(), gateway.StateReport{
			ID: job.ID, Phone: job.Phone, Lease: job.Lease, State: relayapi.StateTaken, Now: benchNow,
		})
		return err
	})
}

// BenchmarkManyJobs is what a call costs with 200,000 jobs in all states.
func BenchmarkManyJobs(b *testing.B) {
	queuetest.Benchmark(b, 200_000, func(b *testing.B) gateway.Queue {
		b.Helper()
		return openBench(b)
	})
}

func openBench(b *testing.B) *sqlitequeue.Queue {
	b.Helper()
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: filepath.Join(b.TempDir(), "queue.db")})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, queue.Close()) })
	require.NoError(b, queue.Seen(b.Context(), gateway.Presence{
		Phone: "phone", Lanes: []string{relayapi.DefaultLane}, Interval: time.Hour, At: benchNow,
	}))
	return queue
}

func submitBench(b *testing.B, queue *sqlitequeue.Queue, n int64) error {
	b.Helper()
	_, err := queue.Submit(b.Context(), gateway.Submit{
		ID: fmt.Sprintf("01kajb5n8t%010d", n), Site: "shop", Key: strconv.FormatInt(n, 36), Content: "a digest of 32 bytes, as hex",
		To: relayapi.Number(fmt.Sprintf("+861%010d", n)), Text: "【商店】验证码 824913，五分钟内有效。", Lane: relayapi.DefaultLane,
		Now: benchNow, Deadline: benchNow.Add(5 * time.Minute), Quotas: gateway.DefaultQuotas(),
	})
	return err
}

func pullBench(n int64) gateway.Pull {
	name := strconv.FormatInt(n, 36)
	return gateway.Pull{
		Phone: "phone-" + name, Lanes: []string{relayapi.DefaultLane}, Max: 1,
		Lease: "lease-" + name, LeaseFor: 10 * time.Second, Now: benchNow,
	}
}

// fill submits n jobs, and keeps the clock stopped meanwhile.
func fill(b *testing.B, queue *sqlitequeue.Queue, n int) {
	b.Helper()
	b.StopTimer()
	defer b.StartTimer()
	var next atomic.Int64
	errs := make(chan error, 64)
	for range cap(errs) {
		go func() {
			var err error
			for err == nil {
				i := next.Add(1)
				if i > int64(n) {
					break
				}
				err = submitBench(b, queue, i)
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		require.NoError(b, <-errs)
	}
}

// measure runs b.N calls from that many callers and reports calls a second and the
// time of single calls.
func measure(b *testing.B, callers int, call func(n int64) error) {
	b.Helper()
	b.ReportAllocs()
	took := make([]time.Duration, b.N)
	errs := make(chan error, callers)
	var next atomic.Int64
	b.ResetTimer()
	for range callers {
		go func() { errs <- work(&next, took, call) }()
	}
	for range callers {
		require.NoError(b, <-errs)
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

func work(next *atomic.Int64, took []time.Duration, call func(n int64) error) error {
	for {
		n := next.Add(1)
		if n > int64(len(took)) {
			return nil
		}
		start := time.Now()
		if err := call(n); err != nil {
			return err
		}
		took[n-1] = time.Since(start)
	}
}
