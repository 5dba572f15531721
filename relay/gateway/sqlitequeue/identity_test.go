//go:build !windows

package sqlitequeue

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
)

// TestAReaderDoesNotWaitForACheckpoint reads while the file is settled, and lengths are not
// known, and loses the file meanwhile.
func TestAReaderDoesNotWaitForACheckpoint(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, want string
		harm       func(path string) error
	}{
		{"removed", "has been removed", os.Remove},
		{"emptied", "has been emptied", func(path string) error { return os.Truncate(path, 0) }},
		{"write-ahead file removed", "has been removed", func(path string) error { return os.Remove(path + "-wal") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "queue.db")
			queue, err := New(Config{Path: path})
			require.NoError(t, err)
			t.Cleanup(func() { _ = queue.Close() }) // what it says then is not promised
			err = queue.writer.identity.settle(func() error {
				_, err := queue.Job(t.Context(), "nothing", noon)
				require.ErrorIs(t, err, gateway.ErrUnknownJob, "at once")
				require.NoError(t, tt.harm(path))
				_, err = queue.Job(t.Context(), "nothing", noon)
				require.ErrorContains(t, err, tt.want)
				return nil
			})
			if tt.name != "emptied" { // that is seen by its length, from the next check on
				require.ErrorContains(t, err, tt.want)
			}
			require.ErrorContains(t, queue.Check(t.Context()), tt.want)
		})
	}
}
