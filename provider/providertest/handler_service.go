package providertest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"

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
	// Refusals is the table of failures, and Refuse the answer on the wire for
	// one of them. Both may be nil for a service that does not refuse.
	Refusals []sim.Refusal
	Refuse   func(refusal sim.Refusal) Reply
}

// HandlerService makes a sim.Service of a server that is there already, such as
// a gateway of one's own, so that the suite can break the wire in front of it.
func HandlerService(cfg HandlerServiceConfig) sim.Service { return handlerService{cfg} }

type handlerService struct{ cfg HandlerServiceConfig }

func (s handlerService) Name() string            { return s.cfg.Name }
func (s handlerService) Owns(*http.Request) bool { return true }
func (s handlerService) Refusals() []sim.Refusal { return s.cfg.Refusals }

// Serve refuses as scripted, or lets the handler answer.
func (s handlerService) Serve(c *sim.Call) {
	if refusal, ok := c.Refusal(); ok {
		answer := s.cfg.Refuse(refusal)
		c.Explain("scripted refusal %s", refusal.Code)
		c.Reply(answer.status(), answer.ContentType, answer.Body)
		return
	}
	recorder := httptest.NewRecorder()
	s.cfg.Handler.ServeHTTP(recorder, c.Request)
	answer := Reply{
		Status: recorder.Code, ContentType: recorder.Header().Get("Content-Type"), Body: recorder.Body.Bytes(),
	}
	s.accept(c, answer)
	c.Reply(answer.Status, answer.ContentType, answer.Body)
	for name := range recorder.Header() {
		c.ReplyHeader(name, recorder.Header().Get(name))
	}
}

func (s handlerService) accept(c *sim.Call, answer Reply) {
	if s.cfg.Accepted == nil {
		return
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(c.Body))
	for _, m := range s.cfg.Accepted(c.Request, answer) {
		c.Accept(m)
	}
}

// status is the HTTP status, with its default.
func (r Reply) status() int {
	if r.Status == 0 {
		return http.StatusOK
	}
	return r.Status
}
