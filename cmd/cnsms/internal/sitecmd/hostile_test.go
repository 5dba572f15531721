package sitecmd_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/sitecmd"
)

// hostile is a gateway that answers everything with a body.
func hostile(t *testing.T, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
	t.Cleanup(server.Close)
	return server.URL
}

// TestWhatAGatewaySaysDoesNotSteerTheTerminal has a gateway send escape codes and line ends.
func TestWhatAGatewaySaysDoesNotSteerTheTerminal(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	const evil = `\u001b[2J\n\u202e`
	said, err := run(t, sitecmd.NewStatus(), "--gateway", hostile(t, `{"status":"ok`+evil+`"}`))
	require.NoError(t, err)
	require.Equal(t, "the gateway works: ok\ufffd[2J\ufffd\ufffd", said)

	job := `{"id":"a` + evil + `","state":"failed` + evil + `","history":[{"state":"failed","at":"2026-01-01T00:00:00Z","source":"phone` + evil +
		`","name":"x` + evil + `","error":{"class":"unknown","text":"` + evil + `"}}]}`
	said, err = run(t, sitecmd.NewStatus(), "--gateway", hostile(t, job), "--token-file", o.token, "a")
	require.NoError(t, err)
	require.NotContains(t, said, "\x1b")
	require.NotContains(t, said, "\u202e")
	require.Equal(t, 1, strings.Count(said, "\n"), said)
}

// TestARedirectAndALongAnswer are no answers, and nobody else gets the token.
func TestARedirectAndALongAnswer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	t.Cleanup(other.Close)
	redirects := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	t.Cleanup(redirects.Close)
	for _, url := range []string{redirects.URL, hostile(t, `{"status":"`+strings.Repeat("x", 2<<20)+`"}`)} {
		_, err := run(t, sitecmd.NewStatus(), "--gateway", url, "--token-file", o.token, "a")
		require.ErrorContains(t, err, "is no gateway")
	}
}
