package gatewaycmd

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// tlsConfig returns nil for plain HTTP.
func (s Settings) tlsConfig(logger *slog.Logger) (*tls.Config, error) {
	switch {
	case len(s.ACME.Hosts) > 0:
		return s.ACME.config(), nil
	case s.TLS.Cert == "":
		return nil, nil
	}
	pair := &keyPair{cert: s.TLS.Cert, key: s.TLS.Key, logger: logger}
	if _, err := pair.get(nil); err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pair.get, NextProtos: []string{"http/1.1"}}, nil
}

// config answers the authority on the gateway's own port, by TLS-ALPN-01, so that the
// gateway must be reached on port 443.
func (a ACME) config() *tls.Config {
	manager := &autocert.Manager{
		Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(a.Hosts...), Cache: autocert.DirCache(a.Cache), Email: a.Email,
	}
	if a.Directory != "" {
		manager.Client = &acme.Client{DirectoryURL: a.Directory}
	}
	config := manager.TLSConfig()
	config.MinVersion = tls.VersionTLS12
	config.NextProtos = []string{"http/1.1", acme.ALPNProto}
	return config
}

// keyPair is a certificate in files, which are read again when they have changed. When they
// cannot be read then, the old one stays in use.
type keyPair struct {
	cert, key string
	logger    *slog.Logger

	mu      sync.Mutex
	loaded  *tls.Certificate
	changed [2]time.Time
}

func (p *keyPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	changed := [2]time.Time{changedAt(p.cert), changedAt(p.key)}
	if p.loaded != nil && changed == p.changed {
		return p.loaded, nil
	}
	pair, err := tls.LoadX509KeyPair(p.cert, p.key)
	switch {
	case err == nil:
		p.loaded = &pair
	case p.loaded == nil:
		return nil, err
	default:
		p.logger.Error("relay: the new certificate cannot be read; the old one stays in use", "error", err)
	}
	p.changed = changed
	return p.loaded, nil
}

func changedAt(name string) time.Time {
	info, err := os.Stat(name)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
