package relaydoor

import (
	"cmp"
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/internal/doors"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// ServeOptions are the limits of a server. The zero value is good for use.
type ServeOptions struct {
	// Handler responds to the requests; nil means New of the gateway. Set it to serve other
	// doors beside, such as a *http.ServeMux with both.
	Handler http.Handler
	// HeaderTimeout bounds how long the head of a request may take to arrive. 0 means 10
	// seconds.
	HeaderTimeout time.Duration
	// IdleTimeout is how long a connection may stand between two requests. 0 means a minute.
	IdleTimeout time.Duration
	// ShutdownTimeout bounds how long requests may take to end when the context has ended. 0
	// means 15 seconds.
	ShutdownTimeout time.Duration
	// ErrorLog gets what net/http has to say of connections. nil means the log package's.
	ErrorLog *log.Logger
}

const (
	defaultHeaderTimeout   = 10 * time.Second
	defaultIdleTimeout     = time.Minute
	defaultShutdownTimeout = 15 * time.Second
	// writeTimeout is longer than any request of relayapi: one that waits, and whose body
	// arrives slowly.
	writeTimeout = relayapi.MaxWait + doors.BodyTime + 20*time.Second
	// longestHead is how much of a request's head is read. The longest that relayapi has is a
	// token and an idempotency key.
	longestHead = 16 << 10
)

// Serve serves a gateway's door until ctx ends, and then shuts down: first the gateway,
// which ends the requests that wait, then the server. It returns nil when every request got
// its response, and an error when the listener failed or requests did not end in time; their
// connections are closed then. When it returns, the gateway accepts no more requests and
// the listener is closed; the queue can be closed.
//
// A head that arrives slowly, a connection without requests and a response that nobody
// reads are cut off. For TLS, give it a tls.NewListener.
func Serve(ctx context.Context, listener net.Listener, g *gateway.Gateway, o ServeOptions) error {
	handler := o.Handler
	if handler == nil {
		handler = New(g)
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: cmp.Or(o.HeaderTimeout, defaultHeaderTimeout),
		IdleTimeout:       cmp.Or(o.IdleTimeout, defaultIdleTimeout),
		WriteTimeout:      writeTimeout,
		MaxHeaderBytes:    longestHead,
		ErrorLog:          o.ErrorLog,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	limit := cmp.Or(o.ShutdownTimeout, defaultShutdownTimeout)
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	err = errors.Join(err, g.Shutdown(ending))
	if notEnded := server.Shutdown(ending); notEnded != nil {
		err = errors.Join(err, notEnded, server.Close())
	}
	return err
}
