package sqlitequeue_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
)

func TestOneQueueAtATimeHasTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	first := openAt(t, path)
	_, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
	require.ErrorContains(t, err, "another queue has "+path+" open: end the other process")

	_, err = first.Submit(t.Context(), submission("a"))
	require.NoError(t, err, "who was refused disturbs nobody")
	require.NoError(t, first.Close())
	second := openAt(t, path)
	_, err = second.Job(t.Context(), "a", benchNow)
	require.NoError(t, err)
}

// TestAFileThatIsGoneIsNoNewQueue takes away, between two runs, what a queue had on disk:
// to begin anew would look like health.
func TestAFileThatIsGoneIsNoNewQueue(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		harm func(path string) error
	}{
		{"removed", func(path string) error { return os.Remove(path) }},
		{"emptied", func(path string) error { return os.Truncate(path, 0) }},
		{"emptied, and only the write-ahead file says so", func(path string) error {
			return errors.Join(os.Truncate(path, 0), os.Remove(path+"-lock"), os.WriteFile(path+"-wal", []byte("frames"), 0o600))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "queue.db")
			queue := openAt(t, path)
			require.NoError(t, queue.Close())
			require.NoError(t, tt.harm(path))
			for range 2 {
				_, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
				require.ErrorContains(t, err, "has been removed or emptied")
				require.ErrorContains(t, err, "remove "+path+"-lock")
			}
			_ = os.Remove(path + "-lock")
			_ = os.Remove(path + "-wal")
			openAt(t, path)
		})
	}
}

// TestRefusedFilesStayAsTheyAre offers files of others: not a byte of them changes.
func TestRefusedFilesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "foreign.db")
	execSQL(t, path, "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('keep me')")
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = sqlitequeue.New(sqlitequeue.Config{Path: path})
	require.ErrorContains(t, err, "another program's database: choose another Path")
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestABrokenPageIsFoundAtTheStart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	queue := openAt(t, path)
	for n := range 200 {
		_, err := queue.Submit(t.Context(), submission(fmt.Sprintf("job-%d", n)))
		require.NoError(t, err)
	}
	require.NoError(t, queue.Close())
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	info, err := file.Stat()
	require.NoError(t, err)
	_, err = file.WriteAt([]byte(strings.Repeat("scribble", 512)), info.Size()/2/4096*4096)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	_, err = sqlitequeue.New(sqlitequeue.Config{Path: path})
	require.ErrorContains(t, err, "damaged")
}
