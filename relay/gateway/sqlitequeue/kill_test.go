package sqlitequeue_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// victimFile is the variable that makes the test program a victim: a process that
// works on the queue in that file until it is killed.
const victimFile = "SQLITEQUEUE_TEST_VICTIM"

// TestKill kills a process in the middle of its work, several times over one file:
// no job is lost whose submission was acknowledged, and none that was taken is offered
// to a phone again.
func TestKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	acknowledged := newLedger()
	for range 3 {
		killVictim(t, path, acknowledged)
	}
	require.NotEmpty(t, acknowledged.submitted)
	require.NotEmpty(t, acknowledged.takenBy)
	require.Empty(t, acknowledged.twice, "jobs offered to two phones")

	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, queue.Close()) })
	for id := range acknowledged.submitted {
		_, err := queue.Job(t.Context(), id, benchNow)
		require.NoError(t, err, "an acknowledged job was lost")
	}
	for id, phone := range acknowledged.takenBy {
		job, err := queue.Job(t.Context(), id, benchNow)
		require.NoError(t, err)
		require.Equal(t, relayapi.StateTaken, job.State)
		require.Equal(t, phone, job.Phone)
	}
	requireNotOffered(t, queue, acknowledged.takenBy)
}

// requireNotOffered pulls everything that is left, long after all leases, and
// wants none of these jobs among it.
func requireNotOffered(t *testing.T, queue *sqlitequeue.Queue, taken map[string]string) {
	t.Helper()
	for n := 0; ; n++ {
		offered, err := queue.Offer(t.Context(), gateway.Pull{
			Phone: fmt.Sprintf("late-%d", n), Lanes: []string{relayapi.DefaultLane}, Max: 200,
			Lease: fmt.Sprintf("late-%d", n), LeaseFor: time.Hour, Now: benchNow.Add(time.Minute),
		})
		require.NoError(t, err)
		for _, job := range offered.Jobs {
			require.NotContains(t, taken, job.ID, "a taken job was offered again")
		}
		if len(offered.Jobs) == 0 {
			return
		}
	}
}

// ledger is what the queue acknowledged to the victims.
type ledger struct {
	submitted map[string]bool
	takenBy   map[string]string
	twice     []string
}

func newLedger() *ledger {
	return &ledger{submitted: map[string]bool{}, takenBy: map[string]string{}}
}

// enter reads a line of a victim: "submitted ID" or "taken ID PHONE".
func (l *ledger) enter(line string) {
	words := strings.Fields(line)
	switch {
	case len(words) == 2 && words[0] == "submitted":
		l.submitted[words[1]] = true
	case len(words) == 3 && words[0] == "taken":
		if _, known := l.takenBy[words[1]]; known {
			l.twice = append(l.twice, words[1])
		}
		l.takenBy[words[1]] = words[2]
	}
}

// killVictim lets a victim work until it has said enough, kills it, and enters
// whatever it had said before it died.
func killVictim(t *testing.T, path string, acknowledged *ledger) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	victim := exec.CommandContext(t.Context(), self)
	victim.Env = append(os.Environ(), victimFile+"="+path)
	said, err := victim.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, victim.Start())

	lines := bufio.NewReader(said)
	for n := 0; ; n++ {
		line, err := lines.ReadString('\n')
		if err != nil {
			require.ErrorIs(t, err, io.EOF)
			require.Greater(t, n, linesBeforeKill, "the victim ended by itself")
			break
		}
		acknowledged.enter(line)
		if n == linesBeforeKill {
			require.NoError(t, victim.Process.Kill())
		}
	}
	require.Error(t, victim.Wait(), "a killed process does not end well")
}

const linesBeforeKill = 1500

// beVictim submits and takes jobs until it is killed. Each line is one write, made
// after the queue has acknowledged it.
func beVictim(path string) {
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	_ = queue.Seen(context.Background(), gateway.Presence{
		Phone: "p", Lanes: []string{relayapi.DefaultLane}, Interval: time.Hour, At: benchNow,
	})
	v := victim{queue: queue, name: fmt.Sprintf("v%d", os.Getpid())}
	for i := range 4 {
		v.all.Go(func() { v.submitForever(i) })
		v.all.Go(func() { v.takeForever(i) })
	}
	v.all.Wait()
}

type victim struct {
	queue *sqlitequeue.Queue
	name  string
	all   sync.WaitGroup
	mu    sync.Mutex
}

func (v *victim) say(line string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, _ = fmt.Fprintln(os.Stdout, line)
}

func (v *victim) submitForever(worker int) {
	for n := 0; ; n++ {
		id := fmt.Sprintf("%s-%d-%d", v.name, worker, n)
		_, err := v.queue.Submit(context.Background(), gateway.Submit{
			ID: id, Site: "shop", Content: "digest", To: "+8613800138000", Text: "code 824913",
			Lane: relayapi.DefaultLane, Now: benchNow, Deadline: benchNow.Add(time.Hour),
		})
		if err != nil {
			return
		}
		v.say("submitted " + id)
	}
}

func (v *victim) takeForever(worker int) {
	phone := fmt.Sprintf("%s-phone-%d", v.name, worker)
	for n := 0; ; n++ {
		offered, err := v.queue.Offer(context.Background(), gateway.Pull{
			Phone: phone, Lanes: []string{relayapi.DefaultLane}, Max: 2,
			Lease: fmt.Sprintf("%s-%d", phone, n), LeaseFor: 10 * time.Second, Now: benchNow,
		})
		if err != nil {
			return
		}
		for _, job := range offered.Jobs {
			_, err := v.queue.Record(context.Background(), gateway.StateReport{
				ID: job.ID, Phone: phone, Lease: job.Lease, State: relayapi.StateTaken, Now: benchNow,
			})
			if err != nil {
				return
			}
			v.say("taken " + job.ID + " " + phone)
		}
	}
}
