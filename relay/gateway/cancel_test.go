package gateway_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestCancelNamesWhoCancelled(t *testing.T) {
	t.Parallel()
	for step, who := range map[string]gateway.Principal{"cancelled site shop": site, "cancelled operator eva": operator} {
		w := newOnlineWorld(t)
		job := w.submitted(text())
		for range 2 {
			cancelled, err := w.Cancel(t.Context(), who, job.ID)
			require.NoError(t, err)
			require.Equal(t, []string{"queued site shop", step}, steps(cancelled))
		}
		require.Empty(t, w.pulled(oldPhone))
	}
}

func TestATakenJobIsNotCancelled(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	job := w.submitted(keyed())
	w.reported(oldPhone, w.pulledOne(oldPhone), relayapi.StateTaken)
	got, err := w.Cancel(t.Context(), site, job.ID)
	require.ErrorIs(t, err, gateway.ErrNotCancellable)
	require.Equal(t, relayapi.StateTaken, got.State, "the job says why")
	got, err = w.CancelKey(t.Context(), site, "k")
	require.ErrorIs(t, err, gateway.ErrNotCancellable)
	require.Equal(t, job.ID, got.ID)
}

func TestACancelByKeyBeforeTheJobArrives(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	early, err := w.CancelKey(t.Context(), site, "k")
	require.NoError(t, err)
	late, err := w.Submit(t.Context(), site, keyed())
	require.NoError(t, err)
	require.Equal(t, gateway.Submitted{Job: early}, late)
	require.Empty(t, w.pulled(oldPhone))
}

func TestACancelEndsAnAwait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		pending := w.awaiting(t.Context(), w.submitted(keyed()).ID)
		_, err := w.CancelKey(t.Context(), site, "k")
		require.NoError(t, err)
		got := <-pending
		require.NoError(t, got.err)
		require.Zero(t, got.after)
		require.Equal(t, relayapi.StateCancelled, got.value.State)
	})
}
