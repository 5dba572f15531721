package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"mime/multipart"
	"net/url"
	"slices"
)

// Form returns the fields of a request, those of the query before those of the
// body; see BodyForm.
func (c *Call) Form() (url.Values, error) {
	values, err := url.ParseQuery(c.Request.URL.RawQuery)
	body, bodyErr := c.BodyForm()
	for name, list := range body {
		values[name] = append(values[name], list...)
	}
	if err != nil {
		return values, fmt.Errorf("query: %w", err)
	}
	return values, bodyErr
}

// BodyForm returns the fields of the body: multipart/form-data where the header says
// so, and otherwise urlencoded, whatever it says. The error is a verdict that says
// what the body is in the place of a form; the fields that could be read come with it.
func (c *Call) BodyForm() (url.Values, error) {
	header := c.Request.Header.Get("Content-Type")
	media, params, _ := mime.ParseMediaType(header)
	read := func() (url.Values, error) { return readURLEncoded(c.Body, header) }
	if media == multipartForm {
		read = func() (url.Values, error) { return readMultipart(c.Body, params["boundary"]) }
	}
	values, err := read()
	if err != nil {
		return values, fmt.Errorf("body: %w", err)
	}
	return values, nil
}

const multipartForm = "multipart/form-data"

// readMultipart reads a body in parts. A part with a file name is no field.
func readMultipart(body []byte, boundary string) (url.Values, error) {
	form, err := multipart.NewReader(bytes.NewReader(body), boundary).ReadForm(maxBody)
	if err != nil {
		return url.Values{}, fmt.Errorf("not the %s that Content-Type says: %w", multipartForm, err)
	}
	for _, name := range slices.Sorted(maps.Keys(form.File)) {
		return form.Value, fmt.Errorf("%s came as a file; want a value", name)
	}
	return form.Value, nil
}

// readURLEncoded reads pairs of a name and a value. What is something else, and has
// no pairs, is told apart by its beginning.
func readURLEncoded(body []byte, header string) (url.Values, error) {
	start := bytes.TrimSpace(body)
	switch {
	case bytes.HasPrefix(start, []byte("--")) && bytes.Contains(start, []byte("form-data")):
		return url.Values{}, fmt.Errorf("looks like %s; want that in Content-Type, with its boundary, and not %q", multipartForm, header)
	case bytes.HasPrefix(start, []byte("{")) || bytes.HasPrefix(start, []byte("[")):
		if json.Valid(start) {
			return url.Values{}, errors.New("looks like JSON; want a form")
		}
	case bytes.HasPrefix(start, []byte("<")):
		return url.Values{}, errors.New("looks like XML; want a form")
	}
	values, err := url.ParseQuery(string(body))
	if err == nil && len(start) > 0 && !bytes.Contains(body, []byte("=")) {
		err = errors.New("no form: there is no = in it")
	}
	return values, err
}
