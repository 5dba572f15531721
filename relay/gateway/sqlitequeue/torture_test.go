//go:build !windows

package sqlitequeue_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func openFaulty(t *testing.T, path string) *sqlitequeue.Queue {
	t.Helper()
	queue, err := sqlitequeue.New(sqlitequeue.On(faultyDisk, sqlitequeue.Config{Path: path}))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, queue.Close()) })
	require.NoError(t, queue.Seen(t.Context(), gateway.Presence{
		Phone: "phone", Lanes: []string{relayapi.DefaultLane}, Interval: benchDay, At: benchNow,
	}))
	return queue
}

// TestFaultyDisk has a crowd at work while the disk fails in one way after the other and
// recovers. While it fails, the check says so.
func TestFaultyDisk(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		write, sync int32
		torn        bool
		slow        time.Duration
	}{
		{name: "a forced write fails", sync: sqlite3.SQLITE_IOERR_FSYNC},
		{name: "writes fail", write: sqlite3.SQLITE_IOERR_WRITE},
		{name: "writes fail half done", write: sqlite3.SQLITE_IOERR_WRITE, torn: true},
		{name: "the disk is full", write: sqlite3.SQLITE_FULL},
		{name: "forced writes are slow", slow: 20 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			path := filepath.Join(folder, "queue.db")
			disk, acknowledged := inject(t, folder), newLedger()
			for round := range 2 { // with a restart between them
				queue := openFaulty(t, path)
				ctx, cancel := context.WithCancel(t.Context())
				c := startCrowd(ctx, queue, []string{"first", "second"}[round], acknowledged.enter)
				for range 2 {
					letWork(t, 150, c)
					disk.write.Store(tt.write)
					disk.sync.Store(tt.sync)
					disk.torn.Store(tt.torn)
					disk.slow.Store(int64(tt.slow))
					if tt.slow == 0 {
						letFail(t, 20, c)
						require.Positive(t, disk.hits.Load())
						require.Error(t, queue.Check(t.Context()), "the check tells the truth")
					} else {
						letWork(t, 60, c)
					}
					disk.write.Store(0)
					disk.sync.Store(0)
					disk.slow.Store(0)
					require.NoError(t, queue.Check(t.Context()), "and says when all is well again")
				}
				letWork(t, 150, c)
				cancel()
				c.all.Wait()
				require.NoError(t, queue.Close())
			}
			acknowledged.require(t, openAt(t, path))
		})
	}
}

// TestTwoQueuesOnOneFile removes the lock, so that a second queue opens the file as well:
// neither knows of the other, and still nothing is lost or done twice.
func TestTwoQueuesOnOneFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	first := openAt(t, path)
	require.NoError(t, os.Remove(path+"-lock"))
	second := openAt(t, path)
	acknowledged := newLedger()
	ctx, cancel := context.WithCancel(t.Context())
	one := startCrowd(ctx, first, "one", acknowledged.enter)
	two := startCrowd(ctx, second, "two", acknowledged.enter)
	letWork(t, 300, one, two)
	cancel()
	one.all.Wait()
	two.all.Wait()
	require.NoError(t, first.Close())
	require.NoError(t, second.Close())
	acknowledged.require(t, openAt(t, path))
}

// TestAFileLostInTheMiddleOfTheWork moves the file away under a crowd. What was
// acknowledged stands in it, and it goes on when it is back.
func TestAFileLostInTheMiddleOfTheWork(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	queue := openAt(t, path)
	acknowledged := newLedger()
	ctx, cancel := context.WithCancel(t.Context())
	c := startCrowd(ctx, queue, "crowd", acknowledged.enter)
	for range 3 {
		letWork(t, 200, c)
		require.NoError(t, os.Rename(path, path+"-away"))
		letWork(t, 100, c)
		require.ErrorContains(t, queue.Check(t.Context()), "removed")
		require.NoError(t, os.Rename(path+"-away", path))
		require.NoError(t, queue.Check(t.Context()))
	}
	cancel()
	c.all.Wait()
	require.NoError(t, queue.Close())
	acknowledged.require(t, openAt(t, path))
}
