// Package wiretest helps the tests of adapters and of simulators. A Request compares
// the exact bytes on the wire with a file in testdata, a Reply tells what an adapter
// makes of an answer, an Input what fails before any request; Ask makes a request of a
// simulator.
package wiretest

import (
	"cmp"
	"flag"
	"fmt"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files in testdata instead of comparing with them")

// Stub answers every request with the same reply and keeps the requests as they
// would stand on the wire. What goes to another machine must be HTTPS.
type Stub struct {
	// At is the one method and address to answer at, such as
	// "POST https://sms.example.com/send"; elsewhere an exchange fails. Default: all.
	At string
	// Status is the HTTP status. Default: 200.
	Status int
	// Reply is the body.
	Reply string

	mu       sync.Mutex
	requests []string
}

// Client returns an HTTP client whose transport is the stub.
func (s *Stub) Client() *http.Client {
	transport := httpmock.NewMockTransport()
	if method, address, ok := strings.Cut(s.At, " "); ok {
		transport.RegisterResponder(method, address, s.answer)
	} else {
		transport.RegisterNoResponder(s.answer)
	}
	return &http.Client{Transport: transport}
}

func (s *Stub) answer(r *http.Request) (*http.Response, error) {
	// The bytes of a request do not tell whether they travel encrypted.
	if r.URL.Scheme != "https" && r.URL.Hostname() != "127.0.0.1" {
		return nil, fmt.Errorf("wiretest: want HTTPS, not %s to %s", r.URL.Scheme, r.URL.Host)
	}
	raw, err := httputil.DumpRequestOut(r, true)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.requests = append(s.requests, string(raw))
	s.mu.Unlock()
	return httpmock.NewStringResponse(s.status(), s.Reply), nil
}

func (s *Stub) status() int { return cmp.Or(s.Status, http.StatusOK) }

// Requests returns the raw requests so far, oldest first.
func (s *Stub) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...)
}

// Only returns the one request that was made, and fails the test when there
// were none or several.
func (s *Stub) Only(t testing.TB) string {
	t.Helper()
	requests := s.Requests()
	require.Len(t, requests, 1, "an adapter makes exactly one request")
	return requests[0]
}

// Golden compares got with the file of that name in testdata, to the byte. Line
// ends are LF in the file and CRLF on the wire. With -update it writes the file.
func Golden(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	got = strings.ReplaceAll(got, "\r\n", "\n")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(got+"\n"), 0o600))
		return
	}
	require.Equal(t, strings.TrimSuffix(Read(t, name), "\n"), got, "%s differs", path)
}

// Read returns a file of testdata as text.
func Read(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name)) //nolint:gosec // The name is the test's own.
	require.NoError(t, err)
	return string(content)
}

// RoundTrip is a transport that is one function.
type RoundTrip func(*http.Request) (*http.Response, error)

// RoundTrip calls the function.
func (f RoundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
