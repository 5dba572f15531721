// The program weblogin shows a login by code as a site would have it: a page that asks for a
// number and a code, package otp with its guard behind it, an old phone that sends the first
// text of each code free, and paid services for the others.
//
//	go run ./examples/weblogin
//
// prints an address on loopback; open it in a browser. Beside the login stand the phone that
// the texts arrive on, switches (the old phone goes offline, a text is lost, time passes,
// bots come), and what each code has cost. Everything is simulated: no text is sent, nothing
// is paid. It ends with Ctrl-C, or after the time that --for names.
//
// # What to take along
//
// codes.go, sender.go and sessions.go are the site's side; page/login.js with requests.js,
// boxes.js, challenge.js and solver.js is the page's, in plain JavaScript without a build step.
// The rest is the stage.
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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "weblogin:", err)
		os.Exit(1)
	}
}

// run serves until the context or the time ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("weblogin", flag.ContinueOnError)
	flags.SetOutput(out)
	limit := flags.Duration("for", 0, "end by itself after this `time`, such as 30m; 0 is never")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: there are only flags", flags.Arg(0))
	}
	if *limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *limit)
		defer cancel()
	}
	w, err := newWorld(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "open", w.web.url+"/")
	fmt.Fprintln(out, "Everything there is simulated and on this machine: no text is sent, nothing is paid. Ctrl-C ends it.")
	<-ctx.Done()
	return w.close()
}
