package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Call is one request on its way through a service. A Service uses it from the
// goroutines of Judge and Answer only.
type Call struct {
	// Request is the request. Its body has been read: use Body.
	Request *http.Request
	// Body is the body as received.
	Body []byte
	// Now is the server's clock at the arrival of the request.
	Now time.Time
	// Seq numbers the server's requests from 1. Services derive ids from it.
	Seq int

	server   *Server
	service  Service
	fault    *Fault
	asked    bool // the service has asked for the scripted refusal
	verdict  string
	accepted []Text
	reply    Reply
}

// Scripted returns the refusal that the script wants for this request, and leaves
// it to the service. Few services ask, because the server plays the script by
// itself: only one that hands the request on to somebody, and one whose code refuses
// single numbers of a batch.
func (c *Call) Scripted() (Outcome, bool) {
	if c.asked || c.fault == nil || c.fault.Effect != EffectRefuse {
		return Outcome{}, false
	}
	c.asked = true
	return c.fault.outcome(c.service.Codes())
}

// JSON reads the body into v. The error is a verdict that names the member of the
// wrong type, or the body.
func (c *Call) JSON(v any) error {
	err := json.Unmarshal(c.Body, v)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return fmt.Errorf("%s: got a JSON %s, want a value for %s", wrong.Field, wrong.Value, wrong.Type)
	case err != nil:
		return fmt.Errorf("body: not the expected JSON: %w", err)
	}
	return nil
}
