package gatewaycmd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/admin"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/alarm"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
)

// run runs a gateway until ctx ends, and closes everything.
func run(ctx context.Context, s Settings, logs io.Writer, ready func(started)) (err error) {
	logger := newLogger(s.Log, logs)
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: s.Data, Logger: logger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, queue.Close()) }()
	r, err := newRelay(s, queue, logger)
	if err != nil {
		return err
	}
	defer r.pages.Close()
	watch, err := r.newAlarm(s.Alarm)
	if err != nil {
		return err
	}
	listener, scheme, err := s.listen(ctx, logger)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	stopSide, err := r.serveAside(ctx, s, watch, ready, scheme+"://"+listener.Addr().String())
	if err != nil {
		cancel()
		return errors.Join(err, listener.Close(), r.gateway.Close())
	}
	defer stopSide()
	defer cancel()
	return relaydoor.Serve(ctx, listener, r.gateway, relaydoor.ServeOptions{
		Handler: r.metrics.measure(r.mux), ShutdownTimeout: s.DrainFor, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	})
}

// serveAside starts what stands beside the doors: the owner's socket, the metrics, the log of
// phones that come and go, and the alarm, if there is one. It says that the gateway is ready.
// stop waits for all of it; ctx has ended then.
func (r *relay) serveAside(ctx context.Context, s Settings, watch *alarm.Watch, ready func(started), url string) (stop func(), err error) {
	owner, err := admin.Listen(s.Data)
	if err != nil {
		return nil, err
	}
	socket := serveSide(owner, admin.Handler(r.local))
	said := started{URL: url}
	numbers, err := r.serveMetrics(ctx, s.Metrics, &said)
	if err != nil {
		socket.stop()
		return nil, err
	}
	var watching sync.WaitGroup
	watching.Go(func() { r.watchPhones(ctx, time.NewTicker(lookEvery)) })
	if watch != nil {
		watching.Go(func() { _ = watch.Run(ctx) }) // it ends with ctx
	}
	r.sayWhatIsMissing(ctx, s)
	r.gateway.Logger().Info("relay: ready", "url", url, "data", s.Data)
	ready(said)
	return func() { socket.stop(); numbers.stop(); watching.Wait() }, nil
}

// serveMetrics serves the metrics, if the settings say where.
func (r *relay) serveMetrics(ctx context.Context, m Metrics, said *started) (*side, error) {
	if m.Listen == "" {
		return nil, nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", m.Listen)
	if err != nil {
		return nil, fmt.Errorf("metrics.listen: %w", err)
	}
	said.Metrics = "http://" + listener.Addr().String() + "/metrics"
	return serveSide(listener, r.metrics.handler()), nil
}

// sayWhatIsMissing tells a newcomer the next step.
func (r *relay) sayWhatIsMissing(ctx context.Context, s Settings) {
	stored, err := r.local.List(ctx)
	if err != nil || len(stored) > 0 || len(s.Tokens) > 0 {
		return
	}
	r.gateway.Logger().Warn(`relay: there is no token yet; make the first one with "cnsms token create"`,
		"command", "cnsms token create operator me --data "+s.Data)
}

// side is a small server beside the doors.
type side struct {
	server *http.Server
	ended  chan struct{}
}

func serveSide(listener net.Listener, handler http.Handler) *side {
	s := &side{&http.Server{Handler: handler, ReadHeaderTimeout: closeTime, ReadTimeout: closeTime, WriteTimeout: 4 * closeTime}, make(chan struct{})}
	go func() { defer close(s.ended); _ = s.server.Serve(listener) }()
	return s
}

// stop stops the server and waits for its end. A nil one was never started.
func (s *side) stop() {
	if s == nil {
		return
	}
	ctx, cancel := ending()
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close()
	}
	<-s.ended
}

// newLogger logs to w. The settings were validated.
func newLogger(l Log, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(l.Level))
	options := &slog.HandlerOptions{Level: level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// listen listens on the address, with TLS when the settings say so.
func (s Settings) listen(ctx context.Context, logger *slog.Logger) (listener net.Listener, scheme string, err error) {
	config, err := s.tlsConfig(logger)
	if err != nil {
		return nil, "", err
	}
	listener, err = new(net.ListenConfig).Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return nil, "", fmt.Errorf("listen: %w", err)
	}
	if config == nil {
		return listener, "http", nil
	}
	return tls.NewListener(listener, config), "https", nil
}

// privateToken returns the hash of the app's private token, or nothing when there is none.
func (a App) privateToken() (string, error) {
	if a.PrivateTokenFile == "" {
		return "", nil
	}
	text, err := os.ReadFile(a.PrivateTokenFile)
	if err != nil {
		return "", fmt.Errorf("app.private_token_file: %w", err)
	}
	hash := gateway.HashToken(strings.TrimSpace(string(text)))
	if hash == "" || len(strings.TrimSpace(string(text))) < shortestPrivateToken {
		return "", fmt.Errorf("app.private_token_file: want at least %d printable characters; whoever guesses the token registers phones", shortestPrivateToken)
	}
	return hash, nil
}

const shortestPrivateToken = 16
