package adapter_test

import (
	"crypto/tls"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/adapter"
)

// The tests in this file change what a whole program shares. They are not parallel,
// so that no other test runs meanwhile, and put back what they change.

// TestN6NothingGlobalReachesTheKit turns off the check of certificates in Go's
// default transport, as a careless package does.
func TestN6NothingGlobalReachesTheKit(t *testing.T) { //nolint:paralleltest // It changes a global.
	server := newServer(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") }))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{strangeCertificate(t)}}
	server.StartTLS()
	before := newClient(t, adapter.Config{BaseURL: server.URL})
	careless := http.DefaultTransport.(*http.Transport)
	kept := careless.TLSClientConfig
	careless.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	t.Cleanup(func() { careless.TLSClientConfig = kept })
	for name, c := range map[string]*adapter.Client{
		"made before": before,
		"made after":  newClient(t, adapter.Config{BaseURL: server.URL}),
		"with a client that has no transport": newClient(t, adapter.Config{
			BaseURL: server.URL, HTTPClient: &http.Client{},
		}),
	} {
		_, err := post(t.Context(), c)
		var untrusted *tls.CertificateVerificationError
		require.ErrorAs(t, err, &untrusted, name)
		require.False(t, requireFailure(t, err).MayHaveSent, name)
	}
}

// proxyChild names the child process of TestN6ProxyOfTheEnvironment.
const proxyChild = "CNSMS_TEST_PROXY_CHILD"

// TestN6ProxyOfTheEnvironment runs in a process of its own, because net/http reads
// the environment once.
func TestN6ProxyOfTheEnvironment(t *testing.T) {
	t.Parallel()
	if os.Getenv(proxyChild) != "" {
		_, err := post(t.Context(), newClient(t, adapter.Config{BaseURL: "http://sms.invalid", PlainHTTP: true}))
		require.NoError(t, err)
		return
	}
	var seen atomic.Pointer[string]
	proxy := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		address := r.URL.String()
		seen.Store(&address)
	})
	executable, err := os.Executable()
	require.NoError(t, err)
	child := exec.CommandContext(t.Context(), executable, "-test.run=^TestN6ProxyOfTheEnvironment$")
	child.Env = append(os.Environ(), proxyChild+"=1", "HTTP_PROXY="+proxy, "http_proxy="+proxy, "NO_PROXY=", "no_proxy=")
	output, err := child.CombinedOutput()
	require.NoError(t, err, "%s", output)
	require.NotNil(t, seen.Load(), "the proxy was not asked")
	require.Equal(t, "http://sms.invalid/send?sig=SIGNATURE", *seen.Load())
}

// responder answers for httpmock, and counts.
func responder(calls *atomic.Int32) httpmock.Responder {
	return func(*http.Request) (*http.Response, error) {
		calls.Add(1)
		return httpmock.NewStringResponse(http.StatusOK, "mocked"), nil
	}
}

func requireMocked(t *testing.T, c *adapter.Client) {
	t.Helper()
	reply, err := post(t.Context(), c)
	require.NoError(t, err)
	require.Equal(t, "mocked", string(reply.Body))
}

// TestN7Activate replaces Go's default transport, before and after New.
func TestN7Activate(t *testing.T) { //nolint:paralleltest // It changes a global.
	before := newClient(t, adapter.Config{})
	empty := newClient(t, adapter.Config{HTTPClient: &http.Client{}})
	httpmock.Activate(t) //nolint:forbidigo // It is what users do.
	var calls atomic.Int32
	httpmock.RegisterNoResponder(responder(&calls))
	requireMocked(t, before)
	requireMocked(t, empty)
	requireMocked(t, newClient(t, adapter.Config{}))
	require.Equal(t, int32(3), calls.Load())
	httpmock.Deactivate() //nolint:forbidigo // It is what users do.
	_, err := post(t.Context(), newClient(t, adapter.Config{BaseURL: closedPort}))
	require.Error(t, err, "it is over at once")
	require.Equal(t, int32(3), calls.Load())
}

// TestN7ActivateNonDefault mocks a user's client, before and after New.
func TestN7ActivateNonDefault(t *testing.T) { //nolint:paralleltest // httpmock has one state for all.
	for _, activated := range []string{"before New", "after New", "after the first send"} { //nolint:paralleltest // As above.
		t.Run(activated, func(t *testing.T) {
			client := ownClient(t)
			cfg := adapter.Config{BaseURL: closedPort, HTTPClient: client}
			activate := func() {
				httpmock.ActivateNonDefault(client)    //nolint:forbidigo // It is what users do.
				t.Cleanup(httpmock.DeactivateAndReset) //nolint:forbidigo // It is what users do.
			}
			if activated == "before New" {
				activate()
			}
			c := newClient(t, cfg)
			if activated == "after the first send" {
				_, err := post(t.Context(), c)
				require.Error(t, err)
			}
			if activated != "before New" {
				activate()
			}
			var calls atomic.Int32
			httpmock.RegisterNoResponder(responder(&calls))
			requireMocked(t, c)
			require.Equal(t, int32(1), calls.Load())
		})
	}
}

// incomparable is a transport that == cannot be used on.
type incomparable struct{ answer func() }

func (i incomparable) RoundTrip(*http.Request) (*http.Response, error) {
	i.answer()
	return nil, errors.New("not now")
}

// TestN7DefaultTransportOfAnyKind puts other things into the place of Go's default.
func TestN7DefaultTransportOfAnyKind(t *testing.T) { //nolint:paralleltest // It changes a global.
	kept := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = kept })
	c := newClient(t, adapter.Config{BaseURL: closedPort})
	asked := 0
	http.DefaultTransport = incomparable{func() { asked++ }}
	for range 2 {
		_, err := post(t.Context(), c)
		require.ErrorContains(t, err, "not now")
	}
	require.Equal(t, 2, asked)
	http.DefaultTransport = nil
	_, err := post(t.Context(), c)
	require.ErrorContains(t, err, "refused", "the kit's own transport")
}
