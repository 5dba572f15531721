// Package cli puts the commands of cnsms together.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/gatewaycmd"
	"github.com/cnsms/cnsms/cmd/cnsms/internal/phonecmd"
	"github.com/cnsms/cnsms/cmd/cnsms/internal/sitecmd"
	"github.com/cnsms/cnsms/cmd/cnsms/internal/terminal"
	"github.com/cnsms/cnsms/cmd/cnsms/internal/tokencmd"
)

// Exit codes beside 0. A command may have further ones: its error says so by ExitCode.
const (
	exitFailed = 1
	exitUsage  = 2
)

// Main runs the program and returns its exit code. The first SIGINT or SIGTERM ends what
// runs in good order; a second one ends the process at once.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, args, stdout, stderr)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := New()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "cnsms:", terminal.Text(err.Error())) // it may have words of a gateway in it
	var coded interface{ ExitCode() int }
	switch {
	case errors.As(err, &coded):
		return coded.ExitCode()
	case errors.As(err, new(usageError)):
		return exitUsage
	default:
		return exitFailed
	}
}

// usageError is a command line that cannot be understood.
type usageError struct{ error }

// New returns the program's command with all others below it.
func New() *cobra.Command {
	root := &cobra.Command{
		Use:           "cnsms",
		Short:         "Text through an old phone: gateway, phone agent and tokens",
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       version(),
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(gatewaycmd.New(), tokencmd.New(), phonecmd.New(phonecmd.Env{Getenv: os.Getenv}), sitecmd.NewSend(), sitecmd.NewStatus(), newVersion())
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	markUsage(root)
	return root
}

// markUsage makes wrong arguments of a command, and of those below it, usage errors.
func markUsage(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
	for _, below := range c.Commands() {
		markUsage(below)
	}
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the program's version",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), c.Root().Name(), c.Root().Version)
			return err
		},
	}
}

// version is that of the module, as it was built.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}
