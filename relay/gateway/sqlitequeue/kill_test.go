package sqlitequeue_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
)

// victimFile is the variable that makes the test program a victim: a process that
// works on the queue in that file until it is killed.
const victimFile = "SQLITEQUEUE_TEST_VICTIM"

// TestKill kills a process in the middle of its work, several times over one file:
// nothing that was acknowledged is lost or done twice.
func TestKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	acknowledged := newLedger()
	for range 3 {
		killVictim(t, path, acknowledged)
	}
	require.NotEmpty(t, acknowledged.cancelled)
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
	require.NoError(t, err, "the lock has ended with its process")
	t.Cleanup(func() { require.NoError(t, queue.Close()) })
	require.NoError(t, queue.Check(t.Context()))
	acknowledged.require(t, queue)
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
	startCrowd(context.Background(), queue, fmt.Sprintf("v%d", os.Getpid()), func(line string) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = fmt.Fprintln(os.Stdout, line)
	}).all.Wait()
}
