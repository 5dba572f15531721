package relaydoor_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestWithoutRandomnessNothingIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *gateway.Config) { c.Rand = iotest.ErrReader(errors.New("no entropy")) })
	for _, r := range []reply{w.submit(text()), w.cancelKey("k"), w.pull(oldPhone, relayapi.Pull{})} {
		w.refused(r, http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable, "")
	}
	require.Contains(t, w.log.String(), "no entropy")
}

// oneAtATime is a source of random bytes that notices two readers at once.
type oneAtATime struct{ reading, overlaps atomic.Int64 }

func (r *oneAtATime) Read(b []byte) (int, error) {
	defer r.reading.Add(-1)
	if r.reading.Add(1) > 1 {
		r.overlaps.Add(1)
	}
	runtime.Gosched()
	return rand.Read(b)
}

func TestRandIsNeverReadTwiceAtOnce(t *testing.T) {
	t.Parallel()
	source := &oneAtATime{}
	w := newOnlineWorld(t, func(c *gateway.Config) { c.Rand = source })
	var pending []<-chan reply
	for range 100 {
		pending = append(pending, w.later(func() reply { return w.submit(text()) }))
	}
	for _, p := range pending {
		w.created(p)
	}
	require.Zero(t, source.overlaps.Load())
}

// slowQueue returns from no Offer before release is closed.
type slowQueue struct {
	gateway.Queue
	release chan struct{}
}

func (q *slowQueue) Offer(ctx context.Context, p gateway.Pull) (gateway.Offered, error) {
	<-q.release
	return q.Queue.Offer(ctx, p)
}

func TestShutdownEndsWhatWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		idle := relayapi.Pull{WaitMS: 30 * second, Lanes: []string{"mob"}}
		poll := w.later(func() reply { return w.pull(newPhone, idle) })
		w.pulled(oldPhone)
		waiting := w.waiting(t.Context())

		start := time.Now()
		require.NoError(t, w.gateway.Shutdown(t.Context()))
		require.Zero(t, time.Since(start))
		require.Empty(t, as[relayapi.Pulled](w, <-poll, http.StatusOK).Jobs)
		require.Equal(t, relayapi.StateCancelled, w.created(waiting).State)

		for _, path := range []string{relayapi.PathHealth, relayapi.PathPull} {
			w.refused(w.call(oldPhone, http.MethodGet, path, nil), http.StatusServiceUnavailable, relayapi.CodeShuttingDown, "")
		}
		require.NoError(t, w.gateway.Close(), "closing twice is fine")
	})
}

func TestShutdownGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := &slowQueue{release: make(chan struct{})}
		w := newWorld(t, func(c *gateway.Config) { slow.Queue, c.Queue = c.Queue, slow })
		poll := w.later(func() reply { return w.pull(oldPhone, relayapi.Pull{}) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, w.gateway.Shutdown(ctx), context.DeadlineExceeded)
		close(slow.release)
		<-poll
		require.NoError(t, w.gateway.Shutdown(t.Context()))
	})
}

func TestIDsAreUniqueAndBeginWithTheTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		first := w.submitted(text()).ID
		second := w.submitted(text()).ID
		require.NotEqual(t, first, second)
		require.Equal(t, first[:12], second[:12])
		elapse(time.Millisecond)
		third := w.submitted(text()).ID
		require.Equal(t, -1, strings.Compare(max(first, second), third))
	})
}
