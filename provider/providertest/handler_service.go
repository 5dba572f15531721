package providertest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
)

// HandlerServiceConfig says how an http.Handler is played as a sim.Service.
type HandlerServiceConfig struct {
	// Name is the service's name.
	Name string
	// Handler answers the requests. It must answer in one piece: it can neither
	// hijack the connection nor stream.
	Handler http.Handler
	// Accepted reads from a request and its answer which texts the handler took.
	// It fills To, and what else the suite is to compare. The request's body can be
	// read.
	Accepted func(r *http.Request, answer Reply) []sim.Text
	// Codes is the table of failures, and Refuse the answer on the wire for a code
	// and what the service says with it. Refuse may be nil for a service that does
	// not refuse.
	Codes  facts.Codes
	Refuse func(code, words string) Reply
}

// HandlerService makes a sim.Service of a server that is there already, such as
// a gateway of one's own, so that the suite can break the wire in front of it.
func HandlerService(cfg HandlerServiceConfig) sim.Service { return handlerService{cfg} }

type handlerService struct{ cfg HandlerServiceConfig }

func (s handlerService) Name() string            { return s.cfg.Name }
func (s handlerService) Owns(*http.Request) bool { return true }
func (s handlerService) Codes() facts.Codes      { return s.cfg.Codes }

// Judge refuses as scripted, before the handler sees the request, or lets the
// handler answer.
func (s handlerService) Judge(c *sim.Call) sim.Outcome {
	if scripted, ok := c.Scripted(); ok {
		return scripted
	}
	recorder := httptest.NewRecorder()
	s.cfg.Handler.ServeHTTP(recorder, c.Request)
	o := sim.Grant(recorder)
	if s.cfg.Accepted != nil {
		c.Request.Body = io.NopCloser(bytes.NewReader(c.Body))
		o.Texts = s.cfg.Accepted(c.Request, Reply{
			Status: recorder.Code, ContentType: recorder.Header().Get("Content-Type"), Body: recorder.Body.Bytes(),
		})
	}
	return o
}

// Answer passes on what the handler has written.
func (s handlerService) Answer(_ *sim.Call, o sim.Outcome) sim.Reply {
	if recorder, ok := o.Data.(*httptest.ResponseRecorder); ok {
		return sim.Reply{Status: recorder.Code, Header: recorder.Header(), Body: recorder.Body.Bytes()}
	}
	if s.cfg.Refuse == nil { // nobody may take a refusal that was asked for as a success
		return sim.Reply{Status: http.StatusNotImplemented, ContentType: "text/plain", Body: []byte("HandlerServiceConfig.Refuse is not set")}
	}
	answer := s.cfg.Refuse(o.Code, o.Words)
	return sim.Reply{Status: answer.status(), ContentType: answer.ContentType, Body: answer.Body}
}

// status is the HTTP status, with its default.
func (r Reply) status() int {
	if r.Status == 0 {
		return http.StatusOK
	}
	return r.Status
}
