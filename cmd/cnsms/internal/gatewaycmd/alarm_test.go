//go:build unix

package gatewaycmd_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway/alarm"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// A phone says that it calls every second, and never calls again.
func TestAlarm(t *testing.T) {
	t.Parallel()
	told := make(chan string, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil && r.Header.Get(alarm.SignatureHeader) != "" {
			told <- string(body)
		}
	}))
	t.Cleanup(hook.Close)
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("0123456789abcdef\n"), 0o600))
	r := start(t, "--config", written(t, "alarm: {webhook: "+hook.URL+", secret_file: "+secret+", silence: 1s, every: 100ms}\n"))
	status, body := r.ask(http.MethodPost, r.url+relayapi.PathPull, r.token("phone", "old-phone"), `{"interval_ms":1000}`)
	require.Equal(t, http.StatusOK, status, body)
	event := <-told
	require.Contains(t, event, string(alarm.PhoneSilent))
	require.Contains(t, event, "old-phone")
}
