//go:build unix

package admin_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/admin"
)

func TestASocketsPathIsShort(t *testing.T) {
	t.Parallel()
	_, err := admin.Listen(filepath.Join(folder(t), strings.Repeat("x", 110)))
	require.ErrorContains(t, err, "name the data file by a shorter path")
}

func TestAnotherUsersGateway(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		asNobody(t)
		return
	}
	data := filepath.Join(folder(t), "relay.db")
	listener, err := admin.Listen(data)
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	require.NoError(t, os.Chmod(admin.SocketPath(data), 0))
	_, err = admin.Dial(data)
	require.NotErrorIs(t, err, admin.ErrNotRunning)
	require.ErrorContains(t, err, "run this as the gateway's user")
	_, _, err = admin.Open(data, true, func() {})
	require.ErrorContains(t, err, "run this as the gateway's user")
	require.NoFileExists(t, data)
}

// asNobody runs the test again as somebody who is not root, whom no mode holds up.
func asNobody(t *testing.T) {
	t.Helper()
	folder := folder(t)
	require.NoError(t, os.Chmod(folder, 0o777))
	content, err := os.ReadFile(os.Args[0])
	require.NoError(t, err)
	program := filepath.Join(folder, "admin.test")
	require.NoError(t, os.WriteFile(program, content, 0o755))
	require.NoError(t, os.Chmod(program, 0o755)) // whatever the umask was meanwhile
	c := exec.CommandContext(t.Context(), program, "-test.run", "^"+t.Name()+"$", "-test.v")
	c.Dir, c.Env, c.SysProcAttr = folder, []string{"TMPDIR=" + folder}, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	said, err := c.CombinedOutput()
	require.NoError(t, err, "%s", said)
	require.Contains(t, string(said), "--- PASS")
}
