package sim_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// TestM1Form: what is no form, or is one under another name, is named.
func TestM1Form(t *testing.T) {
	t.Parallel()
	const (
		urlencoded = "application/x-www-form-urlencoded"
		parts      = "--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n一\r\n--b--\r\n"
		file       = "--b\r\nContent-Disposition: form-data; name=\"text\"; filename=\"a.txt\"\r\n\r\n您好\r\n"
	)
	for _, tt := range []struct{ name, contentType, body, to, problem string }{
		{name: "parts", contentType: "multipart/form-data; boundary=b", body: parts, to: "一"},
		{name: "parts in capitals, quoted", contentType: `Multipart/Form-Data; charset=utf-8; boundary="b"`, body: parts, to: "一"},
		{name: "parts, urlencoded in their name", contentType: urlencoded, body: parts, problem: `body: looks like multipart/form-data; want that in Content-Type, with its boundary, and not "` + urlencoded + `"`},
		{name: "parts without a name", body: parts, problem: "body: looks like multipart/form-data"},
		{name: "parts without a boundary", contentType: "multipart/form-data", body: parts, problem: "body: not the multipart/form-data that Content-Type says: "},
		{name: "parts with a broken boundary", contentType: "multipart/form-data; boundary", body: parts, problem: "body: not the multipart/form-data that Content-Type says: "},
		{name: "parts with another boundary", contentType: "multipart/form-data; boundary=c", body: parts, problem: "body: not the multipart/form-data that Content-Type says: "},
		{name: "pairs in the name of parts", contentType: "multipart/form-data; boundary=b", body: "to=1", problem: "body: not the multipart/form-data that Content-Type says: "},
		{name: "a file", contentType: "multipart/form-data; boundary=b", body: file + parts, to: "一", problem: "body: text came as a file; want a value"},
		{name: "JSON", contentType: "application/json", body: ` {"to":"1","b":"x=1"}`, problem: "body: looks like JSON; want a form"},
		{name: "JSON as a form", contentType: urlencoded, body: `["to=1"]`, problem: "body: looks like JSON; want a form"},
		{name: "XML", contentType: "text/xml", body: `<?xml version="1.0"?><to>1</to>`, problem: "body: looks like XML; want a form"},
		{name: "no pairs", contentType: urlencoded, body: "to", problem: "body: no form: there is no = in it"},
		{name: "bytes", contentType: urlencoded, body: "\x1f\x8b\x08\x00", problem: "body: no form: there is no = in it"},
		{name: "braces in a form", contentType: urlencoded, body: "{a}=1&to=1", to: "1"},
		{name: "JSON in a value", contentType: urlencoded, body: "to=1&list=[1]", to: "1"},
		{name: "a line end alone", contentType: urlencoded, body: "\r\n"},
		{name: "a strange type", contentType: "\x80;", body: "to=1", to: "1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := call(t, "http://sim.invalid/?method=Submit", tt.contentType, tt.body)
			form, err := c.Form()
			require.Equal(t, tt.to, form.Get("to"))
			require.Equal(t, "Submit", form.Get("method"), "the query is read, whatever the body is")
			if tt.problem == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tt.problem)
			}
			body, bodyErr := c.BodyForm()
			require.Equal(t, tt.to, body.Get("to"))
			require.Equal(t, err, bodyErr)
		})
	}
}

// FuzzForm: no body makes the reader panic, and what net/url reads it reads as well.
func FuzzForm(f *testing.F) {
	for _, body := range []string{"to=1&b=%E4%B8%80", `{"to":1}`, "--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n1\r\n--b--\r\n", "<a>", "="} {
		f.Add("multipart/form-data; boundary=b", body)
		f.Add("", body)
	}
	f.Fuzz(func(t *testing.T, contentType, body string) {
		r := call(t, "http://sim.invalid/", contentType, body)
		form, err := r.BodyForm()
		require.NotNil(t, form)
		if want, problem := url.ParseQuery(body); err == nil && problem == nil && len(r.Request.Header.Get("Content-Type")) == 0 {
			require.Equal(t, want, form)
		}
	})
}

// TestM2Account takes no account whose refusals would have no code, nor a limit that
// is not remembered.
func TestM2Account(t *testing.T) {
	t.Parallel()
	balance := 1
	for problem, cfg := range map[string]sim.AccountConfig{
		"BalanceCode: ":        {Balance: &balance},
		"Limits: Code ":        {Limits: []sim.Limit{{Most: 1}}},
		"Limits: Most ":        {Limits: []sim.Limit{{Code: "1"}}},
		"Limits: Within: want": {Limits: []sim.Limit{{Code: "1", Most: 1, Within: -1}}},
		"Within: want 0 to 48": {Limits: []sim.Limit{{Code: "1", Most: 1, Within: 49 * 3600e9}}},
	} {
		func() {
			defer func() { require.Contains(t, recover(), problem) }()
			sim.NewAccount(cfg)
		}()
	}
	require.NotPanics(t, func() { sim.NewAccount(sim.AccountConfig{}) })
	require.PanicsWithValue(t, "sim: New: a service is nil", func() { sim.New(sim.Config{}, nil) })
	require.NotPanics(t, func() { sim.New(sim.Config{}) })
	for value, ok := range map[string]bool{"": false, "a": true, "a b": true, " a": false, "a\t": false, "a\nb": false, "a\x7f": false, "键": true} {
		require.Equal(t, ok, sim.IsHeaderValue(value), "%q", value)
	}
}
