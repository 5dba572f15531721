package providertest

import (
	"bytes"
	"context"
	"flag"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"testing"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// updateGoldens has a name of its own, because a test may have an -update already.
var updateGoldens = flag.Bool("providertest.update", false, "write the golden files of providertest.Golden instead of comparing with them")

// Golden compares the one request of an operation with the file of that name in
// testdata, to the byte as it stands on the wire (line ends LF in the file). The
// request goes to the provider's default address, where the simulator answers in
// memory. The clock is that of the harness, and Endpoint.Rand has nothing but zeros:
// an id that adapter.Call.NewID makes is 24 times A. A nil operation sends
// Harness.Message.
//
// With the flag -providertest.update it writes the file: check it against the service's
// own documents, by another hand than the adapter's. Only tests of packages that use
// this one know the flag.
func Golden(t testing.TB, h Harness, name string, operation func(ctx context.Context, p provider.Provider) error) {
	t.Helper()
	h, err := h.complete()
	if err != nil {
		t.Fatalf("providertest: the harness is not usable:\n%v", err)
	}
	if operation == nil {
		operation = func(ctx context.Context, p provider.Provider) error {
			_, err := p.Send(ctx, h.Message)
			return err
		}
	}
	service := sim.New(sim.Config{Now: h.Now}, h.Service(t))
	t.Cleanup(service.Close)
	recorder := &dumpingTransport{inner: service.Transport()}
	e := endpointOf(h, "", &http.Client{Transport: recorder})
	e.Rand = zeros{}
	p := newProvider(t, h, e)
	if err := operation(t.Context(), p); err != nil {
		t.Fatalf("providertest: the operation failed: %v", err)
	}
	if len(recorder.requests) != 1 {
		t.Fatalf("providertest: the operation made %d requests, want 1", len(recorder.requests))
	}
	compareGolden(t, filepath.Join("testdata", name), recorder.requests[0])
}

func compareGolden(t testing.TB, path string, got []byte) {
	t.Helper()
	got = append(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")), '\n')
	if *updateGoldens {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path) //nolint:gosec // The name is the test's own.
	if err != nil {
		t.Fatalf("providertest: %v (run the test with -providertest.update to write it)", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the request differs from %s\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}

// zeros is a source of bytes that does not end. It is safe for concurrent use.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// dumpingTransport keeps what would stand on the wire. It is used by one goroutine.
type dumpingTransport struct {
	inner    http.RoundTripper
	requests [][]byte
}

func (t *dumpingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	raw, err := httputil.DumpRequestOut(r, true)
	if err != nil {
		return nil, err
	}
	t.requests = append(t.requests, raw)
	return t.inner.RoundTrip(r)
}
