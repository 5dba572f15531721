package simtest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// garbage are bodies that are no request of anybody.
var garbage = map[string]string{
	"empty": "", "blank": " \r\n", "bytes": "\x00\xff\xfe\x1b{[\xc3\x28\x00\x80", "object": "{}", "null": "null", "array": "[[[[{}]]]]",
	"number": "7", "string": `"x"`, "unfinished": `{"a":`, "deep": strings.Repeat("[", 10_000), "escape": "a=%zz&b=1", "pairs": "&&&=;;=&",
	"xml": `<?xml version="1.0"?><a><b></a>`, "two objects": "{}{}", "types": `{"to":{},"mobile":[],"content":1}`,
	"multipart": "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1", "long": strings.Repeat("a=1&", 10_000),
}

// contentTypes are what garbage may be called.
var contentTypes = []string{
	"application/json", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data; boundary=x", "multipart/form-data", "\x80;",
}

// tooMuch is longer than what the server reads of a body.
var tooMuch = strings.Repeat("a", 10<<20+1)

// checkStrange makes requests that no client makes. Each is answered, and one that
// is refused has a verdict.
func (h Harness) checkStrange(r Request) error {
	b, err := h.bench(r)
	if err != nil {
		return err
	}
	var problems []error
	try := func(name string, mayBeGranted bool, change func(r *http.Request)) {
		if err := b.try(r, mayBeGranted, change); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
		}
	}
	for _, behind := range []string{"simtest", "/simtest"} {
		try("an address with "+behind+" behind it", false, func(r *http.Request) { r.URL.Path += behind })
	}
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodHead, "SIMTEST"} {
		try("the method "+method, true, func(r *http.Request) { r.Method = method })
	}
	hasBody := r.Form != nil || r.JSON != "" || r.Body != ""
	for name, body := range garbage {
		for _, contentType := range contentTypes {
			try("the body "+name+" as "+contentType, !hasBody, func(r *http.Request) {
				setBody(r, body)
				r.Header.Set("Content-Type", contentType)
			})
		}
	}
	try("a body over the limit", false, func(r *http.Request) { setBody(r, tooMuch) })
	return errors.Join(problems...)
}

func setBody(r *http.Request, body string) {
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
}

// try makes a changed request.
func (b *bench) try(r Request, mayBeGranted bool, change func(r *http.Request)) error {
	request, err := r.build()
	if err != nil {
		return err
	}
	change(request)
	e, err := b.do(request)
	switch {
	case err != nil:
		return err
	case e.Status == http.StatusNotImplemented || e.Verdict == "" && e.Status >= http.StatusBadRequest:
		return fmt.Errorf("refused without a verdict: HTTP %d, %q", e.Status, e.Reply)
	case !mayBeGranted && (e.Verdict == "" || len(e.Accepted) > 0):
		return fmt.Errorf("granted: %q", e.Reply)
	}
	return nil
}
