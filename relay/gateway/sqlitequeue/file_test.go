package sqlitequeue_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
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
		harm func(t *testing.T, path string)
	}{
		{"removed", func(t *testing.T, path string) { require.NoError(t, os.Remove(path)) }},
		{"emptied", func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 0)) }},
		{"emptied, and only the write-ahead file says so", func(t *testing.T, path string) {
			require.NoError(t, os.Truncate(path, 0))
			require.NoError(t, os.Remove(path+"-lock"))
			require.NoError(t, os.WriteFile(path+"-wal", []byte("frames"), 0o600))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "queue.db")
			queue := openAt(t, path)
			require.NoError(t, queue.Close())
			tt.harm(t, path)
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

// TestNothingIsAcknowledgedIntoALostFile takes the file from under a running queue.
func TestNothingIsAcknowledgedIntoALostFile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, want string
		harm       func(t *testing.T, path string)
	}{
		{"removed", "has been removed", func(t *testing.T, path string) { require.NoError(t, os.Remove(path)) }},
		{"moved away", "has been removed", func(t *testing.T, path string) { require.NoError(t, os.Rename(path, path+"-old")) }},
		{"emptied", "has been emptied", func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 0)) }},
		{"cut", "has been emptied or cut", func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 4096)) }},
		{"replaced", "has been replaced", func(t *testing.T, path string) {
			copied, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path+"-copy", copied, 0o600))
			require.NoError(t, os.Rename(path+"-copy", path))
		}},
		{"write-ahead file removed", "has been removed", func(t *testing.T, path string) { require.NoError(t, os.Remove(path+"-wal")) }},
		{"folder removed", "has been removed", func(t *testing.T, path string) { require.NoError(t, os.RemoveAll(filepath.Dir(path))) }},
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

			tt.harm(t, path)
			require.ErrorContains(t, queue.Check(t.Context()), tt.want, "at once, before any write")
			for n := range 100 {
				_, err := queue.Submit(t.Context(), submission(fmt.Sprintf("lost-%d", n)))
				require.Error(t, err, "not one is acknowledged")
			}
			require.Error(t, queue.Check(t.Context()))
		})
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
