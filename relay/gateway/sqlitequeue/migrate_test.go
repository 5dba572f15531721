package sqlitequeue_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// TestAFileOfVersion1 opens a file that the last program of version 1 has written, and
// goes on with its jobs.
func TestAFileOfVersion1(t *testing.T) {
	t.Parallel()
	old, err := os.ReadFile(filepath.Join("testdata", "version1.sqlite"))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "queue.db")
	require.NoError(t, os.WriteFile(path, old, 0o600))
	for range 2 { // the second time it is a file of this version
		queue := openAt(t, path)
		for id, state := range map[string]relayapi.State{
			"sent": relayapi.StateSent, "taken": relayapi.StateTaken, "offered": relayapi.StateOffered,
			"queued": relayapi.StateQueued, "cancelled": relayapi.StateCancelled, "early": relayapi.StateCancelled,
		} {
			job, err := queue.Job(t.Context(), id, benchNow)
			require.NoError(t, err)
			require.Equal(t, state, job.State, id)
		}
		job, err := queue.Job(t.Context(), "queued", benchNow)
		require.NoError(t, err)
		require.Equal(t, relayapi.Text("version one 824913 queued"), job.Text)
		require.Equal(t, relayapi.Number("+8613800138000"), job.To)
		require.NoError(t, queue.Close())
	}
	db := openSQL(t, path)
	for pragma, want := range map[string]int{"application_id": 0x636e736d, "user_version": sqlitequeue.SchemaVersion, "auto_vacuum": 2} {
		var got int
		require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
		require.Equal(t, want, got, pragma)
	}
}

// TestTheOldFilesJobsGoOn has the jobs of a file of version 1 offered, taken and swept.
func TestTheOldFilesJobsGoOn(t *testing.T) {
	t.Parallel()
	old, err := os.ReadFile(filepath.Join("testdata", "version1.sqlite"))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "queue.db")
	require.NoError(t, os.WriteFile(path, old, 0o600))
	queue := openAt(t, path)
	offered, err := queue.Offer(t.Context(), gateway.Pull{
		Phone: "new", Lanes: []string{relayapi.DefaultLane}, Max: 9, Lease: "l", LeaseFor: time.Second, Now: benchNow,
	})
	require.NoError(t, err)
	require.Len(t, offered.Jobs, 1)
	require.Equal(t, "queued", offered.Jobs[0].ID)
	_, err = queue.Record(t.Context(), gateway.StateReport{
		ID: "taken", Phone: "phone-1", Lease: "lease-taken", State: relayapi.StateSent, Now: benchNow,
	})
	require.NoError(t, err)
	again, err := queue.Submit(t.Context(), gateway.Submit{
		ID: "x", Site: "shop", Key: "k", Content: "digest of queued", Lane: relayapi.DefaultLane, Now: benchNow, Deadline: benchNow.Add(time.Minute),
	})
	require.NoError(t, err)
	require.False(t, again.New)
	sweepAll(t, queue, gateway.Sweep{Now: benchNow.Add(time.Hour), ForgetBefore: benchNow.Add(time.Hour)})
	_, err = queue.Job(t.Context(), "sent", benchNow)
	require.ErrorIs(t, err, gateway.ErrUnknownJob)
}

func sweepAll(t *testing.T, queue *sqlitequeue.Queue, s gateway.Sweep) {
	t.Helper()
	for range 1000 {
		n, err := queue.Sweep(t.Context(), s)
		require.NoError(t, err)
		if n == 0 {
			return
		}
	}
	require.Fail(t, "a sweep comes to an end")
}
