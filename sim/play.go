package sim

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// garbage is what EffectGarbage answers: neither UTF-8 nor JSON nor XML.
var garbage = []byte{0x00, 0xff, 0xfe, 0x1b, 0x7b, 0x5b, 0xc3, 0x28, 0x00, 0x80}

// play answers one request with its fault, if it has one.
func (s *Server) play(w http.ResponseWriter, c *Call) {
	if c.fault == nil || c.fault.Effect == EffectRefuse {
		s.answer(w, c)
		return
	}
	switch c.fault.Effect {
	case EffectDelay:
		s.wait(c.Request, c.fault.Delay)
		s.answer(w, c)
	case EffectHangBefore:
		s.record(c)
		s.hang(c.Request)
		drop(w)
	case EffectHangAfter:
		s.serve(c)
		s.unanswered(c)
		s.hang(c.Request)
		drop(w)
	case EffectResetBefore:
		s.record(c)
		drop(w)
	case EffectResetAfter:
		s.serve(c)
		s.unanswered(c)
		drop(w)
	case EffectTruncate:
		s.serve(c)
		s.record(c)
		truncate(w, c.reply)
	case EffectGarbage:
		s.serve(c)
		c.reply.body = garbage
		s.send(w, c)
	case EffectContentType:
		s.serve(c)
		c.reply.contentType = c.fault.ContentType
		s.send(w, c)
	case EffectReply:
		c.Reply(c.fault.status(), c.fault.ContentType, c.fault.Body)
		if c.fault.Location != "" {
			c.ReplyHeader("Location", c.fault.Location)
		}
		s.send(w, c)
	}
}

func (f *Fault) status() int {
	if f.Status == 0 {
		return http.StatusOK
	}
	return f.Status
}

// answer lets the service answer and sends it.
func (s *Server) answer(w http.ResponseWriter, c *Call) {
	s.serve(c)
	s.send(w, c)
}

func (s *Server) send(w http.ResponseWriter, c *Call) {
	s.record(c)
	write(w, c.reply)
}

// serve lets the service decide on an answer. A service that sets none has a
// fault of its own, which must not look like the real service.
func (s *Server) serve(c *Call) {
	c.service.Serve(c)
	if c.reply.status == 0 {
		c.Reply(http.StatusNotImplemented, "text/plain; charset=utf-8", []byte("sim: the simulated service set no answer\n"))
	}
}

// unanswered records that the service's answer was never sent.
func (s *Server) unanswered(c *Call) {
	c.reply = reply{}
	s.record(c)
}

// wait waits for d, for the client to go away or for Close.
func (s *Server) wait(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	case <-s.closing:
	}
}

// hang waits for the client to go away or for Close.
func (s *Server) hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.closing:
	}
}

// drop breaks the connection without an answer: by a TCP reset where there is a
// connection.
func drop(w http.ResponseWriter) {
	if hijacker, ok := w.(http.Hijacker); ok {
		if conn, _, err := hijacker.Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// truncate promises the whole answer and breaks off in the middle.
func truncate(w http.ResponseWriter, answer reply) {
	w.Header().Set("Content-Type", answer.contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(answer.body)+1))
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body[:len(answer.body)/2])
	if flusher, ok := w.(http.Flusher); ok {
		flusher.Flush()
	}
	panic(http.ErrAbortHandler)
}
