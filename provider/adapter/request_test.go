package adapter_test

import (
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

func TestForm(t *testing.T) {
	t.Parallel()
	var form adapter.Form
	form.Add("number", "13800000000")
	form.Add("message", "您好 & 1+1=2%")
	form.AddIfSet("left out", "")
	form.Add("empty", "")
	form.AddIfSet("set", "x")
	require.Equal(t, "number=13800000000&message=%E6%82%A8%E5%A5%BD+%26+1%2B1%3D2%25&empty=&set=x", form.Encode())
}

func TestFormEscapesEveryByteLikeNetURL(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		value := string([]byte{byte(c)})
		require.Equal(t, url.QueryEscape(value)+"="+url.QueryEscape(value), adapter.Form{{Name: value, Value: value}}.Encode())
	}
}

// A transport gets what http.NewRequest would have made, but for GetBody.
func TestRequestIsComplete(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		request     adapter.Request
		method      string
		contentType []string
		accept      string
		body        string
	}{
		{name: "nothing but a path", method: "POST", accept: "application/json"},
		{
			name: "form", request: adapter.Request{Form: adapter.Form{{Name: "a", Value: "1"}}},
			method: "POST", accept: "application/json", contentType: []string{"application/x-www-form-urlencoded"}, body: "a=1",
		},
		{
			name: "empty form", request: adapter.Request{Form: adapter.Form{}},
			method: "POST", accept: "application/json", contentType: []string{"application/x-www-form-urlencoded"},
		},
		{
			name: "JSON", request: adapter.Request{Method: "PUT", JSON: map[string]int{"a": 1}},
			method: "PUT", accept: "application/json", contentType: []string{"application/json"}, body: `{"a":1}`,
		},
		{name: "bytes", request: adapter.Request{Body: []byte("a")}, method: "POST", accept: "application/json", body: "a"},
		{
			name: "headers of the adapter's", method: "GET", accept: "text/plain", contentType: []string{"application/json;charset=utf-8"},
			request: adapter.Request{Method: "GET", Header: http.Header{"Accept": {"text/plain"}, "Content-Type": {"application/json;charset=utf-8"}}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var seen *http.Request
			c := clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
				seen = r
				require.Equal(t, tt.body, readBody(t, r))
				return &http.Response{StatusCode: http.StatusOK}, nil
			}))
			tt.request.Path, tt.request.Query = "/send", "q=1"
			_, err := c.NewCall(provider.OpSend).Do(t.Context(), tt.request)
			require.NoError(t, err)
			require.Equal(t, tt.method, seen.Method)
			require.Equal(t, "https://a.invalid/send?q=1", seen.URL.String())
			require.Equal(t, "a.invalid", seen.Host)
			require.Equal(t, int64(len(tt.body)), seen.ContentLength)
			require.Equal(t, tt.accept, seen.Header.Get("Accept"))
			require.Equal(t, tt.contentType, seen.Header["Content-Type"])
			require.NotContains(t, seen.Header, "User-Agent", "resty's name is not the adapter's")
			require.Nil(t, seen.GetBody, "with it net/http repeats requests")
			require.NotNil(t, seen.Body, "without it net/http repeats requests")
		})
	}
}

func TestHeaderIsSpelledAsTheAdapterWants(t *testing.T) {
	t.Parallel()
	c := clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		require.Equal(t, []string{"1"}, r.Header["X-TC-Odd_name"]) //nolint:staticcheck // As it is spelled.
		return &http.Response{StatusCode: http.StatusOK}, nil
	}))
	_, err := c.NewCall(provider.OpSend).Do(t.Context(), adapter.Request{Header: http.Header{"X-TC-Odd_name": {"1"}}})
	require.NoError(t, err)
}

func TestJSONThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	c := clientOver(t, failing{http.ErrNoLocation})
	_, err := c.NewCall(provider.OpSend).Do(t.Context(), adapter.Request{JSON: make(chan int)})
	require.ErrorIs(t, err, provider.KindConfig)
	require.False(t, provider.MayHaveSent(err))
}

// TestRequestThatCannotBeMade has a header that net/http refuses to write, and a
// method that is none.
func TestRequestThatCannotBeMade(t *testing.T) {
	t.Parallel()
	base := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	for _, client := range []*http.Client{nil, ownClient(t)} {
		c := newClient(t, adapter.Config{BaseURL: base, HTTPClient: client})
		for _, r := range []adapter.Request{
			{Header: http.Header{"Authorization": {"Bearer token\n"}}, Body: []byte("hello")},
			{Header: http.Header{"a b": {"token"}}, Body: []byte("hello")},
			{Method: "to ken", Body: []byte("hello")},
		} {
			_, err := c.NewCall(provider.OpSend).Do(t.Context(), r)
			require.False(t, requireFailure(t, err).MayHaveSent)
			require.NotContains(t, err.Error(), "token")
		}
	}
}

// TestHeadersAreCopied sends through transports that change headers, as middleware
// does: the adapter's own map must not change. The values have room to grow in.
func TestHeadersAreCopied(t *testing.T) {
	t.Parallel()
	c := clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		r.Header.Set("X-Trace", "1")
		r.Header.Add("Accept", "text/plain")
		return nil, io.EOF
	}))
	values := append(make([]string, 0, 4), "application/json")
	header := http.Header{"Accept": values}
	done := make(chan error)
	for range 4 {
		go func() {
			_, err := c.NewCall(provider.OpSend).Do(t.Context(), adapter.Request{Header: header})
			done <- err
		}()
	}
	for range 4 {
		require.Error(t, <-done)
	}
	require.Equal(t, http.Header{"Accept": {"application/json"}}, header)
	require.Empty(t, values[:2][1], "nor what lies behind the values")
	_, err := c.NewCall(provider.OpSend).Do(t.Context(), adapter.Request{})
	require.Error(t, err, "a request without headers is no panic")
}
