package sqlitequeue_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// onDisk returns which files beside a database contain something.
func onDisk(t *testing.T, path, what string) []string {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	require.NoError(t, err)
	var found []string
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		if bytes.Contains(content, []byte(what)) {
			found = append(found, strings.TrimPrefix(file, path))
		}
	}
	return found
}

// endJobs has n jobs with long texts submitted and ended in all the ways in which jobs end.
func endJobs(t *testing.T, queue *sqlitequeue.Queue, n int) {
	t.Helper()
	for i := range n {
		s := submission(fmt.Sprintf("job-%d", i))
		s.Text, s.To = relayapi.Text(strings.Repeat("SECRET ", 40+i)), relayapi.Number(fmt.Sprintf("+86139%08d", i))
		_, err := queue.Submit(t.Context(), s)
		require.NoError(t, err)
	}
	for i := range n {
		id := fmt.Sprintf("job-%d", i)
		if i%3 == 0 {
			_, err := queue.Cancel(t.Context(), gateway.Cancellation{ID: id, Now: benchNow})
			require.NoError(t, err)
		}
	}
	offered, err := queue.Offer(t.Context(), gateway.Pull{
		Phone: "phone", Lanes: []string{relayapi.DefaultLane}, Max: n, Lease: "l", LeaseFor: time.Second, Now: benchNow,
	})
	require.NoError(t, err)
	for i, job := range offered.Jobs {
		if i%2 == 0 {
			for _, state := range []relayapi.State{relayapi.StateTaken, relayapi.StateSent} {
				_, err := queue.Record(t.Context(), gateway.StateReport{ID: job.ID, Phone: "phone", Lease: "l", State: state, Now: benchNow})
				require.NoError(t, err)
			}
		}
	}
}

func TestTextsLeaveTheDisk(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		rest func(t *testing.T, queue *sqlitequeue.Queue)
	}{
		{"after a second without writes", func(*testing.T, *sqlitequeue.Queue) { <-time.After(1100 * time.Millisecond) }},
		{"when the queue is closed", func(_ *testing.T, queue *sqlitequeue.Queue) { _ = queue.Close() }},
		{"within a minute of writes that never pause", func(t *testing.T, queue *sqlitequeue.Queue) {
			t.Helper()
			for n := range 130 {
				<-time.After(500 * time.Millisecond)
				_ = queue.KeepMark(t.Context(), benchNow.Add(time.Duration(n)))
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "queue.db")
			synctest.Test(t, func(t *testing.T) {
				queue, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
				require.NoError(t, err)
				defer func() { require.NoError(t, queue.Close()) }()
				require.NoError(t, queue.Seen(t.Context(), gateway.Presence{
					Phone: "phone", Lanes: []string{relayapi.DefaultLane}, Interval: benchDay, At: benchNow,
				}))
				endJobs(t, queue, 60)
				require.NotEmpty(t, onDisk(t, path, "SECRET"), "the test sees texts")
				hour := benchNow.Add(time.Hour)
				sweepAll(t, queue, gateway.Sweep{Now: hour, ClearBefore: hour})
				require.Equal(t, []string{"-wal"}, onDisk(t, path, "SECRET"), "the write-ahead file still has them")
				tt.rest(t, queue)
				require.Empty(t, onDisk(t, path, "SECRET"))
			})
		})
	}
}

// TestNumbersBecomeDigests hides numbers whose quota has passed: the quota of younger ones
// holds, keys still find their jobs, and no byte of an old number is left.
func TestNumbersBecomeDigests(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	queue := openAt(t, path)
	submit := func(id, key string, now time.Time, to relayapi.Number) (gateway.Submitted, error) {
		return queue.Submit(t.Context(), gateway.Submit{
			ID: id, Site: "shop", Key: key, Content: "digest of " + key, To: to, Text: "code 824913", Lane: relayapi.DefaultLane,
			Now: now, Deadline: now.Add(time.Minute), Quotas: []gateway.Quota{{Limit: 1, Window: time.Hour}},
		})
	}
	_, err := submit("old", "k", benchNow, "+8613800138000")
	require.NoError(t, err)
	_, err = queue.CancelKey(t.Context(), gateway.KeyCancellation{Site: "shop", Key: "early", ID: "early", Now: benchNow})
	require.NoError(t, err)
	require.NoError(t, queue.Seen(t.Context(), gateway.Presence{Phone: "phone", At: benchNow.Add(90 * time.Minute)}))
	later := benchNow.Add(2 * time.Hour)
	offered, err := queue.Offer(t.Context(), gateway.Pull{
		Phone: "phone", Lanes: []string{relayapi.DefaultLane}, Max: 1, Lease: "l", LeaseFor: time.Second, Now: benchNow,
	})
	require.NoError(t, err)
	taken := gateway.StateReport{ID: "old", Phone: "phone", Lease: offered.Jobs[0].Lease, State: relayapi.StateTaken, Now: benchNow}
	_, err = queue.Record(t.Context(), taken)
	require.NoError(t, err)
	taken.State = relayapi.StateSent
	_, err = queue.Record(t.Context(), taken)
	require.NoError(t, err)
	_, err = submit("young", "", later, "+8613900139000")
	require.NoError(t, err)

	for range 2 {
		sweepAll(t, queue, gateway.Sweep{Now: later, HideBefore: later.Add(-time.Hour)})
	}
	job, err := queue.Job(t.Context(), "old", later)
	require.NoError(t, err)
	require.Empty(t, job.To)
	again, err := submit("new", "k", later, "+8613800138000")
	require.NoError(t, err)
	require.False(t, again.New)
	_, err = queue.Submit(t.Context(), gateway.Submit{ID: "n", Site: "shop", Key: "k", Content: "other", Lane: relayapi.DefaultLane, Now: later})
	require.ErrorIs(t, err, gateway.ErrContentDiffers)
	taken.State, taken.Now = relayapi.StateDelivered, later
	job, err = queue.Record(t.Context(), taken)
	require.NoError(t, err, "a receipt that comes late")
	require.Equal(t, relayapi.StateDelivered, job.State)
	_, err = submit("third", "", later, "+8613900139000")
	var quota *gateway.QuotaError
	require.ErrorAs(t, err, &quota, "inside the window quotas hold")
	_, err = submit("fourth", "", later, "+8613800138000")
	require.NoError(t, err)

	require.NoError(t, queue.Close())
	require.NotEmpty(t, onDisk(t, path, "+8613900139000"))
	db := openSQL(t, path)
	var column, content, early string
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT recipient, content FROM jobs WHERE id = 'old'`).Scan(&column, &content))
	require.Regexp(t, `^#[\w-]{43}$`, column)
	require.Regexp(t, `^#[\w-]{43}$`, content)
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT recipient || content FROM jobs WHERE id = 'early'`).Scan(&early))
	require.Empty(t, early)
}

// TestTheKeyOfDigests checks the file beside the database.
func TestTheKeyOfDigests(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	require.NoError(t, openAt(t, path).Close())
	first, err := os.ReadFile(path + "-key")
	require.NoError(t, err)
	require.Len(t, first, 32)
	require.Empty(t, onDisk(t, path+"-wal", string(first)))
	require.NoError(t, openAt(t, path).Close())
	second, err := os.ReadFile(path + "-key")
	require.NoError(t, err)
	require.Equal(t, first, second, "it stays")
	require.NoError(t, os.WriteFile(path+"-key", []byte("short"), 0o600))
	_, err = sqlitequeue.New(sqlitequeue.Config{Path: path})
	require.ErrorContains(t, err, "-key has 5 bytes and not 32")
}

// TestTheFileShrinks fills a file and has all of it forgotten.
func TestTheFileShrinks(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	queue := openAt(t, path)
	errs := make(chan error, 16)
	for worker := range cap(errs) {
		go func() {
			var err error
			for n := 0; n < 60 && err == nil; n++ {
				s := submission(fmt.Sprintf("job-%d-%d", worker, n))
				s.Text = relayapi.Text(strings.Repeat("x", 5000))
				_, err = queue.Submit(t.Context(), s)
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
	require.NoError(t, queue.Close())
	full := size(t, path)
	require.Greater(t, full, int64(5_000_000))

	queue = openAt(t, path)
	later := benchNow.Add(time.Hour)
	sweepAll(t, queue, gateway.Sweep{Now: later, ForgetBefore: later})
	require.NoError(t, queue.Check(t.Context()))
	require.NoError(t, queue.Close())
	require.Less(t, size(t, path), int64(1_700_000))
	_, err := openAt(t, path).Job(t.Context(), "job-0-0", later)
	require.ErrorIs(t, err, gateway.ErrUnknownJob)
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	return info.Size()
}
