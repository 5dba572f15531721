//go:build unix

package phonecmd

import (
	"os/exec"
	"syscall"
)

// killWhole makes the end of a command's context kill the command and what it has started:
// announcements that hang must not pile up.
func killWhole(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
