// The program quickstart shows what the library is for: a user's first code
// goes out free through an old phone, a retry through a paid provider, and the
// code is verified. See --help.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// A reader that goes away, such as head, must not end the program before it has
	// stopped what it started.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return
	case ctx.Err() != nil:
		err = errors.New("interrupted") // what it did just then does not matter
	}
	fmt.Fprintln(os.Stderr, "quickstart:", err)
	os.Exit(1)
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	o, err := parseOptions(args, out)
	if err != nil {
		return err
	}
	if !o.to.IsZero() {
		return sendForReal(ctx, o, in, out)
	}
	return playStory(ctx, out)
}
