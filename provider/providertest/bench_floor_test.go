package providertest

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// recordingTransport keeps the one request that goes through it.
type recordingTransport struct{ seen RawRequest }

func (t *recordingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	t.seen = RawRequest{Method: r.Method, URL: r.URL.String(), Header: r.Header.Clone(), Body: body}
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

// The floor of a benchmark puts the same bytes on the wire as the provider.
func TestFloorRepeatsTheRequest(t *testing.T) {
	t.Parallel()
	raw := RawRequest{
		Method: http.MethodPut, URL: "http://service.invalid/path?a=b&c=%20", Body: []byte("the body"),
		Header: http.Header{"X-One": {"1", "2"}, "Content-Type": {"text/plain"}},
	}
	transport := &recordingTransport{}
	require.NoError(t, NetHTTP().New(transport)(t.Context(), raw))
	require.Equal(t, raw, transport.seen)
}
