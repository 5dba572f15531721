package sqlitequeue

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// rowsOfOneState is how many jobs of a state the file has. The cost of a call should not
// depend on it: the floor is the same call on an empty file.
const rowsOfOneState = 200_000

// fillRows inserts n jobs of one state that end, or ended, at a time. Those that have a
// lease or were taken have it until then. Half of the sites wait.
const fillRows = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
	INSERT INTO jobs (id, site, key, content, recipient, text, ref, lane, state, phone, lease, lease_end, created,
		deadline, counted, history, version, unasked, taken_end, answer_by, due)
	SELECT 'full-' || i, 'shop', 'k' || i, 'digest', '+861' || i, 'code 824913', '', 'text', ?2,
		iif(?2 = 0, '', 'phone-' || (i % 50)), iif(?2 = 0, '', 'l' || i), iif(?2 = 0, 0, ?3 - i % 1000), ?3 - 60000 - i % 1000, ?3,
		?2 < 6, ?4, 1, i % 2, iif(?2 IN (2, 8), ?3 + 60000, 0), iif(i % 2, ?3 - 30000, 0), iif(i % 2, ?3 - 30000, ?3) FROM n`

// oneStep is a job's history.
const oneStep = `[{"state":"queued","source":"site","at":"2026-11-21T12:00:00Z"}]`

// BenchmarkFullOfOneState measures the calls of the writer on a file that is full of one kind
// of job, half a day after or before its time, and reports the longest of each in
// milliseconds.
func BenchmarkFullOfOneState(b *testing.B) {
	b.Run("empty", func(b *testing.B) { measureFull(b, 0, 0, noon) })
	b.Run("sent, by a clock that was ahead", func(b *testing.B) { measureFull(b, rowsOfOneState, 3, noon.AddDate(0, 3, 0)) })
	for number, state := range states {
		for when, deadline := range map[string]time.Time{"to come": noon.Add(12 * time.Hour), "over": noon.Add(-12 * time.Hour)} {
			if (gateway.Job{State: state}).Final() && deadline.After(noon) {
				continue // no deadline comes for it
			}
			b.Run(string(state)+", "+when, func(b *testing.B) { measureFull(b, rowsOfOneState, number, deadline) })
		}
	}
}

func measureFull(b *testing.B, rows, state int, deadline time.Time) {
	b.Helper()
	queue, err := New(Config{Path: filepath.Join(b.TempDir(), "queue.db")})
	require.NoError(b, err)
	defer func() { require.NoError(b, queue.Close()) }()
	if rows > 0 {
		_, err = queue.writer.session.conn.ExecContext(b.Context(), fillRows, rows, state, millis(deadline), oneStep)
		require.NoError(b, err)
	}
	require.NoError(b, queue.writer.settle())
	// What the disk adds is the same for every call, and the machine's business.
	_, err = queue.writer.session.conn.ExecContext(b.Context(), "PRAGMA synchronous = OFF")
	require.NoError(b, err)
	require.NoError(b, queue.Seen(b.Context(), gateway.Presence{Phone: "phone-1", Lanes: []string{"text"}, Interval: time.Hour, At: noon}))
	measureCalls(b, queue)
}

func measureCalls(b *testing.B, queue *Queue) {
	b.Helper()
	calls := map[string]func(n int) error{
		"submit": func(n int) error {
			_, err := queue.Submit(b.Context(), gateway.Submit{
				ID: fmt.Sprint(n), Site: "shop", Key: fmt.Sprint(n), To: relayapi.Number(fmt.Sprintf("+862%d", n)), Text: "code 824913", Lane: "text",
				Now: noon, Deadline: noon.Add(time.Minute), Quotas: gateway.DefaultQuotas(),
				Wait: 30 * time.Second, Pace: time.Nanosecond, TakenFor: 10 * time.Minute,
			})
			return err
		},
		"pull": func(n int) error {
			_, err := queue.Offer(b.Context(), gateway.Pull{
				Phone: "phone-1", Lanes: []string{"text"}, Max: 5, Lease: fmt.Sprint(n), LeaseFor: 10 * time.Second, Now: noon,
			})
			return err
		},
		"sweep": func(int) error {
			_, err := queue.Sweep(b.Context(), gateway.Sweep{
				Now: noon, ClearBefore: noon.Add(-time.Hour), HideBefore: noon.Add(-11 * time.Hour), ForgetBefore: noon.Add(-11 * time.Hour),
			})
			return err
		},
	}
	for range b.N {
		for name, call := range calls {
			b.ReportMetric(longest(b, call), "longest-"+name+"-ms")
		}
	}
	b.ReportMetric(0, "ns/op")
}

// longest is how long the longest of some calls takes, but for the longest two, which are
// the machine's.
func longest(b *testing.B, call func(n int) error) float64 {
	b.Helper()
	var took [40]float64
	for n := range took {
		start := time.Now()
		require.NoError(b, call(b.N*1000+n))
		took[n] = float64(time.Since(start).Microseconds()) / 1000
	}
	slices.Sort(took[:])
	return took[len(took)-3]
}

// BenchmarkOpen is what a start costs, which reads the whole file once, by its size. The
// floor is the empty file.
func BenchmarkOpen(b *testing.B) {
	for _, rows := range []int{0, rowsOfOneState} {
		b.Run(fmt.Sprintf("jobs=%d", rows), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "queue.db")
			queue, err := New(Config{Path: path})
			require.NoError(b, err)
			if rows > 0 {
				_, err = queue.writer.session.conn.ExecContext(b.Context(), fillRows, rows, 3, millis(noon), oneStep+strings.Repeat(" ", 250))
				require.NoError(b, err)
			}
			require.NoError(b, queue.Close())
			info, err := os.Stat(path)
			require.NoError(b, err)
			for b.Loop() {
				queue, err := New(Config{Path: path})
				require.NoError(b, err)
				require.NoError(b, queue.Close())
			}
			b.ReportMetric(float64(info.Size())/1e6, "MB")
		})
	}
}
