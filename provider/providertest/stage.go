package providertest

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	"github.com/cnsms/cnsms/sim"
)

// stage is a fresh service on a loopback port for one case. It counts what
// arrives, and lets a case answer in the service's place.
type stage struct {
	url         string
	sim         *sim.Server
	server      *httptest.Server
	counts      func(*http.Request) bool
	sends       atomic.Int64 // requests that send
	connections atomic.Int64
	arrived     chan struct{} // gets one value per request, as far as somebody listens
	closing     chan struct{} // closed at the end of the case
	client      *http.Client  // over HTTP/2: one that trusts the service
	instead     atomic.Pointer[http.HandlerFunc]
}

// longestRequest bounds what a request may bring.
const longestRequest = 10 << 20

// stage starts a fresh service. Without a Service it is an empty one, to which
// nothing ever comes.
func (c *check) stage() *stage {
	c.Helper()
	s := c.unstarted()
	switch {
	case s.server == nil:
		return s
	case c.http2:
		s.server.EnableHTTP2 = true
		s.server.StartTLS()
		s.client = s.server.Client()
	default:
		s.server.Start()
	}
	s.url = s.server.URL
	return s
}

// stageTLS starts a fresh service behind a certificate that nobody trusts.
func (c *check) stageTLS() *stage {
	c.Helper()
	s := c.unstarted()
	s.server.StartTLS()
	s.url = s.server.URL
	return s
}

func (c *check) unstarted() *stage {
	c.Helper()
	s := &stage{counts: c.h.CountsAsSend, arrived: make(chan struct{}, 1), closing: make(chan struct{})}
	if c.h.Service == nil {
		return s
	}
	s.sim = sim.New(sim.Config{Now: c.h.Now}, c.h.Service(c.TB))
	s.server = httptest.NewUnstartedServer(s)
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0) // broken connections are the point of many cases
	s.server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.connections.Add(1)
		}
	}
	c.Cleanup(func() {
		close(s.closing)
		s.sim.Close() // ends what hangs, so that the server can close
		s.server.CloseClientConnections()
		s.server.Close()
	})
	return s
}

// ServeHTTP counts the request and hands it to the case's own handler, or to the
// simulator.
func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestRequest))
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if s.counts(r) {
		s.sends.Add(1)
	}
	select {
	case s.arrived <- struct{}{}:
	default:
	}
	if instead := s.instead.Load(); instead != nil {
		(*instead)(w, r)
		return
	}
	s.sim.ServeHTTP(w, r)
}

// answer lets handle answer from now on in the service's place.
func (s *stage) answer(handle http.HandlerFunc) { s.instead.Store(&handle) }

// inject scripts a fault.
func (c *check) inject(s *stage, f sim.Fault) {
	c.Helper()
	sim.MustInject(c.TB, s.sim, f)
}

// reply scripts an answer in the service's place, for every request.
func (c *check) reply(s *stage, r Reply) {
	c.Helper()
	c.inject(s, sim.Fault{
		Effect: sim.EffectReply, Times: sim.Forever, Status: r.Status, ContentType: r.ContentType, Body: r.Body,
	})
}

// goodReply is how the service answers a message that it accepts.
func (c *check) goodReply() Reply {
	c.Helper()
	_, reply := c.capture()
	return reply
}

// verdicts says what the simulator thought of the requests.
func (s *stage) verdicts() string {
	if s.sim == nil {
		return ""
	}
	var b strings.Builder
	for _, e := range s.sim.Exchanges() {
		if e.Verdict != "" {
			fmt.Fprintf(&b, "\n\tsimulator: request %d, %s: %s", e.Seq, e.Method, e.Verdict)
		}
	}
	if b.Len() == 0 && s.sends.Load() == 0 {
		return "\n\tno request arrived at the service"
	}
	return b.String()
}
