package sqlitequeue

import (
	"bytes"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

const other = "other"

// openDamaged returns a queue with the jobs job-0 to job-2 on the usual lane, of which
// job-1 was damaged by another connection, and one on another lane. The log has whatever
// the queue logs.
func openDamaged(t *testing.T, harm string) (queue *Queue, log *syncBuffer) {
	t.Helper()
	log = &syncBuffer{}
	path := filepath.Join(t.TempDir(), "queue.db")
	queue, err := New(Config{Path: path, Logger: slog.New(slog.NewTextHandler(log, nil))})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, queue.Close()) })
	require.NoError(t, queue.Seen(t.Context(), gateway.Presence{
		Phone: "phone", Lanes: []string{relayapi.DefaultLane, other}, Interval: 24 * time.Hour, At: noon,
	}))
	for n := range 3 {
		require.NoError(t, queue.submitTo(t, fmt.Sprintf("job-%d", n), relayapi.DefaultLane))
	}
	require.NoError(t, queue.submitTo(t, "job-other", other))
	db, err := (Config{Path: path}).openReaders()
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), `PRAGMA query_only = 0`)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "UPDATE jobs SET "+harm+" WHERE id = 'job-1'")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	return queue, log
}

func (q *Queue) submitTo(t *testing.T, id, lane string) error {
	t.Helper()
	_, err := q.Submit(t.Context(), gateway.Submit{
		ID: id, Site: "shop", Key: "key of " + id, Content: "digest", To: "+8613800138000", Text: "code 824913",
		Lane: lane, Now: noon, Deadline: noon.Add(time.Minute),
	})
	return err
}

func (q *Queue) pull(t *testing.T, lanes ...string) []string {
	t.Helper()
	offered, err := q.Offer(t.Context(), gateway.Pull{
		Phone: "phone", Lanes: lanes, Max: 9, Lease: "lease", LeaseFor: time.Second, Now: noon,
	})
	require.NoError(t, err)
	var ids []string
	for _, job := range offered.Jobs {
		ids = append(ids, job.ID)
	}
	return ids
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

var harms = map[string]string{
	"history is no JSON":        `history = 'x'`,
	"history is empty":          `history = '[]'`,
	"history of another kind":   `history = '{"a":1}'`,
	"a state that is none":      `state = 99, history = history`,
	"a state below all others":  `state = -1`,
	"an open state, no history": `state = 1, history = ''`,
}

// TestADamagedRowStopsNoOther damages a row and works on: with every call that could meet
// the row first.
func TestADamagedRowStopsNoOther(t *testing.T) {
	t.Parallel()
	first := map[string]func(t *testing.T, q *Queue){
		"submit on another lane": func(t *testing.T, q *Queue) {
			t.Helper()
			require.NoError(t, q.submitTo(t, "job-3", other))
		},
		"submit on its lane": func(t *testing.T, q *Queue) {
			t.Helper()
			require.NoError(t, q.submitTo(t, "job-3", relayapi.DefaultLane))
		},
		"pull": func(t *testing.T, q *Queue) {
			t.Helper()
			require.NotContains(t, q.pull(t, relayapi.DefaultLane), "job-1")
		},
		"pull on another lane": func(t *testing.T, q *Queue) {
			t.Helper()
			require.Equal(t, []string{"job-other"}, q.pull(t, other))
		},
		"sweep": func(t *testing.T, q *Queue) {
			t.Helper()
			_, err := q.Sweep(t.Context(), gateway.Sweep{Now: noon.Add(time.Hour)})
			require.NoError(t, err)
		},
		"list": func(t *testing.T, q *Queue) {
			t.Helper()
			page, err := q.List(t.Context(), gateway.Filter{Now: noon, Limit: 10})
			require.NoError(t, err)
			require.Len(t, page.Jobs, 3)
			_, err = q.Counts(t.Context(), noon)
			require.NoError(t, err)
		},
		"read":   func(t *testing.T, q *Queue) { t.Helper(); q.requireSetAside(t) },
		"nobody": func(*testing.T, *Queue) {},
	}
	for what, harm := range harms {
		for call, meet := range first {
			t.Run(what+", "+call, func(t *testing.T) {
				t.Parallel()
				queue, log := openDamaged(t, harm)
				meet(t, queue)
				queue.requireSetAside(t)
				require.NoError(t, queue.submitTo(t, "job-4", relayapi.DefaultLane))
				require.NoError(t, queue.submitTo(t, "job-5", other))
				_, err := queue.Sweep(t.Context(), gateway.Sweep{Now: noon.Add(time.Second)})
				require.NoError(t, err)
				require.Contains(t, queue.pull(t, other), "job-5")
				require.NoError(t, queue.Check(t.Context()))
				require.Equal(t, 1, strings.Count(log.String(), "job=job-1"), "it is logged once")
				require.NotContains(t, log.String(), "824913")
				require.NotContains(t, log.String(), "13800138000")
			})
		}
	}
}

// requireSetAside wants every call for job-1 to fail, and not with an error that says that
// there is no such job: nobody knows what became of it.
func (q *Queue) requireSetAside(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	var errs [5]error
	_, errs[0] = q.Job(ctx, "job-1", noon)
	_, errs[1] = q.Cancel(ctx, gateway.Cancellation{ID: "job-1", Now: noon})
	_, errs[2] = q.Record(ctx, gateway.StateReport{ID: "job-1", Phone: "phone", State: relayapi.StateTaken, Now: noon})
	_, errs[3] = q.CancelKey(ctx, gateway.KeyCancellation{ID: "new", Site: "shop", Key: "key of job-1", Now: noon})
	errs[4] = q.submitTo(t, "job-1", relayapi.DefaultLane)
	for _, err := range errs {
		require.ErrorContains(t, err, "sqlitequeue: job job-1 is damaged and was set aside")
		require.NotErrorIs(t, err, gateway.ErrUnknownJob)
	}
	_, err := q.Job(ctx, "new", noon)
	require.ErrorIs(t, err, gateway.ErrUnknownJob, "no second job took the key")
}

// TestWhatIsSetAsideKeepsItsBytes looks at the table that a person would mend from, until
// the text, the number and the row go when their time has come.
func TestWhatIsSetAsideKeepsItsBytes(t *testing.T) {
	t.Parallel()
	queue, _ := openDamaged(t, `history = 'x'`)
	queue.requireSetAside(t)
	read := func() (text, number, history string, err error) {
		row := queue.readers.QueryRowContext(t.Context(), `SELECT text, recipient, history FROM damaged WHERE id = 'job-1'`)
		err = row.Scan(&text, &number, &history)
		return text, number, history, err
	}
	text, number, history, err := read()
	require.NoError(t, err)
	require.Equal(t, []string{"code 824913", "+8613800138000", "x"}, []string{text, number, history})

	at := func(d time.Duration) gateway.Sweep {
		now := noon.Add(d)
		return gateway.Sweep{Now: now, ClearBefore: now.Add(-time.Hour), HideBefore: now.Add(-24 * time.Hour), ForgetBefore: now.Add(-48 * time.Hour)}
	}
	for _, step := range []struct {
		after        time.Duration
		text, number string
	}{{time.Minute, "code 824913", "+8613800138000"}, {2 * time.Hour, "", "+8613800138000"}, {30 * time.Hour, "", ""}} {
		_, err = queue.Sweep(t.Context(), at(step.after))
		require.NoError(t, err)
		text, number, _, err = read()
		require.NoError(t, err)
		require.Equal(t, []string{step.text, step.number}, []string{text, number})
	}
	_, err = queue.Sweep(t.Context(), at(60*time.Hour))
	require.NoError(t, err)
	_, err = queue.Job(t.Context(), "job-1", noon)
	require.ErrorIs(t, err, gateway.ErrUnknownJob, "it is forgotten like others")
}

// TestWhatIsSetAsideIsKnownAfterARestart closes the file in between.
func TestWhatIsSetAsideIsKnownAfterARestart(t *testing.T) {
	t.Parallel()
	queue, _ := openDamaged(t, `state = 99`)
	queue.requireSetAside(t)
	var path string
	require.NoError(t, queue.readers.QueryRowContext(t.Context(), `SELECT file FROM pragma_database_list`).Scan(&path))
	require.NoError(t, queue.Close())
	again, err := New(Config{Path: path})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, again.Close()) })
	require.NoError(t, again.Seen(t.Context(), gateway.Presence{
		Phone: "phone", Lanes: []string{relayapi.DefaultLane}, Interval: 24 * time.Hour, At: noon,
	}))
	again.requireSetAside(t)
}

// TestACallFailsAlone puts a call that fails, and one that panics, into one transaction
// with calls that do not.
func TestACallFailsAlone(t *testing.T) {
	t.Parallel()
	tests := map[string]func(tx *session) (struct{}, error){
		"a statement fails": func(tx *session) (struct{}, error) {
			tx.exec(insertJob, "one value of many")
			return struct{}{}, nil
		},
		"a constraint": func(tx *session) (struct{}, error) {
			values, err := insertValues(gateway.KeyCancellation{Site: "shop", ID: "twice", Now: noon}.Job())
			tx.exec(insertJob, values...)
			tx.exec(insertJob, values...)
			return struct{}{}, err
		},
		"a panic": func(*session) (struct{}, error) { panic("code 824913") },
	}
	for name, do := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			queue, err := New(Config{Path: filepath.Join(t.TempDir(), "queue.db")})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, queue.Close()) })
			hold := make(chan struct{})
			held := make(chan struct{})
			go func() { // so that the others wait and share a transaction
				_, _ = write(t.Context(), queue.writer, func(*session) (struct{}, error) {
					close(held)
					<-hold
					return struct{}{}, nil
				})
			}()
			<-held
			bad := make(chan error, 1)
			good := make(chan error, 8)
			for n := range 8 {
				if n == 4 {
					go func() {
						_, err := write(t.Context(), queue.writer, do)
						bad <- err
					}()
				}
				go func() {
					_, err := queue.CancelKey(t.Context(), gateway.KeyCancellation{
						Site: "shop", Key: fmt.Sprint(n), ID: fmt.Sprint(n), Now: noon,
					})
					good <- err
				}()
			}
			for len(queue.writer.tasks) < 9 {
				<-time.After(time.Millisecond)
			}
			close(hold)
			for range 8 {
				require.NoError(t, <-good)
			}
			err = <-bad
			require.ErrorContains(t, err, "sqlitequeue: ")
			require.NotContains(t, err.Error(), "824913")
			for n := range 8 {
				_, err := queue.Job(t.Context(), fmt.Sprint(n), noon)
				require.NoError(t, err)
			}
			_, err = queue.Job(t.Context(), "twice", noon)
			require.ErrorIs(t, err, gateway.ErrUnknownJob, "nothing of the call is kept")
			require.NoError(t, queue.Check(t.Context()))
		})
	}
}
