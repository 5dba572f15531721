package sqlitequeue

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// TestFailingWrites breaks the writer's connection in the ways in which a disk does
// and mends it again. What was acknowledged is there, what got an error is not.
func TestFailingWrites(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, breakIt, mendIt, want string
	}{
		{"disk full", "PRAGMA max_page_count = 40", "PRAGMA max_page_count = 100000", "full"},
		{"read-only", "PRAGMA query_only = 1", "PRAGMA query_only = 0", "readonly"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			queue, err := New(Config{Path: filepath.Join(t.TempDir(), "queue.db")})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, queue.Close()) })
			now := time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC)
			require.NoError(t, queue.Seen(t.Context(), gateway.Presence{
				Phone: "phone", Lanes: []string{relayapi.DefaultLane}, Interval: time.Hour, At: now,
			}))
			submit := func(n int) error {
				_, err := queue.Submit(t.Context(), gateway.Submit{
					ID: fmt.Sprintf("job-%d", n), Site: "shop", Content: "digest", To: "+8613800138000", Text: "code 824913",
					Lane: relayapi.DefaultLane, Now: now, Deadline: now.Add(time.Minute),
				})
				return err
			}

			require.NoError(t, submit(0))
			queue.pragma(t, tt.breakIt)
			broken := 1
			for err = submit(broken); err == nil; err = submit(broken) {
				broken++
				require.Less(t, broken, 100_000, "the disk never fills")
			}
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "824913")
			require.ErrorContains(t, queue.Check(t.Context()), tt.want)

			queue.pragma(t, tt.mendIt)
			require.NoError(t, submit(broken+1))
			require.NoError(t, queue.Check(t.Context()))
			for n := range broken + 2 {
				_, err := queue.Job(t.Context(), fmt.Sprintf("job-%d", n), now)
				if n == broken {
					require.ErrorIs(t, err, gateway.ErrUnknownJob, "an error means that nothing is kept")
				} else {
					require.NoError(t, err, "an acknowledged job was lost")
				}
			}
		})
	}
}

// pragma runs a statement on the writer's connection.
func (q *Queue) pragma(t *testing.T, statement string) {
	t.Helper()
	_, err := q.writer.session.conn.ExecContext(context.Background(), statement)
	require.NoError(t, err)
}

// TestUnreadableHistory has a row that this package would not write: it is an
// error, not a panic.
func TestUnreadableHistory(t *testing.T) {
	t.Parallel()
	queue, err := New(Config{Path: filepath.Join(t.TempDir(), "queue.db")})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, queue.Close()) })
	_, err = queue.CancelKey(t.Context(), gateway.KeyCancellation{Site: "shop", Key: "k", ID: "a", Now: time.Now()})
	require.NoError(t, err)
	queue.pragma(t, "UPDATE jobs SET history = 'x'")

	_, err = queue.Job(t.Context(), "a", time.Now())
	require.ErrorContains(t, err, "sqlitequeue: ")
	_, err = queue.Record(t.Context(), gateway.StateReport{ID: "a", Phone: "phone", State: relayapi.StateTaken})
	require.ErrorContains(t, err, "sqlitequeue: ")
}

// TestWritesAreSynchronous checks what no test can pull the plug for: an acknowledged
// write has been forced to the disk.
func TestWritesAreSynchronous(t *testing.T) {
	t.Parallel()
	queue, err := New(Config{Path: filepath.Join(t.TempDir(), "queue.db")})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, queue.Close()) })
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "secure_delete": "1"} {
		var got string
		row := queue.writer.session.conn.QueryRowContext(t.Context(), "PRAGMA "+pragma)
		require.NoError(t, row.Scan(&got))
		require.Equal(t, want, got, pragma)
	}
}
