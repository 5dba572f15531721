package sqlitequeue_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
)

// victimFile is the variable that makes the test program a victim: a process that
// works on the queue in that file until it is killed.
const victimFile = "SQLITEQUEUE_TEST_VICTIM"

// victimBudget is the variable that gives its phones budgets.
const victimBudget = "SQLITEQUEUE_TEST_BUDGET"

// TestKill kills a process in the middle of its work, several times over one file:
// nothing that was acknowledged is lost or done twice.
func TestKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	acknowledged := newLedger()
	for range 3 {
		killVictim(t, path, acknowledged, "")
	}
	require.NotEmpty(t, acknowledged.cancelled)
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
	require.NoError(t, err, "the lock has ended with its process")
	t.Cleanup(func() { require.NoError(t, queue.Close()) })
	require.NoError(t, queue.Check(t.Context()))
	acknowledged.require(t, queue)
}

// textsEach is how many texts a day the phones of TestKillWithBudgets may send.
const textsEach = 60

// TestKillWithBudgets kills a process whose phones have budgets, and which keep their names:
// whatever was said to be sent before the kills counts after them.
func TestKillWithBudgets(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	acknowledged := newLedger()
	for range 3 {
		killVictim(t, path, acknowledged, victimBudget+"=1")
	}
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, queue.Close()) })
	acknowledged.require(t, queue)
	texts := map[string]int{}
	for _, phone := range acknowledged.sentBy {
		texts[phone]++
	}
	for phone, n := range texts {
		require.LessOrEqual(t, n, textsEach, phone)
	}
	require.Equal(t, textsEach, slices.Max(slices.Collect(maps.Values(texts))), "some have used theirs up")
}

// killVictim lets a victim work until it has said enough, kills it, and enters
// whatever it had said before it died.
func killVictim(t *testing.T, path string, acknowledged *ledger, setting string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	victim := exec.CommandContext(t.Context(), self)
	victim.Env = append(os.Environ(), victimFile+"="+path, setting)
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

const linesBeforeKill = 800

// beVictim works until it is killed. Each line is one write, made after the queue has
// acknowledged it.
func beVictim(path string) {
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	var mu sync.Mutex
	var budgets *gateway.Budgets
	name := fmt.Sprintf("v%d", os.Getpid())
	if os.Getenv(victimBudget) != "" {
		budgets = &gateway.Budgets{SIM: gateway.Budget{TextsPerDay: textsEach}}
	}
	startLimited(context.Background(), queue, name, budgets, func(line string) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = fmt.Fprintln(os.Stdout, line)
	}).all.Wait()
}
