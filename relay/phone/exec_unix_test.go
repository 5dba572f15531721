//go:build unix

package phone_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A command such as Termux's is a shell script that has another program send. That
// must not go on by itself when the script is killed.
func TestExecTimeoutKillsWhatTheCommandHasStarted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	sender := script(t, `exec 3>"$2"; (sleep 5; echo sent >&3) & echo begun >&3; wait`, "{to}", path)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	failed := make(chan error, 1)
	go func() { failed <- sender.Send(ctx, text()) }()

	pipe, err := os.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, pipe.Close()) }()
	said := bufio.NewReader(pipe)
	line, err := said.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "begun\n", line)
	cancel()
	rest, err := io.ReadAll(said) // until no process has the pipe open any more
	require.NoError(t, err)
	require.Empty(t, rest)

	require.True(t, failure(t, <-failed).MayHaveSent)
}
