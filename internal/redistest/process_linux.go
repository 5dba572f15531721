package redistest

import (
	"os/exec"
	"syscall"
)

// endWithParent has the process end when the test binary is killed and no Cleanup runs.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
