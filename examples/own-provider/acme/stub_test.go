package acme_test

import (
	"io"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// stub is a transport that answers every request with the same reply and keeps
// the requests as they would stand on the wire.
type stub struct {
	status   int // 0 means 200
	reply    string
	requests []string
}

func (s *stub) RoundTrip(r *http.Request) (*http.Response, error) {
	raw, err := httputil.DumpRequestOut(r, true)
	if err != nil {
		return nil, err
	}
	s.requests = append(s.requests, strings.ReplaceAll(string(raw), "\r\n", "\n"))
	status := s.status
	if status == 0 {
		status = http.StatusOK
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(s.reply)), Request: r}, nil
}

// read returns a file of testdata.
func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return string(content)
}

// requireOnly checks that there was one request, and that it is to the byte what
// the file says. Empty lines at the end do not count.
func (s *stub) requireOnly(t *testing.T, file string) {
	t.Helper()
	require.Len(t, s.requests, 1)
	require.Equal(t, strings.TrimRight(read(t, file), "\n"), strings.TrimRight(s.requests[0], "\n"))
}
