package sim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Config configures a Server. The zero value is usable.
type Config struct {
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Keep is how many texts and how many exchanges are kept. Default: 1000.
	Keep int
}

const (
	defaultKeep = 1000
	// maxBody bounds what the simulator reads of a request: Tencent, the most
	// generous of the services, takes 10 MB.
	maxBody = 10 << 20
)

// Server plays services. It is an http.Handler; Start and Listen serve it on a
// loopback port, Transport without any network. All methods are safe for
// concurrent use.
type Server struct {
	now      func() time.Time
	services []Service
	recorder *recorder
	script   script
	seq      atomic.Int64
	closing  chan struct{} // closed by Close: nothing hangs any longer
	running  sync.WaitGroup

	mu     sync.Mutex
	closed bool
	server *http.Server // set by Listen
	url    string
}

// New returns a Server that plays the given services. It serves nothing yet. It
// panics when one of them is nil.
func New(cfg Config, services ...Service) *Server {
	Demand(!slices.Contains(services, nil), "sim: New: a service is nil")
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Keep <= 0 {
		cfg.Keep = defaultKeep
	}
	return &Server{
		now:      cfg.Now,
		services: slices.Clone(services),
		recorder: newRecorder(cfg.Keep),
		closing:  make(chan struct{}),
	}
}

// Inject adds a fault to the script and returns its id. The error says which
// field asks for something that no service here can do.
func (s *Server) Inject(f Fault) (int, error) {
	if err := f.check(s.services); err != nil {
		return 0, err
	}
	return s.script.add(f), nil
}

// ClearFaults forgets the rest of the script.
func (s *Server) ClearFaults() { s.script.clear() }

// Listen serves on a loopback address such as 127.0.0.1:0, until Close.
func (s *Server) Listen(ctx context.Context, address string) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("sim: listen: %w", err)
	}
	if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		_ = listener.Close()
		return errors.New("sim: listen: want a loopback address: the simulator shows numbers and codes to everybody who asks")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil || s.closed {
		_ = listener.Close()
		return errors.New("sim: listen: already listening, or closed")
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.server = server
	s.url = "http://" + listener.Addr().String()
	s.running.Go(func() { _ = server.Serve(listener) })
	return nil
}

// URL is the base URL to configure adapters with. Before Listen it is one that
// only Transport understands.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.url == "" {
		return "http://sim.invalid"
	}
	return s.url
}

// Close breaks off hanging requests, stops listening and waits until no request
// runs any longer. A closed server breaks every connection.
func (s *Server) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.closing)
		if s.server != nil {
			_ = s.server.Close()
		}
	}
	s.mu.Unlock()
	s.running.Wait()
}

// enter counts a request in, unless the server is closed.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.running.Add(1)
	return true
}

// ServeHTTP lets the service that owns the request answer it, and records both.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		drop(w)
		return
	}
	defer s.running.Done()
	if r.Body == nil { // a request that a test has made by hand
		r.Body = http.NoBody
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	c := &Call{Request: r, Body: body, Now: s.now(), Seq: int(s.seq.Add(1)), server: s}
	if err != nil {
		c.verdict = fmt.Sprintf("the body could not be read: %v", err)
		c.reply = plain(http.StatusRequestEntityTooLarge, "sim: the body could not be read\n")
		s.send(w, c)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.service = s.owner(r)
	if c.service == nil {
		c.verdict = fmt.Sprintf("no service owns %s %s", r.Method, r.URL.Path)
		c.reply = plain(http.StatusNotFound, "sim: no simulated service has this address\n")
		s.send(w, c)
		return
	}
	c.fault = s.script.next(c.service)
	s.play(w, c)
}

func (s *Server) owner(r *http.Request) Service {
	for _, service := range s.services {
		if service.Owns(r) {
			return service
		}
	}
	return nil
}

func (s *Server) record(c *Call) {
	e := Exchange{
		Seq: c.Seq, At: c.Now, Verdict: c.verdict, Accepted: c.accepted,
		Method: c.Request.Method, URL: c.Request.URL.String(), Header: c.Request.Header.Clone(), Body: c.Body,
		Status: c.reply.Status, ReplyHeader: c.reply.headers(), Reply: c.reply.Body,
	}
	if c.service != nil {
		e.Service = c.service.Name()
	}
	if c.fault != nil {
		e.Fault = c.fault.id
	}
	s.recorder.addExchange(e)
}

func write(w http.ResponseWriter, answer Reply) {
	for name, values := range answer.headers() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(answer.Body)))
	w.WriteHeader(answer.Status)
	_, _ = w.Write(answer.Body)
}
