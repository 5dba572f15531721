package stage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// Backend makes a site's handler out of a sender and a key for its codes.
type Backend func(sms provider.Provider, key provider.Secret) (http.Handler, error)

// shown is how long Show goes on.
const shown = 10 * time.Minute

// Show serves a backend on loopback beside a simulated service, says what to try, and shows the
// texts that arrive. It stops at an interrupt, and after ten minutes by itself.
func Show(backend Backend) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := ShowUntil(ctx, os.Stdout, backend); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:gocritic // The program ends, and nothing waits for the signal any more.
	}
}

// ShowUntil is Show with an end and an output of the caller's.
func ShowUntil(ctx context.Context, out io.Writer, backend Backend) error {
	ctx, cancel := context.WithTimeout(ctx, shown)
	defer cancel()
	service := sim.New(sim.Config{}, ihuyisim.New(ihuyisim.Config{Account: "C00000000", APIKey: "key"}))
	sms, err := ihuyi.New(ihuyi.Config{
		Account: "C00000000", APIKey: "key", HTTPClient: &http.Client{Transport: service.Transport()},
		Templates: provider.Templates{"login": {Text: "您的验证码是：{code}。请不要把验证码泄露给其他人。"}},
	})
	if err != nil {
		return err
	}
	handler, err := backend(sms, provider.Secret(rand.Text()+rand.Text()))
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, whatToTry, listener.Addr())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	showTexts(ctx, out, service)
	err = server.Close()
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// showTexts writes the texts that arrive, until the context ends.
func showTexts(ctx context.Context, out io.Writer, service *sim.Server) {
	for after := 0; ; {
		text, err := service.Wait(ctx, after, nil)
		if err != nil {
			return
		}
		after = text.Seq
		fmt.Fprintf(out, "the phone %s shows: %s\n", text.To, text.Text)
	}
}

const whatToTry = `The backend is at http://%[1]s, and the service that it sends through is simulated. In another terminal:

  ask() { curl -sS -b jar -c jar -H 'Content-Type: application/json' "$@"; echo; }
  ask -d '{"purpose":"login","phone":"13800138000"}' http://%[1]s/codes/start
  ask -d '{"purpose":"login","id":"…","code":"…"}' http://%[1]s/codes/check
  ask http://%[1]s/me

Ask twice, ask without the jar, or try wrong codes: that is what the limits are for. It stops after ten minutes.
`
