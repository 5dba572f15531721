package adapter_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/adapter"
)

// pack compresses text.
func pack(t *testing.T, text string, wrap func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var packed bytes.Buffer
	w := wrap(&packed)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return packed.String()
}

func toGzip(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
func toZlib(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
func toFlate(w io.Writer) io.WriteCloser {
	packer, _ := flate.NewWriter(w, flate.BestSpeed)
	return packer
}

// TestContentEncoding has replies that are packed although nobody may have asked,
// over transports that ask for it and that do not.
func TestContentEncoding(t *testing.T) {
	t.Parallel()
	const text = `{"code":0}`
	large := strings.Repeat("x", adapter.MaxReply+1)
	twice := pack(t, pack(t, text, toGzip), toGzip)
	tests := []struct {
		name, encoding, body string
		want                 string // default: an error
	}{
		{name: "gzip", encoding: "gzip", body: pack(t, text, toGzip), want: text},
		{name: "in capitals", encoding: " GZip", body: pack(t, text, toGzip), want: text},
		{name: "old name", encoding: "x-gzip", body: pack(t, text, toGzip), want: text},
		{name: "deflate", encoding: "deflate", body: pack(t, text, toZlib), want: text},
		{name: "deflate without its head", encoding: "deflate", body: pack(t, text, toFlate), want: text},
		{name: "identity", encoding: "identity", body: text, want: text},
		{name: "up to the limit", encoding: "x-gzip", body: pack(t, large[1:], toGzip), want: large[1:]},
		{name: "beyond the limit", encoding: "gzip", body: pack(t, large, toGzip)},
		{name: "cut off", encoding: "gzip", body: pack(t, text, toGzip)[:20]},
		{name: "unknown is left to the reader", encoding: "br", body: text, want: text},
		{name: "two are left to the reader", encoding: "gzip, gzip", body: twice, want: twice},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", tt.encoding)
				_, _ = io.WriteString(w, tt.body)
			})
			plain := ownClient(t)
			plain.Transport.(*http.Transport).DisableCompression = true
			for _, client := range []*http.Client{nil, plain} {
				reply, err := post(t.Context(), newClient(t, adapter.Config{BaseURL: base, HTTPClient: client}))
				if tt.want == "" {
					require.True(t, requireFailure(t, err).MayHaveSent)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, tt.want, string(reply.Body))
			}
		})
	}
}

// TestContentEncodingOfNothing has replies without the content that they name an
// encoding for.
func TestContentEncodingOfNothing(t *testing.T) {
	t.Parallel()
	for _, encoding := range []string{"gzip", "deflate", ""} {
		for _, body := range []string{"", "{"} {
			if encoding == "deflate" && body != "" {
				continue // one byte is no stream
			}
			reply, err := post(t.Context(), clientOver(t, odd{&http.Response{
				StatusCode: http.StatusOK, Header: http.Header{"Content-Encoding": {encoding}}, Body: io.NopCloser(strings.NewReader(body)),
			}}))
			require.NoError(t, err)
			require.Equal(t, body, string(reply.Body), encoding)
		}
	}
}
