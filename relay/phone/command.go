package phone

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"time"
)

// command is one run of a program, without a shell.
type command struct {
	program string
	args    []string
	stdin   string
}

// output is what a program wrote, cut off.
type output struct{ stdout, stderr string }

const (
	// stdoutKept is how many bytes of a program's standard output are read.
	stdoutKept = 1 << 20
	// stderrKept is how many bytes of its standard error are kept.
	stderrKept = 4 << 10
	// pipesOpen is how long processes that a program leaves behind may keep its output
	// open.
	pipesOpen = 2 * time.Second
)

// errNotStarted says that a program was not started, so that it has done nothing.
type errNotStarted struct{ cause error }

func (e *errNotStarted) Error() string { return "the command cannot be started" }
func (e *errNotStarted) Unwrap() error { return e.cause }

// run runs the program until it ends or ctx ends, which kills it and, on Unix, what it has
// started. An error is an *errNotStarted, or that of exec.Cmd.Wait.
func (c command) run(ctx context.Context) (output, error) {
	running := exec.CommandContext(ctx, c.program, c.args...) //nolint:gosec // the operator chooses the command
	running.Stdin = strings.NewReader(c.stdin)
	stdout, stderr := &head{keep: stdoutKept}, &head{keep: stderrKept}
	running.Stdout, running.Stderr = stdout, stderr
	running.WaitDelay = pipesOpen
	killWhole(running)
	if err := running.Start(); err != nil {
		return output{}, &errNotStarted{err}
	}
	err := running.Wait()
	if errors.Is(err, exec.ErrWaitDelay) { // the command succeeded, and a process that it started is still running
		err = nil
	}
	return output{stdout.String(), stderr.String()}, err
}

// head keeps the beginning of what is written to it.
type head struct {
	strings.Builder

	keep int
}

func (h *head) Write(p []byte) (int, error) {
	room := max(0, h.keep-h.Len())
	h.Builder.Write(p[:min(len(p), room)])
	return len(p), nil
}
