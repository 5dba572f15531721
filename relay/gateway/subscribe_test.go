package gateway_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestSubscribeHearsOfChangesUntilItIsStopped(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	var heard []gateway.Change
	stop := w.Subscribe(func(c gateway.Change) { heard = append(heard, c) })
	job := w.submitted(text())
	require.Equal(t, []gateway.Change{{Lane: job.Lane}}, heard)
	w.pulledOne(oldPhone)
	require.Contains(t, heard, gateway.Change{Job: job.ID, State: relayapi.StateOffered})
	stop()
	before := len(heard)
	_, err := w.Cancel(t.Context(), site, job.ID)
	require.NoError(t, err)
	require.Len(t, heard, before)
}
