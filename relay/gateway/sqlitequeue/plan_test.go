package sqlitequeue

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mayScan are the statements that read a table from its beginning, and why that is short.
var mayScan = map[string]string{
	selectDropped: "sorts no more rows than one pull takes",
	selectUses:    "once, when the file is opened, and after a transaction that failed",
	selectSIMs:    "the same",
	countDamaged:  "once, when the file is opened",
	stampDamaged:  "only when a row is set aside, and those are few",
	clearDamaged:  "the same",
	hideDamaged:   "the same",
	forgetDamaged: "the same",
}

var (
	scans = regexp.MustCompile(`^SCAN (jobs|damaged|meta|uses|sims)`)
	sorts = regexp.MustCompile(`USE TEMP B-TREE`)
)

// TestNoStatementLooksAtEveryRow reads SQLite's plans for the writer's statements: each
// finds its rows in an index, in the order in which it wants them.
func TestNoStatementLooksAtEveryRow(t *testing.T) {
	t.Parallel()
	queue, err := New(Config{Path: filepath.Join(t.TempDir(), "queue.db")})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, queue.Close()) })
	for text := range queue.writer.session.statements {
		if slices.Contains(controlStatements, text) || strings.HasPrefix(text, "PRAGMA") || mayScan[text] != "" {
			continue
		}
		for _, step := range queue.plan(t, text) {
			require.NotRegexp(t, scans, step, text)
			require.NotRegexp(t, sorts, step, text)
		}
	}
	require.Regexp(t, scans, queue.plan(t, `SELECT * FROM jobs WHERE ref = 'x'`)[0], "the test knows a scan when it sees one")
}

func (q *Queue) plan(t *testing.T, text string) []string {
	t.Helper()
	args := make([]any, strings.Count(text, "?"))
	rows, err := q.readers.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, args...)
	require.NoError(t, err, text)
	defer func() { _ = rows.Close() }()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		require.NoError(t, rows.Scan(&id, &parent, &unused, &step))
		steps = append(steps, step)
	}
	require.NoError(t, rows.Err())
	return steps
}
