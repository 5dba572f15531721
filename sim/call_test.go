package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// call is a request as a service sees it.
func call(t *testing.T, address, contentType, body string) *sim.Call {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Content-Type", contentType)
	return &sim.Call{Request: r, Body: []byte(body)}
}

func TestForm(t *testing.T) {
	t.Parallel()
	const multipart = "--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n一\r\n--b--\r\n"
	tests := []struct{ name, query, contentType, body, to, problem string }{
		{name: "urlencoded", contentType: "application/x-www-form-urlencoded", body: "to=%E4%B8%80", to: "一"},
		{name: "under another name", contentType: "text/plain", body: "to=1", to: "1"},
		{name: "multipart", contentType: "multipart/form-data; boundary=b", body: multipart, to: "一"},
		{name: "query", query: "to=1", to: "1"},
		{name: "query before body", query: "to=1", body: "to=2", to: "1"},
		{name: "nothing"},
		{name: "broken body", body: "to=1&b=%zz", to: "1", problem: `body: invalid URL escape "%zz"`},
		{name: "broken query", query: "b=%zz", problem: `query: invalid URL escape "%zz"`},
		{name: "multipart without its end", contentType: "multipart/form-data; boundary=b", body: multipart[:len(multipart)-6], problem: "body: "},
		{name: "multipart without a boundary", contentType: "multipart/form-data", body: multipart, problem: "body: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			form, err := call(t, "http://sim.invalid/?"+tt.query, tt.contentType, tt.body).Form()
			require.Equal(t, tt.to, form.Get("to"))
			if tt.problem == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.problem)
		})
	}
	form, err := call(t, "http://sim.invalid/?to=1", "", "text=2").BodyForm()
	require.NoError(t, err)
	require.Empty(t, form.Get("to"), "the query is not the body")
	require.Equal(t, "2", form.Get("text"))
}

func TestJSON(t *testing.T) {
	t.Parallel()
	type body struct {
		To   string `json:"to"`
		Text struct {
			Code string `json:"code"`
		} `json:"text"`
	}
	for text, problem := range map[string]string{
		`{"to":"1","text":{"code":"2"}}`: "",
		`{"to":1}`:                       "to: got a JSON number, want a value for string",
		`{"text":{"code":{}}}`:           "text.code: got a JSON object, want a value for string",
		`[]`:                             "body: not the expected JSON: ",
		`{"to":`:                         "body: not the expected JSON: unexpected end of JSON input",
		``:                               "body: not the expected JSON: ",
	} {
		err := call(t, "http://sim.invalid/", "application/json", text).JSON(&body{})
		if problem == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, problem, text)
		require.True(t, strings.HasPrefix(err.Error(), problem), "the field stands first")
	}
}
