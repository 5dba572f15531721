//go:build !windows

// Windows lets nobody take away a file that is open.

package sqlitequeue_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
)

// TestNothingIsAcknowledgedIntoALostFile takes the file from under a running queue.
func TestNothingIsAcknowledgedIntoALostFile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, want string
		harm       func(path string) error
	}{
		{"removed", "has been removed", func(path string) error { return os.Remove(path) }},
		{"moved away", "has been removed", func(path string) error { return os.Rename(path, path+"-old") }},
		{"emptied", "has been emptied", func(path string) error { return os.Truncate(path, 0) }},
		{"cut", "has been emptied or cut", func(path string) error { return os.Truncate(path, 4096) }},
		{"replaced", "has been replaced", func(path string) error {
			copied, err := os.ReadFile(path)
			return errors.Join(err, os.WriteFile(path+"-copy", copied, 0o600), os.Rename(path+"-copy", path))
		}},
		{"write-ahead file removed", "has been removed", func(path string) error { return os.Remove(path + "-wal") }},
		{"folder removed", "has been removed", func(path string) error { return os.RemoveAll(filepath.Dir(path)) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join(t.TempDir(), "folder")
			require.NoError(t, os.Mkdir(folder, 0o700))
			path := filepath.Join(folder, "queue.db")
			first, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
			require.NoError(t, err)
			require.NoError(t, first.Close())
			queue, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
			require.NoError(t, err)
			t.Cleanup(func() { _ = queue.Close() }) // what it says then is not promised
			require.NoError(t, queue.Seen(t.Context(), gateway.Presence{Phone: "phone", Lanes: []string{"text"}, Interval: benchDay, At: benchNow}))
			for n := range 5 {
				_, err := queue.Submit(t.Context(), submission(fmt.Sprintf("job-%d", n)))
				require.NoError(t, err)
			}
			require.NoError(t, queue.Check(t.Context()))

			require.NoError(t, tt.harm(path))
			require.ErrorContains(t, queue.Check(t.Context()), tt.want, "at once, before any write")
			for n := range 100 {
				_, err := queue.Submit(t.Context(), submission(fmt.Sprintf("lost-%d", n)))
				require.Error(t, err, "not one is acknowledged")
			}
			wantNothingReadFromALostFile(t, queue, tt.want)
			require.Error(t, queue.Check(t.Context()))
		})
	}
}

// wantNothingReadFromALostFile wants no read to answer: the file may have had what is not
// found, and what is found may be old. Above all nothing is unknown.
func wantNothingReadFromALostFile(t *testing.T, queue *sqlitequeue.Queue, want string) {
	t.Helper()
	reads := map[string]func() error{
		"a job":            func() error { _, err := queue.Job(t.Context(), "job-1", benchNow); return err },
		"a job that ended": func() error { _, err := queue.Job(t.Context(), "job-1", benchNow.Add(benchDay)); return err },
		"an unknown job":   func() error { _, err := queue.Job(t.Context(), "nothing", benchNow); return err },
		"List": func() error {
			_, err := queue.List(t.Context(), gateway.Filter{Limit: 1, Now: benchNow})
			return err
		},
		"Counts": func() error { _, err := queue.Counts(t.Context(), benchNow); return err },
		"Find": func() error {
			_, err := queue.Principals().Find(t.Context(), gateway.Hash{7, 1})
			return err
		},
		"principals": func() error { _, err := queue.Principals().List(t.Context()); return err },
	}
	for name, read := range reads {
		err := read()
		require.ErrorContains(t, err, want, name)
		require.NotErrorIs(t, err, gateway.ErrUnknownJob, name)
		require.NotErrorIs(t, err, gateway.ErrUnknownToken, name)
	}
}

func TestAFileThatComesBackIsUsedAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	queue := openAt(t, path)
	require.NoError(t, os.Rename(path, path+"-away"))
	_, err := queue.Submit(t.Context(), submission("a"))
	require.ErrorContains(t, err, "removed")
	require.NoError(t, os.Rename(path+"-away", path))
	_, err = queue.Submit(t.Context(), submission("b"))
	require.NoError(t, err)
	require.NoError(t, queue.Check(t.Context()))
}
