// Command cnsms has the programs of the relay: "cnsms phone" runs beside a phone or a modem.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/phonecmd"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// run runs a command until it ends, or until a signal ends it; a second signal ends it at once.
// It returns the exit code.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	root := &cobra.Command{
		Use: "cnsms", Short: "Texts by an old phone", SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.AddCommand(phonecmd.New(phonecmd.Env{Getenv: os.Getenv})) //nolint:contextcheck // the command gets it with ExecuteContext
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errs)
	if err := root.ExecuteContext(ctx); err != nil {
		_, _ = fmt.Fprintln(errs, "cnsms:", err)
		return 1
	}
	return 0
}
