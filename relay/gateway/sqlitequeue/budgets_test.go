package sqlitequeue

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

var budgetNoon = time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC)

// budgeted is a queue whose one phone may send two texts an hour.
type budgeted struct {
	*testing.T
	*Queue

	budgets *gateway.Budgets
	jobs    int
}

func newBudgeted(t *testing.T, path string) *budgeted {
	t.Helper()
	queue, err := New(Config{Path: path})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, queue.Close()) })
	b := &budgeted{T: t, Queue: queue, budgets: &gateway.Budgets{SIM: gateway.Budget{TextsPerHour: 2}}}
	require.NoError(t, queue.Seen(t.Context(), gateway.Presence{
		Phone: "phone", Lanes: []string{relayapi.DefaultLane}, Interval: time.Hour, At: budgetNoon,
	}))
	return b
}

func (b *budgeted) submit() error {
	b.jobs++
	_, err := b.Submit(b.Context(), gateway.Submit{
		ID: "job-" + string(rune('a'+b.jobs)), Site: "shop", Content: "digest", To: "+8613800138000", Text: "code 824913",
		Lane: relayapi.DefaultLane, Now: budgetNoon, Deadline: budgetNoon.Add(time.Hour), Budgets: b.budgets,
	})
	return err
}

// handOut hands out one job without asking.
func (b *budgeted) handOut() ([]gateway.Job, error) {
	offered, err := b.Offer(b.Context(), gateway.Pull{
		Phone: "phone", Lanes: []string{relayapi.DefaultLane}, Max: 1, Lease: "lease", LeaseFor: time.Minute, Now: budgetNoon,
		Unasked: true, Budgets: b.budgets,
	})
	for _, job := range offered.Jobs {
		_, err := b.Record(b.Context(), gateway.StateReport{
			ID: job.ID, Phone: "phone", State: relayapi.StateSent, Now: budgetNoon, Budgets: b.budgets,
		})
		require.NoError(b, err)
	}
	return offered.Jobs, err
}

func (b *budgeted) used() int {
	b.Helper()
	uses, err := b.Budgets(b.Context(), gateway.BudgetQuery{Budgets: b.budgets, Now: budgetNoon})
	require.NoError(b, err)
	require.NotEmpty(b, uses)
	return uses[0].TextsHour
}

// TestAFailedHandOutCountsNot: a text that could not be stored as handed out is not counted,
// in the file and in memory, and one that was is.
func TestAFailedHandOutCountsNot(t *testing.T) {
	t.Parallel()
	b := newBudgeted(t, filepath.Join(t.TempDir(), "queue.db"))
	require.NoError(t, b.submit())
	require.NoError(t, b.submit())
	require.NoError(t, b.submit())
	jobs, err := b.handOut()
	require.NoError(t, err)
	require.Len(t, jobs, 1)
	b.pragma(t, "PRAGMA query_only = 1")
	_, err = b.handOut()
	require.ErrorContains(t, err, "readonly")
	b.pragma(t, "PRAGMA query_only = 0")
	require.Equal(t, 1, b.used())
	jobs, err = b.handOut()
	require.NoError(t, err)
	require.Len(t, jobs, 1)
	require.Equal(t, 2, b.used())
	jobs, err = b.handOut()
	require.NoError(t, err)
	require.Empty(t, jobs)
}

// TestUsesHaveNoNumbers looks at what the file keeps of a text that counts.
func TestUsesHaveNoNumbers(t *testing.T) {
	t.Parallel()
	b := newBudgeted(t, filepath.Join(t.TempDir(), "queue.db"))
	require.NoError(t, b.submit())
	_, err := b.handOut()
	require.NoError(t, err)
	var recipient string
	require.NoError(t, b.readers.QueryRowContext(t.Context(), "SELECT recipient FROM uses").Scan(&recipient))
	require.True(t, isDigest(recipient))
	require.Equal(t, b.writer.session.key.digest("+8613800138000"), recipient)

	swept, err := b.Sweep(t.Context(), gateway.Sweep{Now: budgetNoon.Add(gateway.BudgetMonth), ForgetUsesBefore: budgetNoon.Add(time.Second)})
	require.NoError(t, err)
	require.Positive(t, swept)
	var left int
	require.NoError(t, b.readers.QueryRowContext(t.Context(), "SELECT count(*) FROM uses").Scan(&left))
	require.Zero(t, left)
	require.NoError(t, b.Close())
}

// TestAFileOfVersion2 opens a file as version 2 made it, and goes on with a job that was
// offered there, and so counts for no budget yet.
func TestAFileOfVersion2(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	for _, step := range append([]string{"PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL"}, migrations[:2]...) {
		_, err = db.ExecContext(t.Context(), step)
		require.NoError(t, err)
	}
	_, err = db.ExecContext(t.Context(), `INSERT INTO jobs (id, site, key, content, recipient, text, ref, lane, state,
		phone, lease, lease_end, created, deadline, counted, history, due) VALUES ('old', 'shop', '', 'digest', '+8613800138000',
		'code 824913', '', 'text', 1, 'phone', 'lease', ?, ?, ?, 1, '[{"state":"queued","source":"site","at":"2026-11-21T03:30:00Z"}]', ?)`,
		millis(budgetNoon.Add(time.Minute)), millis(budgetNoon), millis(budgetNoon.Add(time.Hour)), millis(budgetNoon.Add(time.Hour)))
	require.NoError(t, err)
	require.NoError(t, db.Close())

	b := newBudgeted(t, path)
	b.budgets.SIM.TextsPerHour = 1
	taken, err := b.Record(t.Context(), gateway.StateReport{
		ID: "old", Phone: "phone", Lease: "lease", State: relayapi.StateTaken, Now: budgetNoon, Budgets: b.budgets,
	})
	require.NoError(t, err)
	require.Equal(t, relayapi.StateTaken, taken.State)
	require.Equal(t, 1, b.used())
	require.ErrorIs(t, b.submit(), gateway.ErrBudgetUsed)
}
