//go:build unix

package admin

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheSocketIsBornClosed looks at the mode before anything changes it.
func TestTheSocketIsBornClosed(t *testing.T) { //nolint:paralleltest // the umask is that of the process
	folder, err := os.MkdirTemp("", "cn") //nolint:usetesting // t.TempDir is too long for a socket
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	before := syscall.Umask(0)
	defer syscall.Umask(before)
	listener, err := listenOwner(filepath.Join(folder, "s"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	info, err := os.Stat(filepath.Join(folder, "s"))
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077, "others must not connect")
	require.Zero(t, syscall.Umask(0), "the umask is as before")
}
