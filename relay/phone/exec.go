package phone

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/cnsms/cnsms/relay/internal/scrub"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Exec is a Sender that runs a command for each text, without a shell. The text
// is the command's standard input; "{to}" in an argument stands for the
// recipient in E.164.
//
// The exit code says what happened: 0 sent, anything else not sent. A
// command that was killed, or that did not end in time, may have sent. One that does not
// end in time is killed, on Unix with everything that it has started: many such
// commands are shell scripts, and what they have started could send too late.
type Exec struct {
	// Command is the program. Required.
	Command string
	// Args are its arguments. One of them must contain {to}.
	Args []string
	// Classes says what exit codes mean. Any other one is relayapi.FailureUnknown.
	Classes map[int]relayapi.FailureClass
}

const (
	recipientPlace = "{to}"
	// stderrKept is how many bytes of a command's standard error are kept.
	stderrKept = 4 << 10
	// pipesOpen is how long processes that a command leaves behind may keep its output
	// open.
	pipesOpen = 2 * time.Second
)

// Validate reports every problem of the settings, by field.
func (e *Exec) Validate() error {
	var problems []error
	if e.Command == "" {
		problems = append(problems, errors.New("Command: must not be empty"))
	}
	if !strings.Contains(strings.Join(e.Args, "\x00"), recipientPlace) {
		problems = append(problems, errors.New("Args: one of them must contain {to}, which stands for the recipient"))
	}
	for code, class := range e.Classes {
		if code == 0 {
			problems = append(problems, fmt.Errorf("Classes[0]: exit code 0 means sent, not %q", class))
		}
		if !relayapi.ValidFailureClass(class) {
			problems = append(problems, fmt.Errorf("Classes[%d]: %q is not one of relayapi's failure classes", code, class))
		}
	}
	return errors.Join(problems...)
}

// Send runs the command.
func (e *Exec) Send(ctx context.Context, t Text) error {
	// The command could read a string that is not a number as one of its options.
	if !relayapi.ValidNumber(t.To) {
		return &Error{Class: relayapi.FailureInvalidNumber, Text: "the recipient is not a number in E.164"}
	}
	args := make([]string, len(e.Args))
	for i, arg := range e.Args {
		args[i] = strings.ReplaceAll(arg, recipientPlace, string(t.To))
	}
	command := exec.CommandContext(ctx, e.Command, args...) //nolint:gosec // the operator chooses the command
	command.Stdin = strings.NewReader(string(t.Body))
	stderr := &head{}
	command.Stderr = stderr
	command.WaitDelay = pipesOpen
	killWhole(command)
	switch err := command.Start(); {
	case err != nil && ctx.Err() != nil:
		return &Error{Class: relayapi.FailureUnknown, Text: "stopped before the command was started", Err: ctx.Err()}
	case err != nil:
		return &Error{Class: relayapi.FailureConfig, Text: "the command cannot be started", Err: err}
	}
	err := command.Wait()
	if err == nil || errors.Is(err, exec.ErrWaitDelay) { // the command succeeded, and a process that it started is still running
		return nil
	}
	return e.failure(ctx, err, scrub.Failure(stderr.String(), t.To, t.Body))
}

// failure returns the error for a command that failed.
func (e *Exec) failure(ctx context.Context, err error, stderr string) error {
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return &Error{Class: relayapi.FailureUnknown, Text: "the command did not end in time", MayHaveSent: true, Err: ctx.Err()}
	case !errors.As(err, &exit) || !exit.Exited():
		return &Error{Class: relayapi.FailureUnknown, Text: "the command was killed", MayHaveSent: true, Err: err}
	}
	class, ok := e.Classes[exit.ExitCode()]
	if !ok {
		class = relayapi.FailureUnknown
	}
	text := fmt.Sprintf("exit code %d", exit.ExitCode())
	if stderr != "" {
		text += ": " + stderr
	}
	return &Error{Class: class, Text: text, Err: err}
}

// head keeps the beginning of what is written to it.
type head struct{ strings.Builder }

func (h *head) Write(p []byte) (int, error) {
	room := max(0, stderrKept-h.Len())
	h.Builder.Write(p[:min(len(p), room)])
	return len(p), nil
}
