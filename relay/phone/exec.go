package phone

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/cnsms/cnsms/relay/internal/scrub"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Exec is a Sender that runs a command for each text, without a shell. The text
// is the command's standard input; "{to}" in an argument stands for the
// recipient in E.164, and "{sim}" for the slot of the SIM that the gateway wants, from 1 on, or 0.
//
// Exit code 0 says that the command has taken the text, and no more, unless TrustExitCode is
// set: there are commands that end with 0 whatever happens. Send then returns
// [ErrUnconfirmed]. Any other exit code but those of MayHaveSent says that the text was not sent. A
// command that was killed, or that did not end in time, may have sent. One that does not
// end in time is killed, on Unix with everything that it has started: many such
// commands are shell scripts, and what they have started could send too late.
type Exec struct {
	// Command is the program. Required.
	Command string
	// Args are its arguments. One of them must contain {to}.
	Args []string
	// TrustExitCode says that the command ends with 0 only when the network has accepted
	// the text.
	TrustExitCode bool
	// Classes says what exit codes mean. Any other one is relayapi.FailureUnknown.
	Classes map[int]relayapi.FailureClass
	// MayHaveSent are the exit codes after which the text may have been sent all the same.
	MayHaveSent []int
}

var _ Checker = (*Exec)(nil)

const (
	recipientPlace = "{to}"
	simPlace       = "{sim}"
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
	if slices.Contains(e.MayHaveSent, 0) {
		problems = append(problems, errors.New("MayHaveSent: exit code 0 is no failure; without TrustExitCode it proves nothing anyway"))
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
		args[i] = strings.ReplaceAll(strings.ReplaceAll(arg, recipientPlace, string(t.To)), simPlace, strconv.Itoa(t.SIM))
	}
	out, err := command{e.Command, args, string(t.Body)}.run(ctx)
	if err == nil && !e.TrustExitCode {
		return ErrUnconfirmed
	}
	if err == nil {
		return nil
	}
	return e.failure(ctx, err, scrub.Failure(out.stderr, t.To, t.Body))
}

// Ready returns an error that names the command when it is not there.
func (e *Exec) Ready(context.Context) error { return installed(e.Command) }

// installed returns an error that names a program when it is not there.
func installed(program string) error {
	if _, err := exec.LookPath(program); err != nil {
		return &Error{Class: relayapi.FailureConfig, Text: "the command " + program + " is not there, or not a program", Err: err}
	}
	return nil
}

// failure returns the error for a command that failed.
func (e *Exec) failure(ctx context.Context, err error, stderr string) error {
	var exit *exec.ExitError
	var notStarted *errNotStarted
	switch {
	case errors.As(err, &notStarted) && ctx.Err() != nil:
		return &Error{Class: relayapi.FailureUnknown, Text: "stopped before the command was started", Err: ctx.Err()}
	case notStarted != nil:
		return &Error{Class: relayapi.FailureConfig, Text: notStarted.Error(), Err: notStarted.cause}
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
	return &Error{Class: class, Text: text, MayHaveSent: slices.Contains(e.MayHaveSent, exit.ExitCode()), Err: err}
}
