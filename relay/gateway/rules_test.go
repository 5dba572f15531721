package gateway_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// TestRulesChangeOnlyTheirResult guards the promise that a job read by an engine
// stays as it was.
func TestRulesChangeOnlyTheirResult(t *testing.T) {
	t.Parallel()
	job := offer(queuedJob(), "phone", noon)
	before := fmt.Sprintf("%#v", job)
	_, err := job.Reported(gateway.StateReport{Phone: "phone", Lease: job.Lease, State: relayapi.StateTaken, Now: noon})
	require.NoError(t, err)
	_, err = job.Cancelled(gateway.Actor{Kind: relayapi.SourceGateway}, noon)
	require.NoError(t, err)
	job.AsOf(noon.Add(2 * time.Hour))
	offer(job, "other", noon.Add(time.Minute))
	require.Equal(t, before, fmt.Sprintf("%#v", job))
	require.Nil(t, job.Failure())
}

// TestHistoryIsBounded has two phones that pull in turn and never take.
func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	job := queuedJob()
	for i := range 500 {
		job = offer(job, fmt.Sprintf("phone-%d", i%2), noon.Add(time.Duration(i)*time.Second))
	}
	require.Len(t, job.History, 64)

	taken, err := job.Reported(gateway.StateReport{
		Phone: job.Phone, Lease: job.Lease, State: relayapi.StateTaken, Now: noon.Add(499 * time.Second),
	})
	require.NoError(t, err)
	require.Equal(t, relayapi.StateTaken, taken.History[len(taken.History)-1].State, "what moves the job is always recorded")
	late, err := taken.Reported(gateway.StateReport{
		Phone: "phone-0", Lease: "old", State: relayapi.StateSent, Now: noon.Add(500 * time.Second),
	})
	require.ErrorIs(t, err, gateway.ErrLeaseLost)
	require.Len(t, late.History, 65, "a late report is not")
}
