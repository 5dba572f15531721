package appdoor_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/appdoor"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// TestAGatewayThatStopsBetweenHandOutAndReceipt: the phone comes back with its token to another gateway on
// the file of the first, gets its message again unless it has reported, and the job
// has exactly one final state.
func TestAGatewayThatStopsBetweenHandOutAndReceipt(t *testing.T) {
	t.Parallel()
	for _, last := range []string{"Sent Delivered", "Failed Failed", "Delivered Sent"} {
		t.Run(last, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "queue.db")
			w, stop := newStored(t, path)
			phone := w.register()
			phone.messages()
			job := w.submitted()
			first := phone.one()
			stop()

			w, stop = newStored(t, path)
			phone.world = w
			require.Equal(t, first, phone.one())
			var states [2]string
			_, err := fmt.Sscan(last, &states[0], &states[1])
			require.NoError(t, err)
			phone.says(job.ID, states[0], "", "")
			stop()

			w, stop = newStored(t, path)
			phone.world = w
			require.Empty(t, phone.messages())
			for _, state := range states {
				phone.says(job.ID, state, "", "")
			}
			final := 0
			for _, step := range w.job(job.ID).History {
				if !step.Late && (step.State == relayapi.StateDelivered || step.State == relayapi.StateFailed) {
					final++
				}
			}
			require.Equal(t, 1, final)
			stop()
		})
	}
}

// newStored is a world on a file; stop ends it.
func newStored(t *testing.T, path string) (w *world, stop func()) {
	t.Helper()
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
	require.NoError(t, err)
	relay, err := gateway.New(gateway.Config{Queue: queue, Principals: queue.Principals(), Quotas: []gateway.Quota{}})
	require.NoError(t, err)
	door, err := appdoor.New(relay, appdoor.Options{PrivateToken: gateway.HashToken(privateToken)})
	require.NoError(t, err)
	return &world{T: t, Gateway: relay, door: door}, func() {
		require.NoError(t, relay.Close())
		require.NoError(t, queue.Close())
	}
}
