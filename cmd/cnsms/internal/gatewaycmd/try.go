package gatewaycmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/cnsms/cnsms/relay/gateway/memqueue"
)

// try does with the settings what a start does, but for opening the data file and listening.
func (s Settings) try(ctx context.Context) error {
	quiet := slog.New(slog.DiscardHandler)
	queue := memqueue.New()
	r, err := newRelay(s, queue, memqueue.NewPrincipals(), quiet)
	if err != nil {
		return errors.Join(err, queue.Close())
	}
	defer func() { _ = queue.Close() }()
	defer func() { _ = r.gateway.Close() }()
	defer r.pages.Close()
	_, alarm := r.newAlarm(s.Alarm)
	_, tls := s.tlsConfig(quiet)
	return errors.Join(alarm, tls, tryAddress(ctx, "listen", s.Listen), tryAddress(ctx, "metrics.listen", s.Metrics.Listen))
}

// tryAddress looks up an address to listen on; empty is none.
func tryAddress(ctx context.Context, name, address string) error {
	if address == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%s: want an address with a port, such as 127.0.0.1:8080", name)
	}
	if _, err := net.DefaultResolver.LookupPort(ctx, "tcp", port); err != nil {
		return fmt.Errorf("%s: want a port of 0 to 65535", name)
	}
	if host == "" {
		return nil
	}
	if _, err := net.DefaultResolver.LookupHost(ctx, host); err != nil {
		return fmt.Errorf("%s: the host is not known: %w", name, err)
	}
	return nil
}
