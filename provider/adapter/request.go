package adapter

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Request is one request of an adapter. At most one of Form, JSON and Body is set.
type Request struct {
	// Method is the HTTP method. Default: POST.
	Method string
	// Path stands behind the path of Config.BaseURL; characters that an address must
	// not have are escaped. Query stands behind that, as it is.
	Path, Query string
	// Header are the headers, as they are to be spelled on the wire. The map is not
	// changed. By default a request accepts JSON, and says what its body is.
	Header http.Header
	// Form is a body of the type application/x-www-form-urlencoded.
	Form Form
	// JSON is a value whose JSON is the body.
	JSON any
	// Body is the body.
	Body []byte
	// Statuses are the HTTP statuses, besides 200, under which the service answers in
	// its own format; see Call.JSON. Default: none.
	Statuses []int
}

// Form are the fields of a form, in their order on the wire.
type Form []Field

// Field is one field of a form.
type Field struct{ Name, Value string }

// Add appends a field.
func (f *Form) Add(name, value string) { *f = append(*f, Field{name, value}) }

// AddIfSet appends a field that is left out where it is empty.
func (f *Form) AddIfSet(name, value string) {
	if value != "" {
		f.Add(name, value)
	}
}

// Encode writes the form as it stands in a body or a query.
func (f Form) Encode() string {
	var b strings.Builder
	b.Grow(f.size())
	for i, field := range f {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(field.Name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(field.Value))
	}
	return b.String()
}

// size is a guess of how long the form is: values of digits and letters stand as they
// are, Chinese ones three times as long.
func (f Form) size() int {
	size := 0
	for _, field := range f {
		size += len("&=") + len(field.Name) + 3*len(field.Value)
	}
	return size
}

// body returns the bytes to send and what they are.
func (r Request) body() (content []byte, contentType string, err error) {
	switch {
	case r.Form != nil:
		return []byte(r.Form.Encode()), "application/x-www-form-urlencoded", nil
	case r.JSON != nil:
		content, err = json.Marshal(r.JSON)
		return content, "application/json", err
	}
	return r.Body, "", nil
}

// acceptJSON is shared by all requests, and never changed.
var acceptJSON = []string{"application/json"}

// header returns the headers with the defaults, in a map of its own.
func (r Request) header(contentType string) http.Header {
	header := make(http.Header, len(r.Header)+2)
	header["Accept"] = acceptJSON
	if contentType != "" && r.Header["Content-Type"] == nil {
		header["Content-Type"] = []string{contentType}
	}
	for name, values := range r.Header {
		header[name] = slices.Clip(values) // transports that add a value exist
	}
	return header
}

// method returns the HTTP method.
func (r Request) method() string {
	if r.Method == "" {
		return http.MethodPost
	}
	return r.Method
}

// address is where the request goes.
func (r Request) address(base *url.URL) *url.URL {
	address := *base
	address.Path += r.Path
	address.RawQuery = r.Query
	return &address
}
