// The program vendor-app shows a relay lane whose app has a vendor make the codes: the old
// phone runs a page that pulls numbers from the gateway and has Mob's SDK send each a code.
// Neither the gateway nor the website ever knows a code; Mob checks what the user types.
//
//	go run ./examples/vendor-app
//
// prints three addresses on loopback: the website, the app (open it in a browser that stands
// for the old phone), and what Mob's simulator has sent. Everything is simulated: no text is
// sent, nothing is paid.
//
// # The app
//
// page/app.js is the whole app in plain JavaScript. It does what package relayapi asks of a
// phone: it pulls with its token on lane "mob", reports taken, has the number texted by
// window.bridge.sendCode(number), which returns a promise, and reports what became of it.
// What it could not report it keeps in localStorage, and after a restart it reports that and
// does not send again. Every 15 seconds it says aloud how many errors there were; a button
// mutes it. page/bridge.js stands for the vendor's SDK: in a real app, the WebView's host
// provides window.bridge, and calls the SDK.
//
// # Same origin
//
// Page and gateway are served from one origin here, as behind one reverse proxy, so the
// browser needs no leave to call /v1. The gateway sends no Access-Control headers: a page
// from another origin, or from a WebView's file://, cannot call it. Such an app serves the
// page from the gateway's host, or has its host make the requests.
//
// # The website
//
// Its first attempt goes to the phone, its retry to Mob's paid WebAPI. Both make codes of
// their own, so a user who clicks twice gets two codes. A composer is not built that way
// unless OtherCodes says that it is wanted. It is, because both codes are checked: the
// website keeps the receipts of a user's attempts, and takes what the user typed as right if
// one of them has it. See site.go.
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
		fmt.Fprintln(os.Stderr, "vendor-app:", err)
		os.Exit(1)
	}
}

// run serves until the context ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("vendor-app", flag.ContinueOnError)
	flags.SetOutput(out)
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: there are none", flags.Arg(0))
	}
	w, err := newWorld(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "website:", w.relay.URL+"/")
	fmt.Fprintln(out, "app:    ", w.relay.URL+"/app/#"+phoneToken)
	fmt.Fprintln(out, "texts:  ", w.relay.URL+"/texts")
	<-ctx.Done()
	return w.close()
}
