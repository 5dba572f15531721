package relaydoor_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestABrokenQueueIsNeverAcknowledged(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	m := w.submitted(text())
	job := w.pulledOne(oldPhone)
	require.NoError(t, w.queue.Close())

	failed := stateReport(job, relayapi.StateFailed)
	failed.Error = &relayapi.Failure{Class: relayapi.FailureLimit, Text: "why"}
	waiting := text()
	waiting.WaitMS = second
	for name, r := range map[string]reply{
		"submit":        w.submit(text()),
		"submit, wait":  w.submit(waiting),
		"status":        w.call(shop, http.MethodGet, relayapi.PathSubmissions+"/"+m.ID, nil),
		"cancel":        w.cancel(shop, m.ID),
		"cancel by key": w.cancelKey("k"),
		"pull":          w.pull(oldPhone, relayapi.Pull{}),
		"taken":         w.report(oldPhone, stateReport(job, relayapi.StateTaken)),
		"failed":        w.report(oldPhone, failed),
	} {
		refused := w.refused(r, http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable, "")
		require.NotContains(t, refused.Message, "closed", "%s: the reason is for the log", name)
	}
	require.Contains(t, w.log.String(), gateway.ErrClosed.Error())
}
