package phonecmd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cnsms/cnsms/relay/phone"
)

const (
	// checkTime bounds the check of the sender at the start.
	checkTime = 30 * time.Second
	// finishTime is how long a text in hand may take to be finished after a signal.
	finishTime = 30 * time.Second
)

// New returns the command. It runs until its context ends, which is no error.
func New(env Env) *cobra.Command {
	o := &options{}
	c := &cobra.Command{
		Use:   "phone",
		Short: "Send a gateway's texts by this phone, or by a modem",
		Args:  cobra.NoArgs,

		SilenceUsage: true, // it would hide the error
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			o.logger = newLogger(c.ErrOrStderr(), o.json)
			return run(c.Context(), o, env, c.OutOrStdout())
		},
	}
	o.flags(c)
	return c
}

func newLogger(w io.Writer, asJSON bool) *slog.Logger {
	if asJSON {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

// run checks everything that can be checked and then works until ctx ends.
func run(ctx context.Context, o *options, env Env, out io.Writer) error {
	if servers := nameServers(ctx, env, o.dns); len(servers) > 0 {
		o.logger.Info("looking names up at", "servers", strings.Join(servers, ", "))
		o.dial = newDialer(servers).DialContext
	}
	sender := newSender(o, env)
	if err := checkSender(ctx, o, sender); err != nil {
		return err
	}
	say, err := voice(o, env)
	if err != nil {
		return err
	}
	secret, err := token(ctx, o)
	if err != nil {
		return err
	}
	agent, err := phone.New(phone.Config{
		BaseURL: o.gateway, PlainHTTP: o.plainHTTP, Token: secret, Sender: sender, Lanes: o.lanes, Pace: o.pace,
		Outbox: cmp.Or(o.outbox, o.tokenFile+".outbox"), Finish: finishTime, App: "cnsms phone", Dial: o.dial, Logger: o.logger,
	})
	if err != nil {
		return err
	}
	if say != nil {
		speaking, stop := context.WithCancel(ctx)
		spoken := make(chan struct{})
		defer func() { stop(); <-spoken }()
		s := &speaker{o.speakEvery, o.language, func() int { return agent.Stats().Errors() }, say, o.logger}
		go func() { defer close(spoken); s.run(speaking) }()
	}
	announce(out, o)
	if err := agent.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	stats := agent.Stats()
	o.logger.Info("stopped", "sent", stats.Sent, "unconfirmed", stats.Unconfirmed, "failed", stats.Failed)
	return nil
}

// newSender returns the sender of flags that were checked.
func newSender(o *options, env Env) phone.Sender {
	switch o.sender {
	case senderExec:
		words := strings.Fields(o.command)
		classes, _ := o.classes() // checked
		return &phone.Exec{Command: words[0], Args: words[1:], TrustExitCode: o.trustExitCode, Classes: classes, MayHaveSent: o.mayHaveSent}
	case senderFake:
		return &phone.Fake{}
	default:
		return &phone.Termux{SIM: o.sim, Bin: env.Bin}
	}
}

// checkSender returns an error that names what the sender lacks, and says what a person should
// know of it.
func checkSender(ctx context.Context, o *options, sender phone.Sender) error {
	if checker, ok := sender.(phone.Checker); ok {
		limited, cancel := context.WithTimeout(ctx, checkTime)
		defer cancel()
		if err := checker.Ready(limited); err != nil {
			return fmt.Errorf("--sender %s: %w", o.sender, err)
		}
	}
	switch {
	case o.sender == senderTermux:
		o.logger.Info("the sender is ready; run termux-wake-lock too, or Android stops this program when the screen is off")
	case o.sender == senderExec && !o.trustExitCode:
		o.logger.Warn("jobs will stay taken, never sent, because a command's exit code proves nothing; --trust-exit-code says that it does")
	case o.sender == senderFake:
		o.logger.Warn("the fake sender sends nothing, and says sent")
	}
	return nil
}

// voice returns how the number of errors is spoken, or nil when it is not.
func voice(o *options, env Env) (func(ctx context.Context, words string) error, error) {
	command := strings.Fields(o.speakCommand)
	switch {
	case o.mute:
		return nil, nil
	case len(command) > 0:
		if _, err := exec.LookPath(command[0]); err != nil {
			return nil, fmt.Errorf("--speak-command: %s is not there, or not a program; --mute does without", command[0])
		}
	case o.sender == senderTermux:
		command = []string{env.program("termux-tts-speak")}
		if _, err := exec.LookPath(command[0]); err != nil {
			o.logger.Warn("termux-tts-speak is not there; the number of errors is not spoken")
			return nil, nil
		}
	default:
		return nil, nil
	}
	return speech(command), nil
}

// announce writes the line that says that the command is ready.
func announce(out io.Writer, o *options) {
	if !o.json {
		_, _ = fmt.Fprintf(out, "ready: lanes %s, sender %s\n", strings.Join(o.lanes, ", "), o.sender)
		return
	}
	_ = json.NewEncoder(out).Encode(struct {
		Event  string   `json:"event"`
		Lanes  []string `json:"lanes"`
		Sender string   `json:"sender"`
	}{"ready", o.lanes, o.sender})
}
