package otp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// maxBody is how many bytes a body may have.
	maxBody = 16 << 10
	// bodyTime is how long a body may take to arrive.
	bodyTime = 10 * time.Second
	// leaveTime is how long the rest of a body that nobody reads may still arrive.
	leaveTime = 5 * time.Second
)

// exchange is one request and its answer.
type exchange struct {
	w        http.ResponseWriter
	r        *http.Request
	bodyTime time.Duration
	words    Words
	fields   map[string]string
	session  session
}

// read reads the members of a request: from the body of a POST, from the query of a GET.
func (x *exchange) read(e endpoint) error {
	known := slices.Concat(e.required, e.optional)
	var err error
	if e.method == http.MethodPost {
		var body []byte
		if body, err = x.body(); err == nil {
			x.fields, err = decodeBody(body, known)
		}
	} else if !e.anyQuery {
		x.fields, err = decodeQuery(x.r.URL.RawQuery, known)
	}
	if err != nil {
		return err
	}
	if lang := x.fields["lang"]; lang != "" {
		x.words = Words(lang) + "," + x.words
	}
	for _, name := range e.required {
		if _, there := x.fields[name]; !there {
			return badRequest(name + ": is missing")
		}
	}
	return nil
}

// body reads the body to its end.
func (x *exchange) body() ([]byte, error) {
	media, params, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	charset := params["charset"]
	if err != nil || media != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, refused(http.StatusUnsupportedMediaType, "Content-Type: want application/json in UTF-8")
	}
	if coding := x.r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, refused(http.StatusUnsupportedMediaType, "Content-Encoding: want none")
	}
	body, inTime, err := x.readAll()
	var tooLarge *http.MaxBytesError
	switch {
	case !inTime:
		return nil, refused(http.StatusRequestTimeout, fmt.Sprintf("body: did not arrive within %v", x.bodyTime))
	case errors.As(err, &tooLarge):
		return nil, refused(http.StatusRequestEntityTooLarge, fmt.Sprintf("body: want %d bytes at most", maxBody))
	case err != nil:
		return nil, badRequest("body: could not be read to its end")
	}
	x.r.Body = http.NoBody // there is nothing to leave
	return body, nil
}

// readAll reads for x.bodyTime. A deadline of the connection's would end the request's context
// later, so that one is set only when the time is over.
func (x *exchange) readAll() (body []byte, inTime bool, err error) {
	fired := make(chan struct{})
	timer := time.AfterFunc(x.bodyTime, func() {
		defer close(fired)
		_ = http.NewResponseController(x.w).SetReadDeadline(time.Unix(1, 0))
	})
	body, err = io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, maxBody))
	if !timer.Stop() {
		<-fired // it must not touch a response that has ended
		return nil, false, err
	}
	return body, true, err
}

// leave ends the connection soon when nobody has read the body: the answer does not wait
// for it, and it is not waited for.
func (x *exchange) leave() {
	if x.r.Body == nil || x.r.Body == http.NoBody || x.r.ProtoMajor != 1 {
		return // of HTTP/2 the stream alone ends
	}
	x.w.Header().Set("Connection", "close")
	at := time.Now().Add(leaveTime) //nolint:forbidigo // the deadline of a connection is by the machine's clock
	_ = http.NewResponseController(x.w).SetReadDeadline(at)
}

// decodeBody reads one JSON object of strings, each known and there once.
func decodeBody(body []byte, known []string) (map[string]string, error) {
	if !utf8.Valid(body) {
		return nil, badRequest("body: is not UTF-8")
	}
	if len(body) == 0 {
		return nil, badRequest("body: is empty; want a JSON object, and nothing before the handler that reads it")
	}
	decoder, fields := json.NewDecoder(bytes.NewReader(body)), map[string]string{}
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return nil, badRequest("body: want a JSON object")
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, badRequest("body: is not complete JSON")
		}
		value, err := decoder.Token()
		if err != nil {
			return nil, badRequest("body: is not complete JSON")
		}
		if err := addField(fields, known, name.(string), value); err != nil { // a key is a string
			return nil, err
		}
	}
	if _, err := decoder.Token(); err != nil { // the closing brace
		return nil, badRequest("body: is not complete JSON")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, badRequest("body: want one JSON object and nothing after it")
	}
	return fields, nil
}

// decodeQuery reads the members of a query, each known and there once.
func decodeQuery(query string, known []string) (map[string]string, error) {
	fields := map[string]string{}
	if len(query) > maxBody {
		return nil, badRequest(fmt.Sprintf("query: want %d bytes at most", maxBody))
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, badRequest("query: is not as a form writes it")
	}
	for name, all := range values {
		for _, value := range all {
			if err := addField(fields, known, name, value); err != nil {
				return nil, err
			}
		}
	}
	return fields, nil
}

func addField(fields map[string]string, known []string, name string, value any) error {
	text, isText := value.(string)
	_, twice := fields[name]
	switch {
	case !slices.Contains(known, name):
		return badRequest("a member is not known; want " + strings.Join(known, ", "))
	case twice:
		return badRequest(name + ": is there twice")
	case !isText:
		return badRequest(name + ": want a string")
	case !utf8.ValidString(text), strings.ContainsRune(text, utf8.RuneError): // half of a surrogate pair becomes that
		return badRequest(name + ": is not Unicode")
	}
	fields[name] = text
	return nil
}
