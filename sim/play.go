package sim

import (
	"net"
	"net/http"
	"slices"
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
	case EffectHangBefore, EffectResetBefore:
		s.record(c)
		s.breakOff(w, c)
	case EffectHangAfter, EffectResetAfter:
		s.serve(c)
		s.unanswered(c)
		s.breakOff(w, c)
	case EffectTruncate:
		s.serve(c)
		s.record(c)
		truncate(w, c.reply)
	case EffectGarbage:
		s.serve(c)
		c.reply.Body = garbage
		s.send(w, c)
	case EffectContentType:
		s.serve(c)
		c.reply.ContentType = c.fault.ContentType
		s.send(w, c)
	case EffectReply:
		c.reply = c.fault.reply()
		s.send(w, c)
	}
}

// reply is the answer in the place of the service's.
func (f *Fault) reply() Reply {
	r := Reply{Status: f.Status, ContentType: f.ContentType, Header: http.Header{}, Body: f.Body}
	if r.Status == 0 {
		r.Status = http.StatusOK
	}
	if f.Location != "" {
		r.Header.Set("Location", f.Location)
	}
	return r
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

// serve lets the service decide and write its answer. A service that has none has a
// fault of its own, which must not look like the real service.
func (s *Server) serve(c *Call) {
	s.decide(c)
	if c.reply.Status == 0 {
		c.reply = plain(http.StatusNotImplemented, "sim: the simulated service set no answer\n")
	}
}

// decide asks the service and its account, plays the scripted refusal if they grant
// the request, and carries the outcome out.
func (s *Server) decide(c *Call) {
	account := accountOf(c.service)
	if account != nil {
		account.Lock()
		defer account.Unlock()
	}
	o := c.service.Judge(c)
	if account != nil && !o.Refused() {
		if beyond := account.Allow(c.Now, o.Cost, o.Texts...); beyond.Refused() {
			o = beyond
		}
	}
	if scripted, ok := c.Scripted(); ok && !o.Refused() {
		o = scripted
	}
	if o.Refused() {
		o = o.refusal(c.service.Codes())
	} else {
		o = s.carryOut(c, account, o)
	}
	c.verdict = o.Verdict
	if o.Page != nil {
		c.reply = *o.Page
		return
	}
	c.reply = c.service.Answer(c, o)
}

// carryOut does what a granted request asks for.
func (s *Server) carryOut(c *Call, account *Account, o Outcome) Outcome {
	o.Texts = slices.Clone(o.Texts)
	for i := range o.Texts {
		o.Texts[i].Service, o.Texts[i].At = c.service.Name(), c.Now
		o.Texts[i] = s.recorder.addText(o.Texts[i])
	}
	c.accepted = o.Texts
	if account != nil {
		account.charge(o.Cost, o.Texts)
	}
	if o.Then != nil {
		o.Data = o.Then()
	}
	return o
}

// breakOff ends a request without an answer, at once or when nobody waits any longer.
func (s *Server) breakOff(w http.ResponseWriter, c *Call) {
	if c.fault.Effect == EffectHangBefore || c.fault.Effect == EffectHangAfter {
		s.hang(c.Request)
	}
	drop(w)
}

// unanswered records that the service's answer was never sent.
func (s *Server) unanswered(c *Call) {
	c.reply = Reply{}
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
func truncate(w http.ResponseWriter, answer Reply) {
	w.Header().Set("Content-Type", answer.ContentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(answer.Body)+1))
	w.WriteHeader(answer.Status)
	_, _ = w.Write(answer.Body[:len(answer.Body)/2])
	if flusher, ok := w.(http.Flusher); ok {
		flusher.Flush()
	}
	panic(http.ErrAbortHandler)
}
