package sim

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
)

// Reply is an answer on the wire.
type Reply struct {
	// Status is the HTTP status. A Reply without one is no answer: the server says
	// instead that the simulated service is at fault.
	Status int
	// ContentType is the header's value; empty leaves it out.
	ContentType string
	// Header are the other headers.
	Header http.Header
	// Body is the answer.
	Body []byte
}

// JSON is a reply of v encoded as JSON, in which &, < and > stand as they are: the
// services do not escape them as Go does. A v that cannot be encoded is a fault of
// the simulated service, and panics.
func JSON(status int, contentType string, v any) Reply {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic("sim: reply: " + err.Error())
	}
	return Reply{Status: status, ContentType: contentType, Body: bytes.TrimSuffix(body.Bytes(), []byte("\n"))}
}

// XML is a reply of v encoded as XML behind head, such as xml.Header. A v that
// cannot be encoded is a fault of the simulated service, and panics.
func XML(status int, contentType, head string, v any) Reply {
	body, err := xml.Marshal(v)
	if err != nil {
		panic("sim: reply: " + err.Error())
	}
	return Reply{Status: status, ContentType: contentType, Body: append([]byte(head), body...)}
}

// headers returns a copy of what the service set, its content type included.
func (r Reply) headers() http.Header {
	headers := r.Header.Clone()
	if headers == nil {
		headers = http.Header{}
	}
	if r.ContentType != "" {
		headers.Set("Content-Type", r.ContentType)
	}
	return headers
}

// plain is a reply of the simulator itself.
func plain(status int, text string) Reply {
	return Reply{Status: status, ContentType: "text/plain; charset=utf-8", Body: []byte(text)}
}
