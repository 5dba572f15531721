// The program mocking runs a web server with an endpoint that sends login codes,
// asks it for one and stops. What it is for are its tests: they test the
// endpoint with a fake provider (fake_test.go), with a mock (mock_test.go) and
// with a simulated service (sim_test.go).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mocking:", err)
		os.Exit(1)
	}
}

// run serves, makes one request and stops. The service behind the endpoint is a
// simulated one.
func run(ctx context.Context, out io.Writer) error {
	service := sim.New(sim.Config{}, ihuyisim.New(ihuyisim.Config{Account: "C00000000", APIKey: "key"}))
	defer service.Close()
	if err := service.Listen(ctx, "127.0.0.1:0"); err != nil {
		return err
	}
	sms, err := ihuyi.New(ihuyi.Config{
		Account: "C00000000", APIKey: "key", BaseURL: service.URL(),
		Templates: provider.Templates{"login": {Text: "您的验证码是：{code}。请不要把验证码泄露给其他人。"}},
	})
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           newMux(&loginCode{sms: sms, codes: &pendingCodes{newCode: randomCode}}),
		ReadHeaderTimeout: 5 * time.Second,
	}
	return serve(ctx, server, func(address string) error {
		if err := ask(ctx, out, address); err != nil {
			return err
		}
		fmt.Fprintln(out, "the phone shows:", service.Texts()[0].Text)
		return nil
	})
}

func newMux(login http.Handler) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("POST /login/code", login)
	return mux
}

// serve runs the server on a free port while use lasts.
func serve(ctx context.Context, server *http.Server, use func(address string) error) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	err = use("http://" + listener.Addr().String())
	err = errors.Join(err, server.Shutdown(ctx))
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// ask does what the login page does when its user asks for a code.
func ask(ctx context.Context, out io.Writer, address string) error {
	form := url.Values{"phone": {"138 0013 8000"}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/login/code", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "POST /login/code answers %d %s", response.StatusCode, body)
	return nil
}
