package simtest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/sim"
)

// Request is a request that the service grants. Its fields are those of Query and
// Form, the members of the object in JSON, and the headers in Header.
type Request struct {
	// Name is the name of the subtests.
	Name string
	// New, where it is set, takes the place of Harness.New.
	New func() sim.Service
	// Before are requests that are made first, such as the send whose status is asked.
	Before []Request
	// Method defaults to POST, or to GET without a body.
	Method string
	// Path and Query are the address.
	Path  string
	Query url.Values
	// Header are the headers. The Content-Type follows from the body, unless it is
	// here.
	Header http.Header
	// Form is the body as a form, or JSON the body as a JSON object, or Body the body
	// as it is. A Body has no fields.
	Form url.Values
	JSON string
	Body string
	// Sign signs the request anew, after something was changed in it.
	Sign func(r *Request)
	// Signed are the names of fields that the signature covers: changed without Sign,
	// the request must be refused.
	Signed []string

	// Texts is how many texts the request sends.
	Texts int
	// Free are the names of fields that take any value, Optional those of fields that
	// may be left out.
	Free, Optional []string
	// Wrong are further values, by field, that must be refused: JSON values for members of
	// a JSON body. The request need not have the field.
	Wrong map[string][]string
	// Named says which other name may stand in the verdict for a field.
	Named map[string]string

	contentType string // where Header has none
}

// complete returns the request with what follows from its fields.
func (r Request) complete() Request {
	header := http.Header{}
	for name, values := range r.Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	r.Header = header
	switch {
	case header.Get("Content-Type") != "":
	case r.Form != nil:
		r.contentType = "application/x-www-form-urlencoded"
	case r.JSON != "":
		r.contentType = "application/json"
	}
	if r.Method == "" {
		r.Method = http.MethodPost
		if r.Form == nil && r.JSON == "" && r.Body == "" {
			r.Method = http.MethodGet
		}
	}
	before := slices.Clone(r.Before)
	for i := range before {
		before[i] = before[i].complete()
	}
	r.Before = before
	return r
}

// field is a field of a request.
type field struct {
	where string // "form", "json", "query" or "header"
	name  string
}

func (r Request) fields() []field {
	var fields []field
	add := func(where string, names []string) {
		slices.Sort(names)
		for _, name := range names {
			fields = append(fields, field{where, name})
		}
	}
	add("header", slices.Collect(maps.Keys(r.Header)))
	add("query", slices.Collect(maps.Keys(r.Query)))
	add("form", slices.Collect(maps.Keys(r.Form)))
	add("json", slices.Collect(maps.Keys(r.members())))
	for name := range r.Wrong {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
			fields = append(fields, field{r.body(), name})
		}
	}
	return fields
}

// body is where a request has its fields.
func (r Request) body() string {
	switch {
	case r.JSON != "":
		return "json"
	case r.Form != nil:
		return "form"
	}
	return "query"
}

// has reports whether the request has the field.
func (r Request) has(f field) bool {
	switch f.where {
	case "header":
		return len(r.Header[f.name]) > 0
	case "query":
		return r.Query.Has(f.name)
	case "form":
		return r.Form.Has(f.name)
	}
	_, ok := r.members()[f.name]
	return ok
}

func (r Request) members() map[string]json.RawMessage {
	var members map[string]json.RawMessage
	_ = json.Unmarshal([]byte(r.JSON), &members)
	return members
}

// isText reports whether the field is a string, and not a JSON value of another type.
func (r Request) isText(f field) bool {
	return f.where != "json" || strings.HasPrefix(string(r.members()[f.name]), `"`)
}

// text is the value of a field that is a string.
func (r Request) text(f field) string {
	switch f.where {
	case "header":
		return r.Header.Get(f.name)
	case "query":
		return r.Query.Get(f.name)
	case "form":
		return r.Form.Get(f.name)
	}
	var text string
	_ = json.Unmarshal(r.members()[f.name], &text)
	return text
}

// clone is a copy that shares nothing with r.
func (r Request) clone() *Request {
	r.Header = r.Header.Clone()
	r.Query, r.Form = url.Values(http.Header(r.Query).Clone()), url.Values(http.Header(r.Form).Clone())
	return &r
}

// set gives a field a value, or takes it away. In JSON the value is a JSON value.
func (r *Request) set(f field, value string, present bool) {
	change := func(values map[string][]string) {
		delete(values, f.name)
		if present {
			values[f.name] = []string{value}
		}
	}
	switch f.where {
	case "header":
		change(r.Header)
	case "form":
		change(r.Form)
	case "query":
		change(r.Query)
	case "json":
		members := r.members()
		delete(members, f.name)
		if present {
			members[f.name] = json.RawMessage(value)
		}
		body, _ := json.Marshal(members)
		r.JSON = string(body)
	}
}

// setText is set for a string.
func (r *Request) setText(f field, value string) {
	if f.where == "json" {
		quoted, _ := json.Marshal(value)
		value = string(quoted)
	}
	r.set(f, value, true)
}

// build makes a request for net/http.
func (r Request) build() (*http.Request, error) {
	body := r.Body + r.JSON
	if r.Form != nil {
		body = r.Form.Encode()
	}
	address := "http://sim.invalid" + r.Path + "?" + r.Query.Encode()
	request, err := http.NewRequestWithContext(context.Background(), r.Method, strings.TrimSuffix(address, "?"), strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("simtest: Request: %w", err)
	}
	request.Header = r.Header.Clone()
	if r.contentType != "" {
		request.Header.Set("Content-Type", r.contentType)
	}
	return request, nil
}
