package gateway_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
)

func TestAfterShutdownNothingIsDone(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	requests := goodRequests(w)
	delete(requests, "await") // it cancels what nobody waits for any more
	require.NoError(t, w.Shutdown(t.Context()))
	<-w.Ending()
	before := w.queue.calls.Load()
	for name, request := range requests {
		require.ErrorIs(t, request(t.Context()), gateway.ErrShuttingDown, name)
	}
	_, err := w.Begin()
	require.ErrorIs(t, err, gateway.ErrShuttingDown)
	require.Equal(t, before, w.queue.calls.Load())
	require.NoError(t, w.Close(), "closing twice is fine")
}

func TestShutdownWaitsForADoorsResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		end, err := w.Begin()
		require.NoError(t, err)
		pending := later(func() (struct{}, error) { return struct{}{}, w.Shutdown(t.Context()) })
		require.Empty(t, pending)
		<-w.Ending()
		elapse(time.Second)
		end()
		require.Equal(t, time.Second, (<-pending).after)
	})
}

func TestShutdownEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.queue.hold = make(chan struct{})
		pending := w.longPull(t.Context(), oldPhone)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, w.Shutdown(ctx), context.DeadlineExceeded)
		close(w.queue.hold)
		got := <-pending
		require.NoError(t, got.err)
		require.Empty(t, got.value)
		require.NoError(t, w.Shutdown(t.Context()))
	})
}
