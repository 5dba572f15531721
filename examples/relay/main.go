// The program relay plays a small website that sends its users' first codes free: a queue
// with three endpoints (submit, pull, receipt), two old phones that take turns, and a paid
// service for whoever clicks again or when no phone is there. At the end it prints what was
// saved. Everything is on loopback and simulated: no text is sent, nothing is paid.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "relay:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	p := &printer{out: out}
	w, err := newWorld(ctx, p)
	if err != nil {
		return err
	}
	err = (&story{printer: p, world: w, ledger: &ledger{}}).play(ctx)
	if closed := w.close(); err == nil {
		err = closed
	}
	return err
}
