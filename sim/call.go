package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
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

// Form returns the fields of a request, those of the query before those of the
// body; see BodyForm.
func (c *Call) Form() (url.Values, error) {
	values, err := url.ParseQuery(c.Request.URL.RawQuery)
	if err != nil {
		return values, fmt.Errorf("query: %w", err)
	}
	body, err := c.BodyForm()
	for name, list := range body {
		values[name] = append(values[name], list...)
	}
	return values, err
}

// BodyForm returns the fields of the body: multipart/form-data where the header says
// so, and otherwise urlencoded, whatever it says. The error is a verdict; the
// fields that could be read come with it.
func (c *Call) BodyForm() (url.Values, error) {
	media, params, _ := mime.ParseMediaType(c.Request.Header.Get("Content-Type"))
	if media != "multipart/form-data" {
		values, err := url.ParseQuery(string(c.Body))
		if err != nil {
			return values, fmt.Errorf("body: %w", err)
		}
		return values, nil
	}
	form, err := multipart.NewReader(bytes.NewReader(c.Body), params["boundary"]).ReadForm(maxBody)
	if err != nil {
		return url.Values{}, fmt.Errorf("body: %w", err)
	}
	return form.Value, nil
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
