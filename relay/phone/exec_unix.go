//go:build unix

package phone

import (
	"os/exec"
	"syscall"
)

// killWhole has the end of a command's context kill the command and whatever it has
// started, as far as that has not left the command's group of processes.
func killWhole(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
