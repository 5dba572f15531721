package httpx

import (
	"net/http"
	"time"
)

// NewTransport returns the transport that adapters use by default. It differs
// from http.DefaultTransport in that it keeps enough idle connections to one
// host for many concurrent sends: with Go's default of two, most of them would
// open a connection of their own.
func NewTransport() *http.Transport {
	t, ok := http.DefaultTransport.(*http.Transport)
	if ok {
		t = t.Clone()
	} else {
		// Somebody replaced the default by a type of their own.
		t = &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	}
	t.MaxIdleConns = 0 // no limit over all hosts: a client talks to one
	t.MaxIdleConnsPerHost = 256
	t.IdleConnTimeout = 90 * time.Second
	t.TLSHandshakeTimeout = 5 * time.Second
	return t
}
