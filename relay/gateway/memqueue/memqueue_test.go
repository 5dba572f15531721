package memqueue_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/queuetest"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	t.Parallel()
	queuetest.RunInMemory(t, func(t *testing.T) gateway.Queue {
		t.Helper()
		queue := memqueue.New()
		t.Cleanup(func() { require.NoError(t, queue.Close()) })
		return queue
	})
}

func TestPrincipals(t *testing.T) {
	t.Parallel()
	queuetest.RunPrincipalsInMemory(t, func(*testing.T) gateway.Principals { return memqueue.NewPrincipals() })
}

func TestPrincipalsPrintNothing(t *testing.T) {
	t.Parallel()
	require.Equal(t, "memqueue.Principals", fmt.Sprintf("%+v", memqueue.NewPrincipals()))
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// withOneJob returns a queue with one phone online and one job.
func withOneJob(t *testing.T) *memqueue.Queue {
	t.Helper()
	queue := memqueue.New()
	require.NoError(t, queue.Seen(t.Context(), gateway.Presence{
		Phone: "old-phone", Lanes: []string{relayapi.DefaultLane}, Interval: time.Hour, At: noon,
	}))
	_, err := queue.Submit(t.Context(), submit("a"))
	require.NoError(t, err)
	return queue
}

func submit(id string) gateway.Submit {
	return gateway.Submit{
		ID: id, Site: "shop", To: "+8613800138000", Text: "Your code is 824913.", Lane: relayapi.DefaultLane,
		Now: noon, Deadline: noon.Add(time.Minute),
	}
}

func TestClosedQueue(t *testing.T) {
	t.Parallel()
	queue := withOneJob(t)
	require.NoError(t, queue.Close())
	require.NoError(t, queue.Close(), "closing twice is fine")

	_, err := queue.Submit(t.Context(), submit("b"))
	require.ErrorIs(t, err, gateway.ErrClosed)
	_, err = queue.Job(t.Context(), "a", noon)
	require.ErrorIs(t, err, gateway.ErrClosed)
	require.ErrorIs(t, queue.Check(t.Context()), gateway.ErrClosed)
	require.ErrorIs(t, queue.Seen(t.Context(), gateway.Presence{Phone: "old-phone"}), gateway.ErrClosed)
}

func TestCallsEndWhenTheQueueIsClosed(t *testing.T) {
	t.Parallel()
	queue := withOneJob(t)
	errs := make(chan error)
	for n := range 8 {
		pull := gateway.Pull{Phone: fmt.Sprintf("phone-%d", n), Lanes: []string{relayapi.DefaultLane}, Max: 1, Lease: "l", LeaseFor: time.Second, Now: noon}
		go func() {
			var err error
			for err == nil {
				_, err = queue.Offer(context.Background(), pull)
			}
			errs <- err
		}()
	}
	require.NoError(t, queue.Close())
	for range 8 {
		require.ErrorIs(t, <-errs, gateway.ErrClosed)
	}
}

func TestAQueuePrintsNothingOfItsJobs(t *testing.T) {
	t.Parallel()
	queue := withOneJob(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		require.Equal(t, "memqueue.Queue", fmt.Sprintf(verb, queue))
	}
}

// BenchmarkManyJobs is what a call costs with a thousand jobs in all states.
func BenchmarkManyJobs(b *testing.B) {
	queuetest.Benchmark(b, 1000, func(b *testing.B) gateway.Queue {
		b.Helper()
		queue := memqueue.New()
		b.Cleanup(func() { require.NoError(b, queue.Close()) })
		return queue
	})
}
