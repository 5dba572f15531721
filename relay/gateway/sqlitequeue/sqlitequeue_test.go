package sqlitequeue_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// openAt opens a queue with one phone online.
func openAt(t *testing.T, path string) *sqlitequeue.Queue {
	t.Helper()
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, queue.Close()) })
	require.NoError(t, queue.Seen(t.Context(), gateway.Presence{
		Phone: "phone", Lanes: []string{relayapi.DefaultLane}, Interval: time.Hour, At: benchNow,
	}))
	return queue
}

func submission(id string) gateway.Submit {
	return gateway.Submit{
		ID: id, Site: "shop", Content: "digest", To: "+8613800138000", Text: "code 824913",
		Lane: relayapi.DefaultLane, Now: benchNow, Deadline: benchNow.Add(time.Minute),
	}
}

func TestConfigNamesTheField(t *testing.T) {
	t.Parallel()
	_, err := sqlitequeue.New(sqlitequeue.Config{})
	require.ErrorContains(t, err, "Path")
}

func TestFilesAreForTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such rights")
	}
	folder := t.TempDir()
	queue := openAt(t, filepath.Join(folder, "queue.db"))
	_, err := queue.Submit(t.Context(), submission("a"))
	require.NoError(t, err)

	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, files, 5, "the file, its log and the log's index, its lock and its key")
	for _, file := range files {
		info, err := file.Info()
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), file.Name())
	}
}

func TestPathMayHaveAnyCharacters(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "短信 queue?mode=ro&x#%41.db")
	queue := openAt(t, path)
	_, err := queue.Submit(t.Context(), submission("a"))
	require.NoError(t, err)
	require.FileExists(t, path)
}

func TestOpenFailures(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	newer := filepath.Join(folder, "newer.db")
	execSQL(t, newer, "PRAGMA application_id = 0x636e736d; PRAGMA user_version = 99")
	foreign := filepath.Join(folder, "foreign.db")
	execSQL(t, foreign, "CREATE TABLE notes (text TEXT)")
	similar := filepath.Join(folder, "similar.db")
	execSQL(t, similar, "CREATE TABLE jobs (id TEXT); PRAGMA user_version = 1")
	garbage := filepath.Join(folder, "garbage.db")
	require.NoError(t, os.WriteFile(garbage, []byte("this is a text file, and a long one at that: "+
		"SQLite looks at the first hundred bytes to see what it has in front of it"), 0o600))
	tests := []struct {
		name, path, want string
	}{
		{"newer schema", newer, "schema version 99, this program knows version 3"},
		{"another program's database", foreign, "another program's database"},
		{"another program's database with a table of jobs", similar, "another program's database"},
		{"no database", garbage, "not a database"},
		{"no folder", filepath.Join(folder, "missing", "queue.db"), "missing"},
		{"a folder", folder, folder},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := sqlitequeue.New(sqlitequeue.Config{Path: tt.path})
			require.ErrorContains(t, err, "sqlitequeue: ")
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestClosedQueue(t *testing.T) {
	t.Parallel()
	queue := openAt(t, filepath.Join(t.TempDir(), "queue.db"))
	require.NoError(t, queue.Close())
	require.NoError(t, queue.Close(), "closing twice is fine")

	_, err := queue.Submit(t.Context(), submission("a"))
	require.ErrorIs(t, err, gateway.ErrClosed)
	_, err = queue.Job(t.Context(), "a", benchNow)
	require.ErrorIs(t, err, gateway.ErrClosed)
	require.ErrorIs(t, queue.Check(t.Context()), gateway.ErrClosed)
	require.ErrorIs(t, queue.Seen(t.Context(), gateway.Presence{Phone: "phone"}), gateway.ErrClosed)
}

func TestCallsEndWhenTheQueueIsClosed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	queue := openAt(t, path)
	errs := make(chan error)
	for range 8 {
		go func() {
			var err error
			for err == nil {
				_, err = queue.Offer(context.Background(), pullBench(1))
			}
			errs <- err
		}()
	}
	require.NoError(t, queue.Close())
	for range 8 {
		require.ErrorIs(t, <-errs, gateway.ErrClosed)
	}
}

// TestContextEndsWhileTheFileIsLocked has another process's transaction keep the
// writer waiting: the caller does not wait with it.
func TestContextEndsWhileTheFileIsLocked(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	queue := openAt(t, path)
	other := openSQL(t, path)
	conn, err := other.Conn(t.Context())
	require.NoError(t, err)
	_, err = conn.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = queue.Submit(ctx, submission("a"))
	require.ErrorIs(t, err, context.DeadlineExceeded)

	_, err = conn.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	_, err = queue.Submit(t.Context(), submission("b"))
	require.NoError(t, err, "the queue goes on")
	_, err = queue.Job(t.Context(), "a", benchNow)
	require.ErrorIs(t, err, gateway.ErrUnknownJob, "what its caller had given up before it began is not done")
}

func openSQL(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func execSQL(t *testing.T, path, statement string) {
	t.Helper()
	_, err := openSQL(t, path).ExecContext(t.Context(), statement)
	require.NoError(t, err)
}
