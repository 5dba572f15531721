package gateway_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// TestLeasesBesideEachOther offers a job three times to one phone: each lease that was
// given out can take it, and nothing that looks like one.
func TestLeasesBesideEachOther(t *testing.T) {
	t.Parallel()
	job := queuedJob()
	pull := gateway.Pull{Phone: "phone", Lease: "first", LeaseFor: 10 * time.Second, Now: noon}
	job = job.Offered(pull)
	leases := []string{job.Lease}
	for _, name := range []string{"second", "third"} {
		pull.Now, pull.Lease = pull.Now.Add(time.Second), name
		job = job.Offered(pull)
		leases = append(leases, job.Lease)
	}
	take := func(lease string) error {
		_, err := job.Reported(gateway.StateReport{Phone: "phone", Lease: lease, State: relayapi.StateTaken, Now: pull.Now})
		return err
	}
	require.ElementsMatch(t, leases, []string{"first", "first.2", "first.3"})
	for _, lease := range leases {
		require.NoError(t, take(lease))
	}
	for _, lease := range []string{"", "second", "third", "first.1", "first.0", "first.03", "first.+3", "first.4", "first.-1", "first.", "first.2.2", ".2"} {
		require.ErrorIs(t, take(lease), gateway.ErrLeaseLost, lease)
	}
}
