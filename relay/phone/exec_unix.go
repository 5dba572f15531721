//go:build unix

package phone

import (
	"os/exec"
	"syscall"
)

// killWhole makes the end of a command's context kill the command and everything that
// it has started and that is still in its process group.
func killWhole(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
